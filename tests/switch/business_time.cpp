#include "time/business_time.hpp"

#include <catch2/catch.hpp>

#include "time/rfc3339.hpp"

namespace {

using holdfast::BusinessCalendar;

engine::Instant at(const char* text) {
  const auto instant = holdfast::parse_rfc3339(text);
  REQUIRE(instant.has_value());
  return *instant;
}

std::string begin_of(const BusinessCalendar& calendar, const char* text) {
  return holdfast::format_rfc3339(calendar.day_of(at(text)).begin);
}

}  // namespace

TEST_CASE("business time: a cut-off in the hour that comes twice is at its first, whoever asks",
          "[business_time]") {
  // In Berlin 02:30 of 25 October 2026 comes at 00:30Z (summer time) and again at 01:30Z.
  const BusinessCalendar calendar({"Europe/Berlin", std::chrono::minutes(150)});
  const char* const first = "2026-10-25T00:30:00Z";
  // What was asked before must not matter.
  for (const char* before : {"2026-07-01T12:00:00Z", "2026-12-01T12:00:00Z"}) {
    INFO("after " << before);
    calendar.day_of(at(before));
    CHECK(begin_of(calendar, "2026-10-25T00:29:59Z") == "2026-10-24T00:30:00Z");
    calendar.day_of(at(before));
    CHECK(begin_of(calendar, first) == first);
    calendar.day_of(at(before));
    CHECK(begin_of(calendar, "2026-10-25T01:30:00Z") == first);
    calendar.day_of(at(before));
    CHECK(begin_of(calendar, "2026-10-25T12:00:00Z") == first);
    const auto day = calendar.day_of(at("2026-10-25T12:00:00Z"));
    CHECK(holdfast::format_rfc3339(day.end) == "2026-10-26T01:30:00Z");
  }
}

TEST_CASE("business time: a cut-off in the hour that is left out is at one moment, whoever asks",
          "[business_time]") {
  // In Berlin 02:30 of 29 March 2026 never comes: at 01:00Z the clocks go from 02:00 to 03:00.
  const BusinessCalendar calendar({"Europe/Berlin", std::chrono::minutes(150)});
  for (const char* before : {"2026-07-01T12:00:00Z", "2026-12-01T12:00:00Z"}) {
    INFO("after " << before);
    calendar.day_of(at(before));
    CHECK(begin_of(calendar, "2026-03-29T12:00:00Z") == "2026-03-29T01:30:00Z");
    calendar.day_of(at(before));
    const auto day_before = calendar.day_of(at("2026-03-29T01:29:59Z"));
    CHECK(holdfast::format_rfc3339(day_before.begin) == "2026-03-28T01:30:00Z");
    CHECK(holdfast::format_rfc3339(day_before.end) == "2026-03-29T01:30:00Z");
  }
}
