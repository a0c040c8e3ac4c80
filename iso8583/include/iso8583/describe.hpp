// Messages as people read them, and back. Card data is masked unless the caller says otherwise.
#pragma once

#include <boost/system/result.hpp>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace iso8583 {

struct DescribeOptions {
  bool unmask = false;
  // Of a message that could not be decoded nobody knows where its card number lies: only the
  // lengths are shown, unless `unmask`.
  bool hides_values = false;
  std::string_view pan = {};  // hidden wherever else it stands
};

// A line per field, `number name value`, with the parts of composite fields in indented lines
// behind it that begin with a dot. Binary fields in hex, text in UTF-8.
// What it writes with `unmask`, parse_description() reads back to the same message.
std::string describe(const Dialect& dialect, const Message& message, DescribeOptions options = {});

// The value of one field as describe() shows it: hex for binary fields, UTF-8 for text with
// control characters as \xHH; masked unless `unmask`.
std::string field_text(const Dialect& dialect, int field, std::string_view value,
                       DescribeOptions options = {});

// Turns the digits of an amount and a numeric currency code into text such as "35.00 RUB".
using AmountFormatter =
    std::function<std::string(std::string_view digits, std::string_view currency)>;

// One line for logs, always masked:
// "0100 authorization request · purchase · 3500 643 · pan 411111******1111 · stan 000101 · …".
std::string summary(const Dialect& dialect, const Message& message,
                    const AmountFormatter& format_amount = {});

// A message with the memory its fields are views of.
struct OwnedMessage {
  Message message;
  std::deque<std::string> texts;
};

struct DescriptionError {
  int line;   // 1-based; 0 for a single field
  int field;  // 0 when no field is known
  std::string reason;
};

std::string to_string(const DescriptionError& error);

// Sets a field from text as field_text() shows it unmasked. The content is checked by encode().
boost::system::result<void, DescriptionError> set_field_text(const Dialect& dialect,
                                                             OwnedMessage& owned, int field,
                                                             std::string_view text);

// Reads lines `mti 0100`, `4 000000004500`: the field's number, blanks, the value to the end of
// the line, binary fields in hex; also the lines of describe() unmasked. Lines that begin with
// `#` or `.` say nothing.
boost::system::result<OwnedMessage, DescriptionError> parse_description(const Dialect& dialect,
                                                                        std::string_view text);

}  // namespace iso8583
