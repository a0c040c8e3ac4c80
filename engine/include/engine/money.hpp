// Money: a signed 64-bit count of minor units beside an ISO 4217 currency.
// Every sum is overflow-checked; there is no floating point anywhere near money.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

constexpr std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

// An amount in minor units of a currency that the context names (an account's, a hold's).
using MinorUnits = std::int64_t;

// An ISO 4217 currency, kept by its numeric code; 0 is "none".
class CurrencyCode {
 public:
  constexpr CurrencyCode() = default;

  // Nothing when ISO 4217 has no such code.
  static std::optional<CurrencyCode> from_numeric(int code);
  static std::optional<CurrencyCode> from_alpha(std::string_view code);
  // For values that were checked before they were stored.
  static constexpr CurrencyCode trusted(std::uint16_t code) { return CurrencyCode(code); }

  constexpr std::uint16_t numeric() const { return code_; }
  std::string_view alpha() const;
  // Digits behind the decimal point: JPY 0, EUR 2, KWD 3.
  int exponent() const;

  constexpr explicit operator bool() const { return code_ != 0; }
  friend constexpr bool operator==(CurrencyCode, CurrencyCode) = default;
  friend constexpr auto operator<=>(CurrencyCode, CurrencyCode) = default;

 private:
  constexpr explicit CurrencyCode(std::uint16_t code) : code_(code) {}
  std::uint16_t code_ = 0;
};

struct Money {
  MinorUnits amount = 0;
  CurrencyCode currency;

  friend constexpr bool operator==(const Money&, const Money&) = default;
};

// Sums that say so when they do not fit in 64 bits.
constexpr std::optional<MinorUnits> checked_add(MinorUnits a, MinorUnits b) {
  MinorUnits sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}
constexpr std::optional<MinorUnits> checked_subtract(MinorUnits a, MinorUnits b) {
  MinorUnits difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return std::nullopt;
  return difference;
}

// An exchange rate or a percentage: an integer scaled by 10^8, so that "62.20" is exact.
class ScaledRate {
 public:
  static constexpr std::int64_t scale = 100'000'000;

  constexpr ScaledRate() = default;
  // "62.20", at most 8 decimals, positive or zero; nothing for anything else.
  static std::optional<ScaledRate> parse(std::string_view text);
  // For values that were checked before they were stored.
  static constexpr ScaledRate trusted(std::int64_t scaled) { return ScaledRate(scaled); }
  constexpr std::int64_t scaled() const { return value_; }
  friend constexpr bool operator==(ScaledRate, ScaledRate) = default;
  constexpr explicit operator bool() const { return value_ != 0; }

 private:
  constexpr explicit ScaledRate(std::int64_t value) : value_(value) {}
  std::int64_t value_ = 0;
};

// amount × numerator ÷ denominator, rounded half-up (away from zero) to the minor unit, once.
// Nothing when the result does not fit; the denominator is positive.
std::optional<MinorUnits> multiply_divide(MinorUnits amount, std::int64_t numerator,
                                          std::int64_t denominator);

// "35.00 RUB": for people, never parsed back.
std::string to_string(const Money& money);
// "35.00": the amount alone, in the currency's exponent.
std::string format_amount(MinorUnits amount, CurrencyCode currency);

}  // namespace engine
