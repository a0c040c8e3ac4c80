#include "time/business_time.hpp"

#include <cstdlib>
#include <ctime>
#include <optional>

namespace holdfast {
namespace {

engine::Instant machine_now() {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

// When a local time begins: the first of two where the change of clocks repeats it, and a moved one
// where it skips it. Left to itself, mktime picks one of two by what it was asked before.
std::time_t first_moment_of(const std::tm& local) {
  std::optional<std::time_t> first;
  for (const int is_dst : {1, 0}) {
    std::tm asked = local;
    asked.tm_isdst = is_dst;
    const std::time_t moment = std::mktime(&asked);
    const bool is_that_time =
        asked.tm_isdst == is_dst && asked.tm_hour == local.tm_hour && asked.tm_min == local.tm_min;
    if (is_that_time && (!first || moment < *first)) first = moment;
  }
  if (first) return *first;
  std::tm skipped = local;
  skipped.tm_isdst = -1;
  return std::mktime(&skipped);
}

// The moment of the cut-off on the local calendar day of `day`, `days` later.
engine::Instant cut_off_at(std::tm day, int days, std::chrono::minutes cut_off) {
  day.tm_mday += days;
  day.tm_hour = static_cast<int>(cut_off.count() / 60);
  day.tm_min = static_cast<int>(cut_off.count() % 60);
  day.tm_sec = 0;
  return engine::Instant::from_seconds(first_moment_of(day));
}

engine::BusinessDate date_of(const std::tm& day, int days_later) {
  using namespace std::chrono;
  const year_month_day date{year{day.tm_year + 1900}, month{static_cast<unsigned>(day.tm_mon + 1)},
                            std::chrono::day{static_cast<unsigned>(day.tm_mday)}};
  return {static_cast<std::int32_t>(sys_days{date}.time_since_epoch().count() + days_later)};
}

}  // namespace

BusinessClock::BusinessClock(const TestingConfig& testing, engine::Instant not_before)
    : manual_(testing.manual_clock) {
  const engine::Instant start = testing.start.value_or(machine_now());
  microseconds_ = std::max(start, not_before).microseconds;
}

engine::Instant BusinessClock::now() const {
  return manual_ ? engine::Instant{microseconds_.load(std::memory_order_relaxed)} : machine_now();
}

bool BusinessClock::move_to(engine::Instant now) {
  if (!manual_ || now.microseconds < microseconds_) return false;
  microseconds_ = now.microseconds;
  return true;
}

BusinessCalendar::BusinessCalendar(const BusinessDayConfig& config) : cut_off_(config.cut_off) {
  ::setenv("TZ", config.time_zone.c_str(), 1);
  ::tzset();
}

BusinessCalendar::Day BusinessCalendar::day_of(engine::Instant at) const {
  const std::time_t seconds = at.seconds();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  const engine::Instant today = cut_off_at(local, 0, cut_off_);
  const std::chrono::minutes midnight{0};
  if (at < today) {
    return {cut_off_at(local, -1, cut_off_), today, cut_off_at(local, 0, midnight),
            date_of(local, 0)};
  }
  return {today, cut_off_at(local, 1, cut_off_), cut_off_at(local, 1, midnight), date_of(local, 1)};
}

}  // namespace holdfast
