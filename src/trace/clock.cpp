#include "trace/clock.hpp"

#include <fmt/format.h>

#include <charconv>

namespace holdfast::trace {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct CivilTime {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  long hour = 0;
  long minute = 0;
  long second = 0;
  long day_of_year = 0;
};

CivilTime civil(std::chrono::sys_time<milliseconds> time) {
  const auto midnight = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<seconds>(time - midnight));
  const std::chrono::sys_days new_year(date.year() / std::chrono::January / 1);
  return {static_cast<int>(date.year()),     static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), clock.hours().count(),
          clock.minutes().count(),           clock.seconds().count(),
          (midnight - new_year).count() + 1};
}

// Exactly `width` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + width, number);
  if (error != std::errc() || end != text.data() + width || number < 0) return std::nullopt;
  text.remove_prefix(width);
  return number;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// hh:mm:ss with an optional fraction.
std::optional<milliseconds> take_time_of_day(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto fraction_end = text.find_first_not_of("0123456789.");
  const auto second = parse_seconds(text.substr(0, fraction_end));
  if (!second || *second >= seconds(60)) return std::nullopt;
  text.remove_prefix(fraction_end == text.npos ? text.size() : fraction_end);
  return hours(*hour) + minutes(*minute) + *second;
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return minutes(0);
  const bool east = text.starts_with('+');
  if (!east && !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 14 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const minutes offset = hours(*hour) + minutes(*minute);
  return east ? offset : -offset;
}

}  // namespace

std::string TraceTime::transmission() const {
  const CivilTime t = civil(utc);
  return fmt::format("{:02}{:02}{:02}{:02}{:02}", t.month, t.day, t.hour, t.minute, t.second);
}

std::string TraceTime::local_time() const {
  const CivilTime t = civil(utc + offset);
  return fmt::format("{:02}{:02}{:02}", t.hour, t.minute, t.second);
}

std::string TraceTime::local_date() const {
  const CivilTime t = civil(utc + offset);
  return fmt::format("{:02}{:02}", t.month, t.day);
}

std::string TraceTime::reference_prefix() const {
  const CivilTime t = civil(utc);
  return fmt::format("{}{:03}{:02}", t.year % 10, t.day_of_year, t.hour);
}

std::string TraceTime::local_timestamp() const {
  const CivilTime t = civil(utc + offset);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour,
                     t.minute, t.second);
}

std::string TraceTime::rfc3339() const {
  const CivilTime t = civil(utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.year, t.month, t.day, t.hour,
                     t.minute, t.second);
}

std::optional<TraceTime> parse_time(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto time_of_day = take_time_of_day(text);
  if (!time_of_day) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return TraceTime{std::chrono::sys_days(date) + *time_of_day - *offset, *offset};
}

std::optional<milliseconds> parse_time_of_day(std::string_view text) {
  const auto time = take_time_of_day(text);
  return text.empty() ? time : std::nullopt;
}

std::optional<milliseconds> parse_seconds(std::string_view text) {
  constexpr std::size_t whole_digits_max = 9;
  constexpr std::size_t decimals_max = 3;
  const auto point = text.find('.');
  std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > whole_digits_max) return std::nullopt;
  const auto second = take_digits(whole, whole.size());
  if (!second) return std::nullopt;
  if (point == text.npos) return seconds(*second);
  std::string decimals(text.substr(point + 1));
  if (decimals.empty() || decimals.size() > decimals_max) return std::nullopt;
  decimals.append(decimals_max - decimals.size(), '0');
  std::string_view rest = decimals;
  const auto thousandths = take_digits(rest, decimals_max);
  if (!thousandths) return std::nullopt;
  return seconds(*second) + milliseconds(*thousandths);
}

std::optional<seconds> parse_duration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const char unit = text.back();
  text.remove_suffix(1);
  const auto count = take_digits(text, text.size());
  if (!count) return std::nullopt;
  switch (unit) {
    case 'd':
      return days(*count);
    case 'h':
      return hours(*count);
    case 'm':
      return minutes(*count);
    case 's':
      return seconds(*count);
    default:
      return std::nullopt;
  }
}

}  // namespace holdfast::trace
