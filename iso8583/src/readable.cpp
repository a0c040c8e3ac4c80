#include "readable.hpp"

#include <fmt/format.h>

#include "bytes.hpp"

namespace iso8583 {
namespace {

// C0 and C1 controls: they would move a terminal's cursor, or a log's line.
bool is_control(std::uint8_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

// The text begins with \x and two hex digits.
bool is_escape(std::string_view text) {
  return text.size() >= 4 && text[0] == '\\' && text[1] == 'x' && hex_value(text[2]) != 0xFF &&
         hex_value(text[3]) != 0xFF;
}

}  // namespace

std::string to_readable(std::string_view latin1) {
  std::string readable;
  readable.reserve(latin1.size());
  for (std::size_t i = 0; i < latin1.size(); ++i) {
    const std::uint8_t c = as_byte(latin1[i]);
    if (is_control(c) || is_escape(latin1.substr(i))) {
      readable += fmt::format("\\x{:02X}", c);
    } else if (c < 0x80) {
      readable += static_cast<char>(c);
    } else {
      readable += static_cast<char>(0xC0 | c >> 6);
      readable += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return readable;
}

std::optional<std::string> from_readable(std::string_view readable) {
  std::string latin1;
  latin1.reserve(readable.size());
  for (std::size_t i = 0; i < readable.size(); ++i) {
    const std::uint8_t c = as_byte(readable[i]);
    if (is_escape(readable.substr(i))) {
      latin1 += static_cast<char>(hex_value(readable[i + 2]) << 4 | hex_value(readable[i + 3]));
      i += 3;
    } else if (c < 0x80) {
      latin1 += static_cast<char>(c);
    } else {
      // Two bytes, of which the first is C2 or C3, are all that latin-1 has.
      const bool is_latin1 = (c == 0xC2 || c == 0xC3) && i + 1 < readable.size() &&
                             (as_byte(readable[i + 1]) & 0xC0) == 0x80;
      if (!is_latin1) return std::nullopt;
      latin1 += static_cast<char>((c & 3) << 6 | (readable[i + 1] & 0x3F));
      ++i;
    }
  }
  return latin1;
}

std::string line_head(const Dialect& dialect, int field) {
  return fmt::format("{:<3} {:<{}} ", field, dialect.field_name(field), value_column - 5);
}

}  // namespace iso8583
