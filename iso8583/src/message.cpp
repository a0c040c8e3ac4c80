#include "iso8583/message.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace iso8583 {

Message::Message(Message&& other) noexcept {
  *this = std::move(other);
}

Message& Message::operator=(Message&& other) noexcept {
  if (this == &other) return *this;
  presence_ = other.presence_;
  mti_ = other.mti_;
  mti_size_ = other.mti_size_;
  scratch_size_ = std::exchange(other.scratch_size_, 0);
  scratch_ = std::move(other.scratch_);
  for (int field = next_field(0); field != 0; field = next_field(field)) {
    const auto index = static_cast<std::size_t>(field);
    views_[index] = other.views_[index];
  }
  other.reset();
  return *this;
}

void Message::set_mti(std::string_view mti) {
  mti_size_ = 0;
  if (mti.size() != mti_.size()) return;
  mti.copy(mti_.data(), mti_.size());
  mti_size_ = 4;
}

void Message::set(int field, std::string_view text) {
  if (!is_field(field)) {
    std::fprintf(stderr, "iso8583::Message::set: no such field: %d\n", field);
    std::abort();
  }
  presence_[word_of(field)] |= bit_of(field);
  views_[static_cast<std::size_t>(field)] = {text.data(), text.size()};
}

void Message::erase(int field) {
  if (is_field(field)) presence_[word_of(field)] &= ~bit_of(field);
}

void Message::reset() {
  presence_.fill(0);
  mti_size_ = 0;
}

int Message::next_field(int field) const {
  if (field >= field_number_max) return 0;
  if (field < 0) field = 0;
  // Bit `field` of the bitmap, counted from 0, is the field behind this one.
  std::size_t word = static_cast<std::size_t>(field) / 64;
  std::uint64_t bits = presence_[word] & (~std::uint64_t{0} >> (static_cast<unsigned>(field) % 64));
  while (bits == 0) {
    if (++word == word_count) return 0;
    bits = presence_[word];
  }
  return static_cast<int>(word * 64) + std::countl_zero(bits) + 1;
}

char* Message::scratch(std::size_t size) {
  if (scratch_size_ < size) {
    // Replaced only between messages: reset() has dropped the views into the old memory.
    scratch_ = std::make_unique_for_overwrite<char[]>(size);
    scratch_size_ = size;
  }
  return scratch_.get();
}

}  // namespace iso8583
