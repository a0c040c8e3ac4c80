// From what lies on disk to the state as it was when the last batch became durable.
#pragma once

#include "engine/engine.hpp"
#include "journal_file.hpp"
#include "store.hpp"

namespace engine {

// Where the journal stood at the store's last checkpoint.
JournalPosition position_of(const MetaRecord& meta);
void set_position(MetaRecord& meta, const JournalPosition& position);

// Replays the journal behind the store's position into `state`, which is attached to `store`,
// and returns where the last whole batch ends. Long replays are checkpointed on the way.
Result<JournalPosition> recover(Store& store, State& state, const EngineOptions& options,
                                const Rules& rules, RecoveryReport& report);

// Applies every event of a batch; false when the bytes are no events.
bool apply_batch(State& state, const JournalReader& batch, Event& event, const Rules* check);

// Writes everything that changed into the store, in this thread.
Result<void> checkpoint_now(Store& store, State& state, const JournalPosition& position);

}  // namespace engine
