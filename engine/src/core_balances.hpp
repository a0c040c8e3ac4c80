// How core banking's balances differ from the engine's books.
#pragma once

#include "engine/view.hpp"
#include "state.hpp"

namespace engine {

// For each balance of the command, in its order.
std::vector<CoreDifference> core_differences(const State& state, const TakeCoreBalances& command);

}  // namespace engine
