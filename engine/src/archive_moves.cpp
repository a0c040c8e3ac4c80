// Moving to the archive: first it has the records, synced, then the store gives them up. Whoever
// reads in between finds them in one of the two, and a crash in between leaves them in both.
#include <fmt/format.h>

#include <boost/endian/conversion.hpp>
#include <fstream>
#include <functional>

#include "archive.hpp"
#include "journal_file.hpp"

namespace engine {
namespace {

// Of a step. Small enough that a checkpoint never waits long for the store.
constexpr std::size_t records_moved_max = 2'000;
constexpr std::size_t records_read_max = 50'000;

enum class Stage : std::uint8_t {
  done,    // nobody changes it any more
  in_use,  // old, and not done
  young,   // and so is what follows it
};

Stage stage_of(const HoldRecord& hold, Instant before) {
  if (hold.placed_at >= before) return Stage::young;
  return hold.is_open() || hold.ended_at >= before ? Stage::in_use : Stage::done;
}
Stage stage_of(const MovementRecord& movement, Instant before) {
  return movement.at < before ? Stage::done : Stage::young;
}
Stage stage_of(const DecisionRecord& decision, Instant before) {
  return decision.at < before ? Stage::done : Stage::young;
}

using StoreKey = std::vector<std::uint8_t>;

// Where the next old record may lie behind a young one; nowhere, where keys grow with time.
template <class Record>
std::optional<StoreKey> behind_young(lmdb::Bytes) {
  return std::nullopt;
}
// Movements lie by account.
template <>
std::optional<StoreKey> behind_young<MovementRecord>(lmdb::Bytes key) {
  const MovementKey next{{boost::endian::load_big_u64(key.data()) + 1}, 0};
  const auto bytes = store_key(next);
  return StoreKey(bytes.begin(), bytes.end());
}

struct Step {
  std::vector<StoredRecord> records;
  std::optional<StoreKey> next;  // where to go on; nothing at the end
};

// The records that are done, from `from` on (empty: from the first).
template <class Key, class Record>
Step read_step(const Table<Key, Record>&, const lmdb::Snapshot& snapshot, MDB_dbi table,
               StoreKey from, Instant before) {
  Step step;
  step.next = std::move(from);
  std::size_t read = 0;
  while (step.next && read < records_read_max && step.records.size() < records_moved_max) {
    const StoreKey begin = *std::exchange(step.next, std::nullopt);
    snapshot.for_each_from(table, begin, [&](lmdb::Bytes key, lmdb::Bytes bytes) {
      if (++read > records_read_max || step.records.size() == records_moved_max) {
        step.next = StoreKey(key.begin(), key.end());
        return false;
      }
      const Stage stage = stage_of(Table<Key, Record>::from_bytes(bytes), before);
      if (stage == Stage::young) {
        step.next = behind_young<Record>(key);
        return false;
      }
      if (stage == Stage::done) {
        step.records.push_back({{key.begin(), key.end()}, {bytes.begin(), bytes.end()}});
      }
      return true;
    });
  }
  return step;
}

class Mover {
 public:
  Mover(const Store& store, Archive& archive, const std::function<bool()>& go_on)
      : store_(store), archive_(archive), go_on_(go_on) {}

  // False: asked to stop.
  template <class Key, class Record>
  Result<bool> move(const Table<Key, Record>& table, Instant before, std::uint64_t& moved) {
    const MDB_dbi dbi = store_.table_of(table.name());
    StoreKey from;
    for (;;) {
      if (!go_on_()) return false;
      Step step;
      {
        const auto snapshot = store_.new_snapshot();
        if (!snapshot) return snapshot.error();
        step = read_step(table, *snapshot, dbi, std::move(from), before);
      }
      if (!step.records.empty()) {
        if (auto added = archive_.add(table.name(), step.records); !added) return added.error();
        if (auto erased = store_.erase_moved(dbi, step.records, archive_.mark()); !erased)
          return erased.error();
        moved += step.records.size();
      }
      if (!step.next) return true;
      from = std::move(*step.next);
    }
  }

 private:
  const Store& store_;
  Archive& archive_;
  const std::function<bool()>& go_on_;
};

EngineError io_error(const std::filesystem::path& path, const std::error_code& error) {
  return {EngineErrorCode::io, path.string() + ": " + error.message()};
}

// Whole and synced under its name in the archive before it leaves its own.
Result<void> move_segment(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  const std::filesystem::path temporary = to.string() + ".tmp";
  std::filesystem::copy_file(from, temporary, std::filesystem::copy_options::overwrite_existing,
                             error);
  if (error) return io_error(temporary, error);
  if (auto synced = sync_file(temporary); !synced) return synced;
  std::filesystem::rename(temporary, to, error);
  if (error) return io_error(to, error);
  if (auto synced = sync_file(to.parent_path()); !synced) return synced;
  std::filesystem::remove(from, error);
  if (error) return io_error(from, error);
  return {};
}

Result<bool> move_segments(const Store& store, const Archive& archive,
                           const std::filesystem::path& journal, Instant before,
                           const std::function<bool()>& go_on, std::uint64_t& moved) {
  const auto snapshot = store.new_snapshot();
  if (!snapshot) return snapshot.error();
  const auto meta = store.read_meta(*snapshot);
  if (!meta) return meta.error();
  const auto segments = list_segments(journal);
  if (!segments) return segments.error();
  for (const std::uint64_t segment : *segments) {
    // A recovery begins in the store's segment, or looks at the end of the one before it.
    if (!*meta || segment + 1 >= (*meta)->journal_segment) return true;
    if (!go_on()) return false;
    const auto next_begins = first_event_at(segment_path(journal, segment + 1));
    if (!next_begins) return next_begins.error();
    if (*next_begins >= before) return true;
    auto done = move_segment(segment_path(journal, segment),
                             segment_path(archive.journal_folder(), segment));
    if (!done) return done.error();
    ++moved;
  }
  return true;
}

}  // namespace

Result<ArchiveReport> move_to_archive(const Store& store, Archive& archive,
                                      const std::filesystem::path& journal_folder,
                                      const ArchivePolicy& policy,
                                      const std::function<bool()>& go_on) {
  ArchiveReport report;
  if (policy.records_before) {
    Mover mover(store, archive, go_on);
    State names;
    std::uint64_t* const counts[] = {&report.holds, &report.movements, &report.decisions};
    std::size_t i = 0;
    Result<bool> moved = true;
    names.for_each_archived_table([&](const auto& table) {
      std::uint64_t& count = *counts[i++];
      if (moved && *moved) moved = mover.move(table, *policy.records_before, count);
    });
    if (!moved) return moved.error();
    if (!*moved) return report;
  }
  if (policy.journal_before) {
    const auto moved = move_segments(store, archive, journal_folder, *policy.journal_before, go_on,
                                     report.segments);
    if (!moved) return moved.error();
  }
  return report;
}

}  // namespace engine
