#include "bench/reply_checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "iso8583/error.hpp"

namespace holdfast::bench {
namespace {

constexpr std::size_t mti_size = 4;
constexpr std::size_t bitmap_size = 16;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void ReplyCounts::add(const ReplyCounts& other) {
  approved += other.approved;
  wrong += other.wrong;
  for (const auto& [code, count] : other.declined) declined[code] += count;
  if (first_wrong.empty()) first_wrong = other.first_wrong;
}

std::uint64_t ReplyCounts::declined_count() const {
  std::uint64_t sum = 0;
  for (const auto& [code, count] : declined) sum += count;
  return sum;
}

void ReplyChecker::count_wrong(std::string_view why) {
  if (counts_.wrong++ == 0) counts_.first_wrong = why;
}

std::optional<ReplyFacts> ReplyChecker::read(std::span<const std::uint8_t> frame) {
  return answering_ == Answering::echo ? read_echo(frame)
                                       : read_authorization(frame.subspan(length_header_size));
}

std::optional<ReplyFacts> ReplyChecker::read_echo(std::span<const std::uint8_t> frame) {
  const std::string_view text = text_of(frame);
  ReplyFacts facts;
  if (frame.size() != requests_.frame_size() ||
      text.substr(length_header_size, mti_size) != "0100" ||
      !read_number(text.substr(requests_.stan_offset(), stan_digits), facts.stan) ||
      !read_number(text.substr(requests_.sequence_offset(), sequence_digits), facts.sequence)) {
    count_wrong("no echo of a request");
    return std::nullopt;
  }
  ++counts_.approved;
  return facts;
}

std::optional<ReplyFacts> ReplyChecker::read_authorization(std::span<const std::uint8_t> payload) {
  const std::string_view text = text_of(payload);
  if (text.substr(0, mti_size) != "0110") {
    count_wrong("a message that is no 0110");
    return std::nullopt;
  }
  const Layout* layout = find_layout(payload);
  if (layout == nullptr) return std::nullopt;
  ReplyFacts facts;
  if (!read_number(text.substr(layout->stan, stan_digits), facts.stan) ||
      !read_number(text.substr(layout->sequence, sequence_digits), facts.sequence)) {
    count_wrong("a 0110 without DE11 or DE37");
    return std::nullopt;
  }
  const std::string_view code = text.substr(layout->code, 2);
  facts.is_approved = code == "00";
  if (facts.is_approved) {
    ++counts_.approved;
  } else {
    ++counts_.declined[std::string(code)];
  }
  return facts;
}

const ReplyChecker::Layout* ReplyChecker::find_layout(std::span<const std::uint8_t> payload) {
  if (payload.size() == layout_.size &&
      std::memcmp(payload.data() + mti_size, layout_.bitmap.data(), bitmap_size) == 0) {
    return &layout_;
  }
  if (const auto decoded = iso8583::decode(dialect_, payload, message_); !decoded) {
    count_wrong("an unreadable reply: " + iso8583::to_string(decoded.error()));
    return nullptr;
  }
  if (!message_.has(11) || !message_.has(37) || !message_.has(39)) {
    count_wrong("a reply without DE11, DE37 or DE39");
    return nullptr;
  }
  // The fields are views of the frame: the dialect is ASCII.
  const auto offset = [&](int field) {
    return static_cast<std::size_t>(message_.get(field).data() - text_of(payload).data());
  };
  layout_.size = payload.size();
  layout_.stan = offset(11);
  layout_.sequence = offset(37);
  layout_.code = offset(39);
  std::copy_n(payload.data() + mti_size, bitmap_size, layout_.bitmap.begin());
  return &layout_;
}

}  // namespace holdfast::bench
