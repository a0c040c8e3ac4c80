// The trace's clock: where the automatic DE7, DE12, DE13 and DE37 come from. It is never the
// computer's clock, so that a replay sends the same bytes every time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::trace {

struct TraceTime {
  std::chrono::sys_time<std::chrono::milliseconds> utc;
  std::chrono::minutes offset{0};  // of the terminals' local time

  // DE7, in UTC: MMDDhhmmss.
  std::string transmission() const;
  // DE12 and DE13: hhmmss and MMDD of the local time.
  std::string local_time() const;
  std::string local_date() const;
  // The front of DE37: last digit of the year, day of the year, hour (UTC).
  std::string reference_prefix() const;
  // YYYY-MM-DDTHH:MM:SS, local.
  std::string local_timestamp() const;
  // RFC 3339 in UTC.
  std::string rfc3339() const;
};

// "2026-11-20T09:00:00Z" or with an offset such as +03:00; milliseconds may follow the seconds.
std::optional<TraceTime> parse_time(std::string_view text);

// "08:01:02.5": since midnight.
std::optional<std::chrono::milliseconds> parse_time_of_day(std::string_view text);

// "0.250", in seconds.
std::optional<std::chrono::milliseconds> parse_seconds(std::string_view text);

// "7d", "12h", "30m", "45s".
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace holdfast::trace
