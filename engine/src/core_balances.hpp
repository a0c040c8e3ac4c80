// How core banking's balances differ from the engine's books.
#pragma once

#include "engine/view.hpp"
#include "state.hpp"

namespace engine {

// Whether a movement of the account is on neither side alone, now and ever, as balances see it that
// have the account's core_export or a later one in them.
bool is_settled(const State& state, const AccountRecord& account, std::uint32_t ordinal);

// For each balance of the command, in its order. A line costs what its account has moved since its
// last balance was taken, and what lies behind the oldest of its items that is not accepted.
std::vector<CoreDifference> core_differences(const State& state, const TakeCoreBalances& command);

}  // namespace engine
