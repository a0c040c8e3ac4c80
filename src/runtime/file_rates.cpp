#include "runtime/file_rates.hpp"

#include "runtime/blocking_caller.hpp"

namespace holdfast {

Outcome<void> set_rates_of_file(Core& core) {
  if (!core.config.fx_rates.rates.base) return {};
  const engine::Decision decision = BlockingCaller(core).execute(core.config.fx_rates);
  if (decision.approved()) return {};
  return Error{"the exchange rates cannot be set: " + std::string(engine::name(decision.decline))};
}

}  // namespace holdfast
