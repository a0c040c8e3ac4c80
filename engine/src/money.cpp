#include "engine/money.hpp"

#include <algorithm>
#include <array>

#include "currencies.hpp"

namespace engine {
namespace {

const CurrencyRow* find_numeric(int code) {
  auto row = std::lower_bound(currency_rows.begin(), currency_rows.end(), code,
                              [](const CurrencyRow& r, int c) { return r.numeric < c; });
  return row != currency_rows.end() && row->numeric == code ? &*row : nullptr;
}

}  // namespace

std::optional<CurrencyCode> CurrencyCode::from_numeric(int code) {
  const CurrencyRow* row = find_numeric(code);
  if (row == nullptr) return std::nullopt;
  return CurrencyCode(row->numeric);
}

std::optional<CurrencyCode> CurrencyCode::from_alpha(std::string_view code) {
  auto row = std::find_if(currency_rows.begin(), currency_rows.end(),
                          [code](const CurrencyRow& r) { return r.alpha == code; });
  if (row == currency_rows.end()) return std::nullopt;
  return CurrencyCode(row->numeric);
}

std::string_view CurrencyCode::alpha() const {
  const CurrencyRow* row = find_numeric(code_);
  return row == nullptr ? std::string_view("???") : row->alpha;
}

int CurrencyCode::exponent() const {
  const CurrencyRow* row = find_numeric(code_);
  return row == nullptr ? 2 : row->exponent;
}

std::optional<ScaledRate> ScaledRate::parse(std::string_view text) {
  constexpr int decimals_max = 8;
  std::int64_t value = 0;
  int decimals = -1;
  bool any_digit = false;
  for (char c : text) {
    if (c == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (c < '0' || c > '9' || decimals == decimals_max) return std::nullopt;
    any_digit = true;
    if (decimals >= 0) ++decimals;
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, c - '0', &value)) return std::nullopt;
  }
  if (!any_digit) return std::nullopt;
  const int missing = decimals_max - std::max(decimals, 0);
  if (__builtin_mul_overflow(value, power_of_ten(missing), &value)) return std::nullopt;
  return ScaledRate(value);
}

std::optional<MinorUnits> multiply_divide(MinorUnits amount, std::int64_t numerator,
                                          std::int64_t denominator) {
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(amount) * numerator;
  const Wide half = denominator / 2;
  const Wide rounded = (product >= 0 ? product + half : product - half) / denominator;
  if (rounded > std::numeric_limits<MinorUnits>::max() ||
      rounded < std::numeric_limits<MinorUnits>::min()) {
    return std::nullopt;
  }
  return static_cast<MinorUnits>(rounded);
}

std::string format_amount(MinorUnits amount, CurrencyCode currency) {
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  const bool negative = amount < 0;
  const auto magnitude =
      negative ? ~static_cast<std::uint64_t>(amount) + 1 : static_cast<std::uint64_t>(amount);
  std::string digits = std::to_string(magnitude);
  if (exponent > 0) {
    if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
    digits.insert(digits.size() - exponent, 1, '.');
  }
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

std::string to_string(const Money& money) {
  return format_amount(money.amount, money.currency) + " " + std::string(money.currency.alpha());
}

}  // namespace engine
