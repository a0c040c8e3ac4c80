// The ends of lines in ASCII and in EBCDIC, where a transfer may have left those of ASCII.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "clearing/detect.hpp"

namespace holdfast::clearing {

inline constexpr std::size_t line_end_size_max = 2;

// CR, LF and, in EBCDIC, its own LF and NEL.
inline bool is_line_end(std::uint8_t byte, CodePage code_page) {
  if (byte == '\r' || byte == '\n') return true;
  return code_page == CodePage::cp500 && (byte == 0x25 || byte == 0x15);
}

// How many of the bytes are one line end: a CR, another, or a CR and another; 0 where none is.
inline std::size_t line_end_size(std::span<const std::uint8_t> bytes, CodePage code_page) {
  if (bytes.empty() || !is_line_end(bytes[0], code_page)) return 0;
  const bool two =
      bytes[0] == '\r' && bytes.size() > 1 && bytes[1] != '\r' && is_line_end(bytes[1], code_page);
  return two ? 2 : 1;
}

}  // namespace holdfast::clearing
