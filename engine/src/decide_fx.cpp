// Exchange rates: every change is a new version of all of them.
#include "decide.hpp"

namespace engine {

void decide_put_fx_rates(Deciding& d, const PutFxRates& command) {
  if (command.file != FileDigest{} && command.file == d.state.meta.fx_file) return;
  if (!command.rates.base) return d.decline(Decline::currency_missing);
  for (const auto& [currency, rate] : command.rates.rates) {
    const bool is_sound = currency != command.rates.base && rate.buy && rate.sell &&
                          rate.buy.scaled() <= rate.sell.scaled();
    if (!is_sound) return d.decline(Decline::bad_amount);
  }
  d.emit(FxRatesSet{d.state.meta.fx_version + 1, command.rates.base, command.file});
  for (const auto& [currency, rate] : command.rates.rates) {
    d.emit(FxRateSet{currency, rate.buy.scaled(), rate.sell.scaled()});
  }
  d.decision().created = true;
}

}  // namespace engine
