// Exchange rates: how many units of the base currency one unit of a currency costs.
#pragma once

#include <cstdint>
#include <map>

#include "engine/money.hpp"

namespace engine {

struct FxRate {
  ScaledRate buy;   // the bank buys the currency for this
  ScaledRate sell;  // the bank sells it for this
  friend bool operator==(const FxRate&, const FxRate&) = default;
};

// Which rate converts: `sell` what a customer pays, `buy` what a customer receives.
enum class FxSide : std::uint8_t { buy, sell };

struct FxRates {
  CurrencyCode base;
  std::map<CurrencyCode, FxRate> rates;
};

}  // namespace engine
