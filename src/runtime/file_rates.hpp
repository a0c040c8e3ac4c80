// At the start: the exchange rates of the config's file, when the file is not the one before.
#pragma once

#include "error.hpp"
#include "runtime/core.hpp"

namespace holdfast {

// Waits until they are durable. Rates set through the API stay when the file has not changed.
Outcome<void> set_rates_of_file(Core& core);

}  // namespace holdfast
