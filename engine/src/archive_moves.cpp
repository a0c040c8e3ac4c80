// Moving to the archive: first it has the records, synced, then the store gives them up. Whoever
// reads in between finds them in one of the two, and a crash in between leaves them in both.
#include <fmt/format.h>

#include <boost/endian/conversion.hpp>
#include <fstream>
#include <functional>
#include <iterator>

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
      }
      if (!step.records.empty()) {
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

bool have_same_content(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::ifstream left(one, std::ios::binary);
  std::ifstream right(other, std::ios::binary);
  return left && right &&
         std::equal(std::istreambuf_iterator<char>(left), {}, std::istreambuf_iterator<char>(right),
                    {});
}

// Whole and synced under its name in the archive.
Result<void> copy_segment(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  if (std::filesystem::exists(to, error)) {
    if (have_same_content(from, to)) {  // a move was cut short
      if (auto synced = sync_file(to); !synced) return synced;
      return sync_file(to.parent_path());
    }
    return EngineError{EngineErrorCode::disagreement,
                       to.string() + ": another segment with this number is in the archive"};
  }
  const std::filesystem::path temporary = to.string() + ".tmp";
  std::filesystem::copy_file(from, temporary, std::filesystem::copy_options::overwrite_existing,
                             error);
  if (error) return io_error(temporary, error);
  if (auto synced = sync_file(temporary); !synced) return synced;
  std::filesystem::rename(temporary, to, error);
  if (error) return io_error(to, error);
  return sync_file(to.parent_path());
}

// The archive counts it, and the store knows, before it leaves its own folder: an older copy of the
// archive, without it, is known for one.
Result<void> move_segment(const Store& store, Archive& archive, const std::filesystem::path& from) {
  if (auto copied = copy_segment(from, archive.journal_folder() / from.filename()); !copied)
    return copied;
  if (auto counted = archive.count_move(); !counted) return counted;
  const Store::ArchiveNote note{archive.mark(), archive.folder().string()};
  if (auto noted = store.write_archive_note(note); !noted) return noted;
  std::error_code error;
  std::filesystem::remove(from, error);
  if (error) return io_error(from, error);
  return {};
}

// Of its own short life: as long as there is a snapshot, the store cannot use its free pages again.
Result<std::optional<MetaRecord>> newest_meta(const Store& store) {
  const auto snapshot = store.new_snapshot();
  if (!snapshot) return snapshot.error();
  return store.read_meta(*snapshot);
}

// In the journal's folder, or, where the archive has it alone, there.
std::filesystem::path segment_in(const std::filesystem::path& journal, const Archive& archive,
                                 std::uint64_t segment) {
  const auto path = segment_path(journal, segment);
  std::error_code error;
  return std::filesystem::exists(path, error) ? path
                                              : segment_path(archive.journal_folder(), segment);
}

Result<bool> move_segments(const Store& store, Archive& archive,
                           const std::filesystem::path& journal, Instant before,
                           const std::function<bool()>& go_on, std::uint64_t& moved) {
  const auto meta = newest_meta(store);
  if (!meta) return meta.error();
  const auto segments = list_segments(journal);
  if (!segments) return segments.error();
  for (const std::uint64_t segment : *segments) {
    // A recovery begins in the store's segment, or looks at the end of the one before it.
    if (!*meta || segment + 1 >= (*meta)->journal_segment) return true;
    if (!go_on()) return false;
    const auto next_begins = first_event_at(segment_in(journal, archive, segment + 1));
    if (!next_begins) return next_begins.error();
    if (*next_begins >= before) return true;
    if (auto done = move_segment(store, archive, segment_path(journal, segment)); !done)
      return done.error();
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
