// The bank's rules that decide() consults: loaded by the outside, constant while it runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/money.hpp"
#include "engine/types.hpp"

namespace engine {

// Merchant category codes, both ends included.
struct MccRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  bool contains(std::uint16_t mcc) const { return first <= mcc && mcc <= last; }
};
// Whether the list has the code; an empty list has every code.
bool contains(const std::vector<MccRange>& ranges, std::uint16_t mcc);

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

// The bank's rates: how many units of the base currency one unit of a currency costs.
struct FxRate {
  ScaledRate buy;   // the bank buys the currency for this
  ScaledRate sell;  // the bank sells it for this
};
enum class FxSide : std::uint8_t { buy, sell };

struct FxRates {
  CurrencyCode base;
  std::map<CurrencyCode, FxRate> rates;

  // `money` in another currency, rounded half-up once. `sell` converts what a customer pays,
  // `buy` what a customer receives. Nothing when a rate is missing or the result does not fit.
  std::optional<MinorUnits> convert(const Money& money, CurrencyCode to, FxSide side) const;
};

struct Rules {
  HoldLifetimes lifetimes;
  FxRates fx;
};

}  // namespace engine
