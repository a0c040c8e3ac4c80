#include "clearing/base2_dates.hpp"

#include "clearing/field_checks.hpp"

namespace holdfast::clearing {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

namespace {

std::optional<sys_days> day_of_year(int of_year, std::int64_t day) {
  const year_month_day first{year(of_year), std::chrono::January, std::chrono::day(1)};
  if (day < 1 || day > (first.year().is_leap() ? 366 : 365)) return std::nullopt;
  return sys_days(first) + days(day - 1);
}

int year_of(sys_days date) {
  return static_cast<int>(year_month_day(date).year());
}

}  // namespace

std::optional<sys_days> base2_file_date(std::string_view yyddd) {
  const auto number = number_from(yyddd);
  if (!number || yyddd.size() != 5) return std::nullopt;
  return day_of_year(2000 + static_cast<int>(*number / 1000), *number % 1000);
}

std::optional<sys_days> base2_processing_date(std::string_view yddd, sys_days near) {
  const auto number = number_from(yddd);
  if (!number || yddd.size() != 4) return std::nullopt;
  // From four years before `near` to five after, every last digit comes once.
  const int earliest = year_of(near) - 4;
  const int last_digit = static_cast<int>(*number / 1000);
  return day_of_year(earliest + (last_digit - earliest % 10 + 10) % 10, *number % 1000);
}

std::optional<sys_days> base2_purchase_date(std::string_view mmdd, sys_days processed) {
  const auto number = number_from(mmdd);
  if (!number || mmdd.size() != 4) return std::nullopt;
  const sys_days latest = processed + days(1);
  for (const int candidate : {year_of(latest), year_of(latest) - 1}) {
    const year_month_day date{year(candidate),
                              std::chrono::month(static_cast<unsigned>(*number / 100)),
                              std::chrono::day(static_cast<unsigned>(*number % 100))};
    if (date.ok() && sys_days(date) <= latest) return sys_days(date);
  }
  return std::nullopt;
}

}  // namespace holdfast::clearing
