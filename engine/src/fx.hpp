// Conversion at the bank's rates, as they are in the state.
#pragma once

#include <optional>

#include "state.hpp"

namespace engine {

struct Conversion {
  MinorUnits amount = 0;
  std::int64_t rate = 0;  // units of `to` for one unit, scaled; 0: nothing was converted
};

// `money` in another currency, rounded half-up once. Nothing when a rate is missing or the result
// does not fit.
std::optional<Conversion> convert(const State& state, const Money& money, CurrencyCode to,
                                  FxSide side);

}  // namespace engine
