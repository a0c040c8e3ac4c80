#include "clearing/civil_time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace holdfast::clearing {
namespace {

// The value of decimal digits, or -1.
int digits_value(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    value = value * 10 + (digit - '0');
  }
  return value;
}

std::optional<CivilTime> checked(int year, int month, int day, int hour, int minute, int second) {
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return std::nullopt;
  }
  return CivilTime{static_cast<std::int16_t>(year),   static_cast<std::uint8_t>(month),
                   static_cast<std::uint8_t>(day),    static_cast<std::uint8_t>(hour),
                   static_cast<std::uint8_t>(minute), static_cast<std::uint8_t>(second)};
}

}  // namespace

std::optional<CivilTime> parse_iso_time(std::string_view text) {
  if (text.size() != 19) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  return checked(digits_value(text.substr(0, 4)), digits_value(text.substr(5, 2)),
                 digits_value(text.substr(8, 2)), digits_value(text.substr(11, 2)),
                 digits_value(text.substr(14, 2)), digits_value(text.substr(17, 2)));
}

std::optional<CivilTime> parse_compact_time(std::string_view text) {
  if (text.size() != 12) return std::nullopt;
  const int year_of_century = digits_value(text.substr(0, 2));
  if (year_of_century < 0) return std::nullopt;
  return checked(2000 + year_of_century, digits_value(text.substr(2, 2)),
                 digits_value(text.substr(4, 2)), digits_value(text.substr(6, 2)),
                 digits_value(text.substr(8, 2)), digits_value(text.substr(10, 2)));
}

std::string to_iso_text(const CivilTime& time) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", time.year, time.month, time.day,
                     time.hour, time.minute, time.second);
}

std::string to_compact_text(const CivilTime& time) {
  return fmt::format("{:02}{:02}{:02}{:02}{:02}{:02}", time.year % 100, time.month, time.day,
                     time.hour, time.minute, time.second);
}

}  // namespace holdfast::clearing
