// A short text kept in place: a record of a clearing file is made a million times a night,
// and none of its texts needs the heap. What does not fit is an error of the record, never cut.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::clearing {

template <std::size_t capacity>
class Text {
 public:
  static_assert(capacity < 256);

  constexpr Text() = default;

  // False, and unchanged, when `text` is longer than the capacity.
  [[nodiscard]] constexpr bool assign(std::string_view text) {
    if (text.size() > capacity) return false;
    std::copy(text.begin(), text.end(), bytes_.begin());
    size_ = static_cast<std::uint8_t>(text.size());
    return true;
  }

  constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  constexpr operator std::string_view() const { return view(); }
  constexpr bool empty() const { return size_ == 0; }
  constexpr std::size_t size() const { return size_; }

  friend constexpr bool operator==(const Text& a, const Text& b) { return a.view() == b.view(); }
  friend constexpr bool operator==(const Text& a, std::string_view b) { return a.view() == b; }

 private:
  std::array<char, capacity> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace holdfast::clearing
