// Business time: the clock that commands are stamped with, and the business day it falls in.
#pragma once

#include <atomic>
#include <chrono>

#include "config/config.hpp"
#include "engine/types.hpp"

namespace holdfast {

// The machine's clock, or one that stands still until it is moved (tests). Any thread.
class BusinessClock {
 public:
  // `not_before`: where recovery says that time has been already.
  BusinessClock(const TestingConfig& testing, engine::Instant not_before);

  engine::Instant now() const;
  bool is_manual() const { return manual_; }
  // Only forward; false, and nothing changes, for a time behind now or with the machine's clock.
  bool move_to(engine::Instant now);

 private:
  const bool manual_;
  std::atomic<std::int64_t> microseconds_{0};
};

// From cut-off to cut-off in the configured zone, daylight saving included. The label of a day is
// the calendar date of the cut-off that ends it.
class BusinessCalendar {
 public:
  struct Day {
    engine::Instant begin;
    engine::Instant end;       // the first moment of the next
    engine::Instant midnight;  // before it, the calendar is still at the date before the label's
    engine::BusinessDate date;
    bool contains(engine::Instant at) const { return begin <= at && at < end; }
  };

  // Sets the process's time zone: there is one per process. Call it before threads start.
  explicit BusinessCalendar(const BusinessDayConfig& config);
  Day day_of(engine::Instant at) const;

 private:
  std::chrono::minutes cut_off_;
};

// What stamps commands: remembers the current day, so that a stamp costs two comparisons. One
// for each thread.
class TimeStamper {
 public:
  TimeStamper(const BusinessClock& clock, const BusinessCalendar& calendar)
      : clock_(clock), calendar_(calendar) {}

  struct Stamp {
    engine::Instant now;
    engine::BusinessDate business_date;
    engine::BusinessDate local_date;
  };
  Stamp operator()() {
    const engine::Instant now = clock_.now();
    if (!day_.contains(now)) day_ = calendar_.day_of(now);
    const std::int32_t before_midnight = now < day_.midnight ? 1 : 0;
    return {now, day_.date, {day_.date.days - before_midnight}};
  }

 private:
  const BusinessClock& clock_;
  const BusinessCalendar& calendar_;
  BusinessCalendar::Day day_{};
};

}  // namespace holdfast
