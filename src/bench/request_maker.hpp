// The messages of the load: one authorization request, encoded once, whose digits are changed in
// place for each that is sent. Echo, durable-echo and authorize get the very same bytes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "error.hpp"
#include "iso8583/dialect.hpp"

namespace holdfast::bench {

inline constexpr std::size_t length_header_size = 2;
inline constexpr std::size_t stan_digits = 6;
inline constexpr std::size_t sequence_digits = 12;

constexpr std::uint32_t stan_max = 999'999;

struct MadeRequest {
  std::uint32_t stan;      // DE11, 1 to stan_max
  std::uint64_t sequence;  // DE37; every request has its own
};

// What tells one request from the others: all of it follows from the seed and the sequence.
struct Purchase {
  std::uint64_t card;
  std::int64_t amount;  // DE4, of currency DE49
  std::uint64_t terminal;
};

class RequestMaker {
 public:
  // A purchase of 18 fields and DE2 by one of `cards` random cards; `seed` decides which. The
  // dialect must write text as ASCII.
  static Outcome<RequestMaker> create(const iso8583::Dialect& dialect, std::uint64_t cards,
                                      std::uint64_t seed);

  // Of every frame, with its two bytes of length.
  std::size_t frame_size() const { return frame_.size(); }
  // Writes the next request; `out` has frame_size() bytes. DE7 and DE11 together never repeat,
  // nor does DE37.
  MadeRequest make(std::span<std::uint8_t> out);
  // What the request of a sequence says. Nobody has to remember it.
  Purchase purchase(std::uint64_t sequence) const;
  // DE41 and DE62 of a request, and fields that are the same in all.
  static std::string terminal_text(std::uint64_t terminal);
  static std::string lifecycle_id_text(std::uint64_t sequence);
  static std::string_view constant_field(int number);
  // The time of DE12 and DE13 of the requests that are made now.
  std::chrono::sys_seconds local_time() const;
  // Moves DE7, DE12 and DE13 to the clock's second. To be called now and then.
  void follow_clock();

  // Where a frame without DE38 and DE39 has its DE11 and DE37: that of an echo.
  std::size_t stan_offset() const { return stan_; }
  std::size_t sequence_offset() const { return sequence_; }

 private:
  explicit RequestMaker(std::uint64_t cards, std::uint64_t seed) : cards_(cards), seed_(seed) {}
  void set_second(std::chrono::sys_seconds second);

  std::vector<std::uint8_t> frame_;
  // Offsets of fields in the frame.
  std::size_t pan_ = 0;
  std::size_t amount_ = 0;
  std::size_t transmitted_at_ = 0;
  std::size_t stan_ = 0;
  std::size_t local_time_ = 0;
  std::size_t local_date_ = 0;
  std::size_t sequence_ = 0;
  std::size_t terminal_ = 0;
  std::size_t lifecycle_id_ = 0;

  std::uint64_t cards_;
  std::uint64_t seed_;
  std::uint64_t made_ = 0;
  std::chrono::sys_seconds second_{};
};

}  // namespace holdfast::bench
