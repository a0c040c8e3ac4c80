// The schedule of an open loop: request n is due n/rate seconds after the start, whatever became
// of those before it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "bench/descriptor.hpp"

namespace holdfast::bench {

class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  // `rate` is in requests a second, above 0.
  explicit Pacer(std::uint64_t rate);

  // The first request is due at `at`; the timer waits for it.
  void start(Clock::time_point at);
  // When the next request was due, if `now` is not before that; each is handed out once.
  std::optional<Clock::time_point> take_due(Clock::time_point now);

  // Readable from when the next request is due; to be armed again when what was due is taken.
  int timer() const { return timer_.get(); }
  void arm();
  void disarm();

 private:
  Clock::time_point next_due() const;

  std::uint64_t rate_;
  Descriptor timer_;
  Clock::time_point start_;
  std::uint64_t taken_ = 0;
};

}  // namespace holdfast::bench
