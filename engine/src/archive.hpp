// The cold tier of a partition, in a folder of its own: `store/`, an LMDB environment that takes
// the records nobody changes any more, and `journal/`, the segments that the store has long taken
// in. Tables read through to it, so that the state does not know where a record lies: archiving
// decides nothing, and is no event.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "data_lock.hpp"
#include "engine/archive.hpp"
#include "store.hpp"

namespace engine {

class Archive {
 public:
  // Opens or creates the archive in `folder`, which nobody else may have open.
  static Result<std::unique_ptr<Archive>> open(const std::filesystem::path& folder,
                                               std::size_t map_size);
  // The archive that belongs to the store: the one in `folder`, or, where that is empty, none if
  // the store has none. Any other is an error: an empty or a strange one would pass for lost
  // records.
  static Result<std::unique_ptr<Archive>> open_of(const Store& store,
                                                  const std::filesystem::path& folder,
                                                  std::size_t map_size);

  // Puts the archive's snapshot below the archived tables.
  void attach(State& state);
  // Moves the snapshot to the newest commit, behind the store's own: on the reader's thread.
  Result<void> renew() { return snapshot_->renew(); }

  // Makes it the store's, if it is not yet: open_of() found that it may be. The store knows first.
  Result<void> claim(const Store& store);

  // Adds records in one synced transaction. What is archived never changes, so that a store and a
  // journal of any later moment can be read with it: a record that is there in another version is
  // left out, and is taken out of `records`; it stays in the store, which is asked first.
  Result<void> add(std::string_view table, std::vector<StoredRecord>& records);
  // That something else than records is moved here.
  Result<void> count_move();
  const ArchiveMark& mark() const { return mark_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path journal_folder() const { return folder_ / "journal"; }

  // Of a table that is not archived: nothing.
  std::optional<lmdb::Bytes> get(std::string_view table, lmdb::Bytes key) const;
  std::size_t entry_count(std::string_view table) const;

 private:
  struct ArchivedTable {
    std::string_view name;
    MDB_dbi dbi = 0;
  };
  Archive(std::filesystem::path folder, DataLock lock, lmdb::Environment environment)
      : folder_(std::move(folder)), lock_(std::move(lock)), environment_(std::move(environment)) {}
  Result<void> open_tables();
  Result<void> commit_move(lmdb::WriteTransaction& transaction);
  Result<void> read_mark();
  const ArchivedTable* find(std::string_view table) const;

  std::filesystem::path folder_;
  DataLock lock_;
  lmdb::Environment environment_;
  std::optional<lmdb::Snapshot> snapshot_;
  std::array<ArchivedTable, State::archived_table_count> tables_{};
  MDB_dbi meta_ = 0;
  ArchiveMark mark_;
};

// Moves what is old enough, in small steps between which checkpoints run. `go_on` is asked after
// each. Errors: what was moved until then is moved.
Result<ArchiveReport> move_to_archive(const Store& store, Archive& archive,
                                      const std::filesystem::path& journal_folder,
                                      const ArchivePolicy& policy,
                                      const std::function<bool()>& go_on);

}  // namespace engine
