// IPM texts are latin-1 (or cp500, which the codec turns into latin-1); records are UTF-8.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "clearing/text.hpp"

namespace holdfast::clearing {

// False when the text does not fit.
template <std::size_t capacity>
bool assign_latin1(std::string_view latin1, Text<capacity>& out) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(latin1.begin(), latin1.end(), is_ascii)) return out.assign(latin1);
  std::array<char, 2 * capacity> utf8{};
  if (latin1.size() > capacity) return false;
  std::size_t size = 0;
  for (const char c : latin1) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) utf8[size++] = static_cast<char>(0xC0 | byte >> 6);
    utf8[size++] = is_ascii(c) ? c : static_cast<char>(0x80 | (byte & 0x3F));
  }
  return out.assign(std::string_view(utf8.data(), size));
}

inline std::string to_utf8_from_latin1(std::string_view latin1) {
  std::string utf8;
  for (const char c : latin1) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) utf8 += static_cast<char>(0xC0 | byte >> 6);
    utf8 += byte < 0x80 ? c : static_cast<char>(0x80 | (byte & 0x3F));
  }
  return utf8;
}

// Nothing when a character is not in latin-1, or the text is not UTF-8.
inline std::optional<std::string> to_latin1(std::string_view utf8) {
  std::string latin1;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x80) {
      latin1 += utf8[i];
      continue;
    }
    const bool is_pair = (byte == 0xC2 || byte == 0xC3) && i + 1 < utf8.size() &&
                         (static_cast<unsigned char>(utf8[i + 1]) & 0xC0U) == 0x80U;
    if (!is_pair) return std::nullopt;
    ++i;
    latin1 += static_cast<char>((byte & 0x03) << 6 | (static_cast<unsigned char>(utf8[i]) & 0x3F));
  }
  return latin1;
}

}  // namespace holdfast::clearing
