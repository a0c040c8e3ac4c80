// Tariffs: what a card transaction costs, known at authorization.
#pragma once

#include <optional>
#include <vector>

#include "engine/mcc.hpp"
#include "engine/money.hpp"
#include "engine/text.hpp"
#include "engine/types.hpp"

namespace engine {

using TariffName = FixedText<47>;

// fee = flat + percent of the amount, within [min, max]. Kept with a hold, so that the fee of
// what a partial reversal leaves is reckoned by the terms of its day.
struct FeeTerms {
  MinorUnits flat = 0;
  std::int64_t percent_scaled = 0;  // ScaledRate::scale is one percent
  MinorUnits min = 0;
  MinorUnits max = 0;  // 0: none

  // Rounded half-up once. Nothing when it does not fit.
  std::optional<MinorUnits> fee(MinorUnits amount) const;
  bool is_free() const { return flat == 0 && percent_scaled == 0 && min == 0; }
};

struct Tariff {
  TariffName name;
  CurrencyCode currency;         // of the amounts; fits accounts in this currency only
  std::uint16_t operations = 0;  // bits by Operation; none: every debit
  std::uint8_t channels = 0;     // bits by Channel; none: any
  std::uint8_t regions = 0;      // bits by Region; none: any
  std::vector<MccRange> mcc;     // none: any
  MinorUnits amount_from = 0;
  std::optional<MinorUnits> amount_to;  // included
  FeeTerms terms;

  bool fits(Operation operation, Channel channel, Region region, std::uint16_t code,
            CurrencyCode account_currency, MinorUnits amount) const;
};

}  // namespace engine
