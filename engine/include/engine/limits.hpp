// Limits: how much and how often a card, an account or a programme may be used.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/mcc.hpp"
#include "engine/money.hpp"
#include "engine/text.hpp"
#include "engine/types.hpp"

namespace engine {

using LimitName = FixedText<47>;
using LimitProfileName = FixedText<32>;

// Over what usage adds up. A programme is all cards with the rule's profile.
enum class LimitScope : std::uint8_t { card = 0, account = 1, programme = 2 };
// A day is a business day, a week begins with Monday; rolling windows end now.
enum class LimitWindow : std::uint8_t {
  transaction = 0,
  day = 1,
  week = 2,
  month = 3,
  rolling = 4
};
// Where a rule was given: one that stands nearer replaces one of the same name.
enum class LimitSource : std::uint8_t { profile = 0, account = 1, card = 2 };

std::string_view name(LimitScope scope);
std::string_view name(LimitWindow window);
std::string_view name(LimitSource source);

// Amounts in minor units of the account's currency. Fixed size: a card's or an account's own
// rules are records of the store.
struct LimitRule {
  static constexpr std::size_t mcc_ranges_max = 16;
  static constexpr MinorUnits no_maximum = -1;

  MinorUnits max_amount = no_maximum;
  std::int64_t max_count = no_maximum;
  std::int64_t rolling_seconds = 0;
  std::uint16_t operations = 0;  // bits by Operation; none: every debit
  std::uint8_t channels = 0;     // bits by Channel; none: any
  std::uint8_t regions = 0;      // bits by Region; none: any
  LimitScope scope = LimitScope::card;
  LimitWindow window = LimitWindow::day;
  std::uint8_t mcc_range_count = 0;  // none: any
  std::uint8_t reserved = 0;
  MccRange mcc[mcc_ranges_max] = {};
  LimitName name;

  bool fits(Operation operation, Channel channel, Region region, std::uint16_t code) const;
  // What a usage belongs to: rules that differ only in name and maxima share it, so that a
  // raised limit knows what was used before.
  std::uint64_t shape() const;
};

struct LimitProfile {
  LimitProfileName name;
  std::vector<LimitRule> rules;
};

}  // namespace engine
