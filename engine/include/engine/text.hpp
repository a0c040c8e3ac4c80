// A short text of bounded length inside a record: trivially copyable, zero-filled, comparable.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace engine {

template <std::size_t Capacity>
class FixedText {
  static_assert(Capacity <= 255, "the length is one byte");

 public:
  static constexpr std::size_t capacity = Capacity;

  constexpr FixedText() = default;
  // Nothing when the text is longer than the capacity: nothing is ever cut silently.
  static std::optional<FixedText> from(std::string_view text) {
    if (text.size() > Capacity) return std::nullopt;
    return FixedText(text);
  }
  // For texts whose length was checked before, such as fixed-length fields: cuts what is over.
  static FixedText cut(std::string_view text) {
    return FixedText(text.substr(0, std::min(text.size(), Capacity)));
  }

  std::string_view view() const { return {bytes_, size_}; }
  bool empty() const { return size_ == 0; }

  friend bool operator==(const FixedText& a, const FixedText& b) { return a.view() == b.view(); }
  friend auto operator<=>(const FixedText& a, const FixedText& b) { return a.view() <=> b.view(); }

 private:
  explicit FixedText(std::string_view text) : size_(static_cast<std::uint8_t>(text.size())) {
    if (!text.empty()) std::memcpy(bytes_, text.data(), text.size());
  }

  std::uint8_t size_ = 0;
  char bytes_[Capacity] = {};
};

}  // namespace engine
