// The logical text of a field as people see it, and the parts that describe() and
// parse_description() share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "iso8583/dialect.hpp"

namespace iso8583 {

// Latin-1 to UTF-8; control characters as \xHH, and a backslash too where it would read as such.
std::string to_readable(std::string_view latin1);

// The way back; nothing when the text is not UTF-8 or has characters that latin-1 has not.
std::optional<std::string> from_readable(std::string_view readable);

// Where values begin in a line of describe(), unless the name before it is longer.
inline constexpr int value_column = 49;

// What stands in front of the value in a line of describe(): number and name, in columns.
std::string line_head(const Dialect& dialect, int field);

}  // namespace iso8583
