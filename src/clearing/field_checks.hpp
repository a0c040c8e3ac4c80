// Checks that the fields of every format share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::clearing {

inline bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

inline bool is_pan(std::string_view text) {
  return text.size() >= 8 && text.size() <= 19 && is_digits(text);
}

// The value of 1 to 18 digits, which always fits; nothing for anything else.
inline std::optional<std::int64_t> number_from(std::string_view digits) {
  if (digits.empty() || digits.size() > 18 || !is_digits(digits)) return std::nullopt;
  std::int64_t value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

inline std::string_view trimmed_right(std::string_view text) {
  const auto last = text.find_last_not_of(' ');
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

inline std::string_view trimmed(std::string_view text) {
  text = trimmed_right(text);
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

}  // namespace holdfast::clearing
