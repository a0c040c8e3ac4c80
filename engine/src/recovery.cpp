#include "recovery.hpp"

#include <fmt/format.h>

namespace engine {

JournalPosition position_of(const MetaRecord& meta) {
  JournalPosition position;
  if (meta.journal_segment == 0) return position;
  position.segment = meta.journal_segment;
  position.offset = meta.journal_offset;
  position.last_sequence = meta.last_sequence;
  position.epoch = meta.epoch;
  std::copy(std::begin(meta.journal_hash), std::end(meta.journal_hash), position.hash.begin());
  return position;
}

void set_position(MetaRecord& meta, const JournalPosition& position) {
  ENGINE_ASSERT(meta.last_sequence == position.last_sequence);
  meta.journal_segment = position.segment;
  meta.journal_offset = position.offset;
  meta.epoch = position.epoch;
  std::copy(position.hash.begin(), position.hash.end(), std::begin(meta.journal_hash));
}

bool apply_batch(State& state, const JournalReader& batch, Event& event, const Rules* check) {
  auto bytes = batch.events();
  std::uint64_t sequence = batch.header().first_sequence;
  for (std::uint32_t i = 0; i < batch.header().event_count; ++i, ++sequence) {
    if (!decode_event(bytes, event) || event.sequence != sequence) return false;
    apply(state, event);
    if (check != nullptr) check_invariants(state, *check, event);
  }
  return bytes.empty();
}

Result<void> checkpoint_now(Store& store, State& state, const JournalPosition& position) {
  set_position(state.meta, position);
  state.for_each_table([](auto& table) { table.freeze(); });
  auto written = store.write_frozen(state, state.meta);
  if (!written) return written;
  if (auto renewed = store.renew(); !renewed) return renewed;
  state.for_each_table([](auto& table) { table.drop_frozen(); });
  return {};
}

Result<JournalPosition> recover(Store& store, State& state, const EngineOptions& options,
                                const Rules& rules, RecoveryReport& report) {
  auto meta = store.read_meta();
  if (!meta) return meta.error();
  if (*meta) state.meta = **meta;

  // A store that was put back from a copy may stand in a segment that has moved since.
  std::filesystem::path archived = options.archive_dir;
  if (!archived.empty()) archived /= "journal";
  JournalReader reader(options.data_dir / "journal", position_of(state.meta), archived);
  Event event;
  for (;;) {
    auto more = reader.next();
    if (!more) return more.error();
    if (!*more) break;
    if (!apply_batch(state, reader, event, options.check_invariants ? &rules : nullptr)) {
      return EngineError{EngineErrorCode::corrupt,
                         fmt::format("the batch before {} has a sound hash but no sound events: "
                                     "written by another version?",
                                     to_string(reader.position()))};
    }
    report.events_replayed += reader.header().event_count;
    if (state.changed_count() >= options.checkpoint_records) {
      if (auto done = checkpoint_now(store, state, reader.position()); !done) return done.error();
    }
  }
  report.torn_tail = reader.torn_tail();
  report.last_sequence = state.meta.last_sequence;
  report.accounts = state.meta.account_count;
  report.cards = state.meta.card_count;
  report.last_command_at = state.meta.last_command_at;
  return reader.position();
}

}  // namespace engine
