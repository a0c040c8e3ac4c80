// From text to a message: what describe() writes, and the shorter lines that people write.
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "bytes.hpp"
#include "iso8583/describe.hpp"
#include "iso8583/mti.hpp"
#include "readable.hpp"

namespace iso8583 {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trim_left(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view trim_right(std::string_view text) {
  const std::size_t last = text.find_last_not_of(blanks);
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// The next line without its end; the rest stays in `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The value of a field's line. A line of describe() has the field's name in front of it, in a
// column of its own; blanks behind the last column may have been lost in an editor.
std::string_view value_of(const Dialect& dialect, int field, std::string_view line,
                          std::string_view rest) {
  const std::string head = line_head(dialect, field);
  if (line.starts_with(head)) return line.substr(head.size());
  if (trim_right(line) == trim_right(head)) return {};
  return trim_left(rest);
}

DescriptionError error_at(int line, int field, std::string reason) {
  return {line, field, std::move(reason)};
}

}  // namespace

std::string to_string(const DescriptionError& error) {
  std::string text;
  if (error.line != 0) text += fmt::format("line {}: ", error.line);
  if (error.field != 0) text += fmt::format("field {}: ", error.field);
  return text + error.reason;
}

boost::system::result<void, DescriptionError> set_field_text(const Dialect& dialect,
                                                             OwnedMessage& owned, int field,
                                                             std::string_view text) {
  const FieldSpec* const spec = dialect.field(field);
  if (spec == nullptr) return error_at(0, field, "not defined in this dialect");
  std::string value;
  if (spec->is_binary()) {
    value.resize(text.size() / 2);
    if (text.size() % 2 != 0 || !hex_to_bytes(text.data(), text.size(), value.data())) {
      return error_at(0, field, "not hex");
    }
  } else if (auto latin1 = from_readable(text)) {
    value = std::move(*latin1);
  } else {
    return error_at(0, field, "has characters that are not latin-1");
  }
  owned.texts.push_back(std::move(value));
  owned.message.set(field, owned.texts.back());
  return {};
}

boost::system::result<OwnedMessage, DescriptionError> parse_description(const Dialect& dialect,
                                                                        std::string_view text) {
  OwnedMessage owned;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = trim_left(take_line(text));
    if (line.empty() || line.starts_with('#') || line.starts_with('.')) continue;
    const std::size_t word_size = std::min(line.find_first_of(blanks), line.size());
    const std::string_view word = line.substr(0, word_size);
    const std::string_view rest = line.substr(word_size);
    if (word == "mti") {
      // A name may follow.
      std::string_view mti = trim_left(rest);
      mti = mti.substr(0, mti.find_first_of(blanks));
      owned.message.set_mti(mti);
      if (!Mti::parse(mti)) return error_at(number, 0, "an MTI has four digits");
      continue;
    }
    int field = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), field);
    if (error != std::errc() || end != word.data() + word.size()) {
      return error_at(number, 0, "a line begins with a field number or with mti");
    }
    if (owned.message.has(field)) return error_at(number, field, "comes twice");
    const auto set = set_field_text(dialect, owned, field, value_of(dialect, field, line, rest));
    if (!set) return error_at(number, field, set.error().reason);
  }
  return owned;
}

}  // namespace iso8583
