#include "bench/pacer.hpp"

#include <sys/timerfd.h>

namespace holdfast::bench {
namespace {

// At a time of CLOCK_MONOTONIC, which steady_clock reads; 0 is never. A time that has passed is
// at once. Whatever expired before is forgotten, so that nobody has to read the timer.
void set_timer(int timer, std::chrono::nanoseconds at) {
  constexpr std::chrono::nanoseconds::rep second = 1'000'000'000;
  itimerspec time{};
  time.it_value.tv_sec = at.count() / second;
  time.it_value.tv_nsec = at.count() % second;
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &time, nullptr);
}

}  // namespace

Pacer::Pacer(std::uint64_t rate)
    : rate_(rate), timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {}

void Pacer::start(Clock::time_point at) {
  start_ = at;
  taken_ = 0;
  arm();
}

std::optional<Pacer::Clock::time_point> Pacer::take_due(Clock::time_point now) {
  const auto due = next_due();
  if (due > now) return std::nullopt;
  ++taken_;
  return due;
}

void Pacer::arm() {
  set_timer(timer_.get(), next_due().time_since_epoch());
}
void Pacer::disarm() {
  set_timer(timer_.get(), {});
}

// From the start each time: a sum of rounded steps would drift.
Pacer::Clock::time_point Pacer::next_due() const {
  const std::uint64_t whole = taken_ / rate_;
  const std::uint64_t rest = taken_ % rate_ * 1'000'000'000 / rate_;
  return start_ + std::chrono::seconds(whole) + std::chrono::nanoseconds(rest);
}

}  // namespace holdfast::bench
