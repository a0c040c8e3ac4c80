#include "engine/rules.hpp"

#include <algorithm>

namespace engine {
namespace {

// Bits by enumerator; none: any.
template <class Enum>
bool fits_one(unsigned bits, Enum value) {
  return bits == 0 || (bits >> static_cast<unsigned>(value) & 1U) != 0;
}
bool fits_operation(unsigned bits, Operation operation) {
  return bits == 0 ? is_debit(operation) : fits_one(bits, operation);
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

std::optional<MinorUnits> FeeTerms::fee(MinorUnits amount) const {
  const auto share = multiply_divide(amount, percent_scaled, 100 * ScaledRate::scale);
  if (!share) return std::nullopt;
  const auto sum = checked_add(flat, *share);
  if (!sum) return std::nullopt;
  const MinorUnits at_least = std::max(*sum, min);
  return max == 0 ? at_least : std::min(at_least, max);
}

bool Tariff::fits(Operation operation, Channel channel, Region region, std::uint16_t code,
                  CurrencyCode account_currency, MinorUnits amount) const {
  return currency == account_currency && fits_operation(operations, operation) &&
         fits_one(channels, channel) && fits_one(regions, region) && contains(mcc, code) &&
         amount >= amount_from && (!amount_to || amount <= *amount_to);
}

bool LimitRule::fits(Operation operation, Channel channel, Region region,
                     std::uint16_t code) const {
  if (!fits_operation(operations, operation) || !fits_one(channels, channel) ||
      !fits_one(regions, region)) {
    return false;
  }
  return mcc_range_count == 0 ||
         std::any_of(mcc, mcc + mcc_range_count,
                     [code](const MccRange& range) { return range.contains(code); });
}

std::uint64_t LimitRule::shape() const {
  // Stable across builds, as a stored key must be.
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  auto add = [&hash](std::uint64_t value) {
    hash = (hash ^ value) * 0xd6e8feb86659fd93ULL;
    hash ^= hash >> 32;
  };
  add(std::uint64_t{operations} | std::uint64_t{channels} << 16 | std::uint64_t{regions} << 24 |
      static_cast<std::uint64_t>(scope) << 32 | static_cast<std::uint64_t>(window) << 40 |
      std::uint64_t{mcc_range_count} << 48);
  add(static_cast<std::uint64_t>(rolling_seconds));
  for (std::size_t i = 0; i < mcc_range_count; ++i) {
    add(std::uint64_t{mcc[i].first} << 16 | mcc[i].last);
  }
  return hash;
}

void Rules::set_limits(std::vector<LimitProfile> profiles) {
  limits_ = std::move(profiles);
  account_rules_.clear();
  limits_stamp_ = 0;
  for (const LimitProfile& profile : limits_) {
    for (const LimitRule& rule : profile.rules) {
      const std::uint64_t shape = rule.shape();
      limits_stamp_ = (limits_stamp_ ^ shape) * 0x100000001b3ULL;
      const bool known =
          std::any_of(account_rules_.begin(), account_rules_.end(),
                      [shape](const LimitRule& other) { return other.shape() == shape; });
      if (rule.scope == LimitScope::account && !known) account_rules_.push_back(rule);
    }
    // A rule that moved from one profile to another has passed transactions by.
    limits_stamp_ = (limits_stamp_ ^ 0xffU) * 0x100000001b3ULL;
  }
}

const LimitProfile* Rules::limit_profile(const LimitProfileName& name) const {
  const auto it = std::find_if(limits_.begin(), limits_.end(),
                               [&name](const LimitProfile& p) { return p.name == name; });
  return it == limits_.end() ? nullptr : &*it;
}

const Tariff* Rules::tariff(Operation operation, Channel channel, Region region, std::uint16_t mcc,
                            CurrencyCode account_currency, MinorUnits amount) const {
  const auto it = std::find_if(tariffs.begin(), tariffs.end(), [&](const Tariff& t) {
    return t.fits(operation, channel, region, mcc, account_currency, amount);
  });
  return it == tariffs.end() ? nullptr : &*it;
}

}  // namespace engine
