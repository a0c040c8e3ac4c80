#include "bench/request_maker.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "bench/population.hpp"
#include "iso8583/error.hpp"
#include "iso8583/framing.hpp"

namespace holdfast::bench {
namespace {

constexpr std::size_t frame_size_max = 1024;
constexpr std::size_t terminal_digits = 7;
constexpr std::size_t terminal_prefix = 1;      // DE41: T and the digits
constexpr std::size_t lifecycle_id_prefix = 3;  // DE62: MRK and the sequence
constexpr std::uint64_t terminals = 50'000;
constexpr std::uint64_t amount_min = 100;
constexpr std::uint64_t amount_max = 9'999;
constexpr std::chrono::hours local_offset{3};

struct Field {
  int number;
  std::string_view text;
};
// No value stands in another one, so that each is found in the encoded bytes.
constexpr Field fields[] = {
    {2, "4000001357924682"},
    {3, "000000"},
    {4, "000000775533"},
    {7, "1231235958"},
    {11, "862468"},
    {12, "171819"},
    {13, "0229"},
    {14, card_expiry},
    {18, "5411"},
    {19, "643"},
    {22, "051"},
    {25, "00"},
    {32, "400123"},
    {37, "907856341209"},
    {41, "T7654321"},
    {42, "MERCHANT0000042"},
    {49, "643"},
    {60, "00"},
    {62, "MRK112233445566"},
};

std::string_view text_of(int number) {
  const auto* field = std::find_if(std::begin(fields), std::end(fields),
                                   [number](const Field& f) { return f.number == number; });
  return field == std::end(fields) ? std::string_view() : field->text;
}

Outcome<std::size_t> find_field(std::span<const std::uint8_t> frame, int number) {
  const std::string_view text = text_of(number);
  const auto place = std::search(frame.begin(), frame.end(), text.begin(), text.end());
  if (place == frame.end()) {
    return Error{fmt::format("the bench needs a dialect that writes DE{} as ASCII", number)};
  }
  return static_cast<std::size_t>(place - frame.begin());
}

Outcome<std::vector<std::uint8_t>> encode_frame(const iso8583::Dialect& dialect) {
  iso8583::Message message;
  message.set_mti("0100");
  for (const Field& field : fields) message.set(field.number, field.text);
  const iso8583::FramingOptions framing;
  const std::size_t header_size = iso8583::frame_header_size(framing);
  std::vector<std::uint8_t> frame(frame_size_max);
  const auto size = iso8583::encode(dialect, message, std::span(frame).subspan(header_size));
  if (!size) return Error{iso8583::to_string(size.error())};
  frame.resize(header_size + *size);
  const auto header =
      iso8583::write_frame_header(framing, {}, *size, std::span(frame).first(header_size));
  if (!header) return Error{std::string(iso8583::describe(header.error()))};
  return frame;
}

// The n-th number of SplitMix64: a few cycles, good enough to choose cards with, and any of them
// can be had without the ones before.
std::uint64_t random_number(std::uint64_t seed, std::uint64_t n) {
  std::uint64_t value = seed + (n + 1) * 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

}  // namespace

Outcome<RequestMaker> RequestMaker::create(const iso8583::Dialect& dialect, std::uint64_t cards,
                                           std::uint64_t seed) {
  auto frame = encode_frame(dialect);
  if (!frame) return frame.error();
  RequestMaker maker(cards, seed);
  maker.frame_ = std::move(*frame);
  struct Place {
    int number;
    std::size_t& offset;
  };
  const Place places[] = {
      {2, maker.pan_},       {4, maker.amount_},      {7, maker.transmitted_at_},
      {11, maker.stan_},     {12, maker.local_time_}, {13, maker.local_date_},
      {37, maker.sequence_}, {41, maker.terminal_},   {62, maker.lifecycle_id_}};
  for (const Place& place : places) {
    const auto offset = find_field(maker.frame_, place.number);
    if (!offset) return offset.error();
    place.offset = *offset;
  }
  maker.follow_clock();
  return maker;
}

MadeRequest RequestMaker::make(std::span<std::uint8_t> out) {
  const MadeRequest request{static_cast<std::uint32_t>(made_ % stan_max) + 1, made_};
  // The trace numbers begin again: the time must have moved on since they did so last.
  if (made_ != 0 && made_ % stan_max == 0) set_second(second_ + std::chrono::seconds(1));
  ++made_;

  std::memcpy(out.data(), frame_.data(), frame_.size());
  auto* text = reinterpret_cast<char*>(out.data());
  const Purchase purchase = this->purchase(request.sequence);
  write_pan(std::span<char, pan_digits>(text + pan_, pan_digits), purchase.card);
  write_digits({text + amount_, 12}, static_cast<std::uint64_t>(purchase.amount));
  write_digits({text + stan_, stan_digits}, request.stan);
  write_digits({text + sequence_, sequence_digits}, request.sequence);
  write_digits({text + terminal_ + terminal_prefix, terminal_digits}, purchase.terminal);
  write_digits({text + lifecycle_id_ + lifecycle_id_prefix, sequence_digits}, request.sequence);
  return request;
}

Purchase RequestMaker::purchase(std::uint64_t sequence) const {
  constexpr std::uint64_t amounts = amount_max - amount_min + 1;
  const std::uint64_t first = 3 * sequence;
  return {random_number(seed_, first) % cards_,
          static_cast<std::int64_t>(amount_min + random_number(seed_, first + 1) % amounts),
          random_number(seed_, first + 2) % terminals};
}

std::string RequestMaker::terminal_text(std::uint64_t terminal) {
  return fmt::format("{}{:0{}}", text_of(41).substr(0, terminal_prefix), terminal, terminal_digits);
}
std::string RequestMaker::lifecycle_id_text(std::uint64_t sequence) {
  return fmt::format("{}{:0{}}", text_of(62).substr(0, lifecycle_id_prefix), sequence,
                     sequence_digits);
}
std::string_view RequestMaker::constant_field(int number) {
  return text_of(number);
}
std::chrono::sys_seconds RequestMaker::local_time() const {
  return second_ + local_offset;
}

void RequestMaker::follow_clock() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now > second_) set_second(now);
}

void RequestMaker::set_second(std::chrono::sys_seconds second) {
  second_ = second;
  const std::string transmitted_at = fmt::format("{:%m%d%H%M%S}", second);
  const std::string local = fmt::format("{:%H%M%S%m%d}", local_time());
  std::memcpy(frame_.data() + transmitted_at_, transmitted_at.data(), transmitted_at.size());
  std::memcpy(frame_.data() + local_time_, local.data(), 6);
  std::memcpy(frame_.data() + local_date_, local.data() + 6, 4);
}

}  // namespace holdfast::bench
