#include "fx.hpp"

#include <algorithm>

namespace engine {
namespace {

std::optional<std::int64_t> rate_of(const State& state, CurrencyCode currency, FxSide side) {
  if (currency == state.meta.fx_base) return ScaledRate::scale;
  const auto record = state.fx_rates.get(currency);
  if (!record || record->version != state.meta.fx_version) return std::nullopt;
  return side == FxSide::sell ? record->sell : record->buy;
}

}  // namespace

std::optional<Conversion> convert(const State& state, const Money& money, CurrencyCode to,
                                  FxSide side) {
  if (money.currency == to) return Conversion{money.amount, 0};
  // Across two foreign currencies the bank sells one and buys the other.
  const FxSide other = side == FxSide::sell ? FxSide::buy : FxSide::sell;
  const auto from_rate = rate_of(state, money.currency, side);
  const auto to_rate = rate_of(state, to, other);
  if (!from_rate || !to_rate) return std::nullopt;
  const int shift = to.exponent() - money.currency.exponent();
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
  if (__builtin_mul_overflow(*from_rate, power_of_ten(std::max(shift, 0)), &numerator) ||
      __builtin_mul_overflow(*to_rate, power_of_ten(std::max(-shift, 0)), &denominator)) {
    return std::nullopt;
  }
  const auto amount = multiply_divide(money.amount, numerator, denominator);
  const auto rate = multiply_divide(*from_rate, ScaledRate::scale, *to_rate);
  if (!amount || !rate) return std::nullopt;
  return Conversion{*amount, *rate};
}

}  // namespace engine
