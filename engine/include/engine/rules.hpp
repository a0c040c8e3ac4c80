// The bank's rules that decide() consults: loaded by the outside, constant while it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/batches.hpp"
#include "engine/limits.hpp"
#include "engine/mcc.hpp"
#include "engine/tariffs.hpp"
#include "engine/types.hpp"

namespace engine {

// How long a hold lives: the longest of the rules that fit it, else the default.
struct HoldLifetime {
  std::vector<MccRange> mcc;
  std::optional<HoldKind> kind;
  std::optional<Channel> channel;
  int days = 0;
};
struct HoldLifetimes {
  int default_days = 7;
  std::vector<HoldLifetime> rules;

  int days(std::uint16_t mcc, HoldKind kind, Channel channel) const;
};

struct Rules {
  HoldLifetimes lifetimes;
  std::vector<Tariff> tariffs;  // the first that fits
  Batching batching;

  void set_limits(std::vector<LimitProfile> profiles);
  const std::vector<LimitProfile>& limits() const { return limits_; }
  // Every account's usage is kept for these: one of its cards may be under such a rule.
  const std::vector<LimitRule>& account_rules() const { return account_rules_; }
  // Changes when any rule of a profile does.
  std::uint64_t limits_stamp() const { return limits_stamp_; }

  // None when the bank has no such profile: the card is then without limits.
  const LimitProfile* limit_profile(const LimitProfileName& name) const;
  const Tariff* tariff(Operation operation, Channel channel, Region region, std::uint16_t mcc,
                       CurrencyCode account_currency, MinorUnits amount) const;

 private:
  std::vector<LimitProfile> limits_;
  std::vector<LimitRule> account_rules_;
  std::uint64_t limits_stamp_ = 0;
};

}  // namespace engine
