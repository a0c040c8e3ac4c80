#include "engine/rules.hpp"

#include <algorithm>

namespace engine {
namespace {

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

}  // namespace

bool contains(const std::vector<MccRange>& ranges, std::uint16_t mcc) {
  return ranges.empty() || std::any_of(ranges.begin(), ranges.end(), [mcc](const MccRange& range) {
           return range.contains(mcc);
         });
}

int HoldLifetimes::days(std::uint16_t mcc, HoldKind kind, Channel channel) const {
  // A rule for the merchant's category says more than one for the kind or the channel alone:
  // automated fuel is two days even in a shop's app.
  const HoldLifetime* best = nullptr;
  for (const HoldLifetime& rule : rules) {
    if (!contains(rule.mcc, mcc)) continue;
    if (rule.kind && *rule.kind != kind) continue;
    if (rule.channel && *rule.channel != channel) continue;
    const bool better = best == nullptr || best->mcc.empty() > rule.mcc.empty() ||
                        (best->mcc.empty() == rule.mcc.empty() && rule.days > best->days);
    if (better) best = &rule;
  }
  return best == nullptr ? default_days : best->days;
}

std::optional<MinorUnits> FxRates::convert(const Money& money, CurrencyCode to, FxSide side) const {
  if (money.currency == to) return money.amount;
  auto rate_of = [this](CurrencyCode currency, FxSide s) -> std::optional<std::int64_t> {
    if (currency == base) return ScaledRate::scale;
    auto it = rates.find(currency);
    if (it == rates.end()) return std::nullopt;
    const ScaledRate rate = s == FxSide::sell ? it->second.sell : it->second.buy;
    if (!rate) return std::nullopt;
    return rate.scaled();
  };
  // Across two foreign currencies the bank sells one and buys the other.
  const FxSide other = side == FxSide::sell ? FxSide::buy : FxSide::sell;
  const auto from_rate = rate_of(money.currency, side);
  const auto to_rate = rate_of(to, other);
  if (!from_rate || !to_rate) return std::nullopt;
  const int shift = to.exponent() - money.currency.exponent();
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
  if (__builtin_mul_overflow(*from_rate, power_of_ten(std::max(shift, 0)), &numerator) ||
      __builtin_mul_overflow(*to_rate, power_of_ten(std::max(-shift, 0)), &denominator)) {
    return std::nullopt;
  }
  return multiply_divide(money.amount, numerator, denominator);
}

}  // namespace engine
