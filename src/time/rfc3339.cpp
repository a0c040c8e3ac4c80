#include "time/rfc3339.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace holdfast {
namespace {

// Reads digits at fixed places; any other character spoils the whole.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}

  int number(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = next();
      if (c < '0' || c > '9') ok_ = false;
      value = value * 10 + (c - '0');
    }
    return value;
  }
  void expect(char a, char b) {
    const char c = next();
    if (c != a && c != b) ok_ = false;
  }
  char next() {
    if (at_ == text_.size()) {
      ok_ = false;
      return '\0';
    }
    return text_[at_++];
  }
  bool more() const { return at_ < text_.size(); }
  char peek() const { return more() ? text_[at_] : '\0'; }
  bool ok() const { return ok_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

std::int64_t microseconds_of_fraction(Digits& digits) {
  std::int64_t value = 0;
  std::int64_t unit = 100'000;
  while (digits.peek() >= '0' && digits.peek() <= '9') {
    value += unit * (digits.next() - '0');
    unit /= 10;
  }
  return value;
}

}  // namespace

std::optional<engine::Instant> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Digits digits(text);
  const int y = digits.number(4);
  digits.expect('-', '-');
  const int m = digits.number(2);
  digits.expect('-', '-');
  const int d = digits.number(2);
  digits.expect('T', 't');
  const int hour = digits.number(2);
  digits.expect(':', ':');
  const int minute = digits.number(2);
  digits.expect(':', ':');
  const int second = digits.number(2);
  std::int64_t fraction = 0;
  if (digits.peek() == '.') {
    digits.next();
    fraction = microseconds_of_fraction(digits);
  }
  int offset_minutes = 0;
  const char zone = digits.next();
  if (zone == '+' || zone == '-') {
    offset_minutes = digits.number(2) * 60;
    digits.expect(':', ':');
    offset_minutes += digits.number(2);
    if (zone == '-') offset_minutes = -offset_minutes;
  } else if (zone != 'Z' && zone != 'z') {
    return std::nullopt;
  }
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!digits.ok() || digits.more() || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds =
      days * 86'400 + hour * 3600 + minute * 60 + second - offset_minutes * 60;
  return engine::Instant{seconds * 1'000'000 + fraction};
}

std::string format_rfc3339(engine::Instant at) {
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds{at.microseconds}};
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const hh_mm_ss clock{time - midnight};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) {
    text += fmt::format(".{:06}", clock.subseconds().count());
  }
  return text + "Z";
}

std::optional<engine::BusinessDate> parse_date(std::string_view text) {
  using namespace std::chrono;
  Digits digits(text);
  const int y = digits.number(4);
  digits.expect('-', '-');
  const int m = digits.number(2);
  digits.expect('-', '-');
  const int d = digits.number(2);
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!digits.ok() || digits.more() || !date.ok()) return std::nullopt;
  return engine::BusinessDate{static_cast<std::int32_t>(sys_days{date}.time_since_epoch().count())};
}

std::string format_date(engine::BusinessDate date) {
  using namespace std::chrono;
  const year_month_day civil{sys_days{days{date.days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(civil.year()),
                     static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()));
}

}  // namespace holdfast
