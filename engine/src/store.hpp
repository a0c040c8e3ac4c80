// The account store: LMDB with one table per State table and the meta record.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lmdb.hpp"
#include "state.hpp"

namespace engine {

class Archive;

// Tells archives apart, and an old copy of one from itself.
struct ArchiveMark {
  std::array<std::uint8_t, 16> id{};
  std::uint64_t moves = 0;  // grows with every move; from 1 on it is a store's
};

// A record as it lies in LMDB.
struct StoredRecord {
  std::vector<std::uint8_t> key;
  std::vector<std::uint8_t> bytes;
};

class Store {
 public:
  // Opens or creates the store in `directory`. One Store per process and folder.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& directory,
                                             std::size_t map_size,
                                             FileOperations& files = FileOperations::system());

  // The record of the last checkpoint; nothing in a new store.
  Result<std::optional<MetaRecord>> read_meta() const;
  // Puts the store's snapshot below the state's tables.
  void attach(State& state);
  // Writes what the state has frozen, with `meta`, in one synced transaction, and in steps between
  // which the journal's syncs come through. Any thread.
  Result<void> write_frozen(const State& state, const MetaRecord& meta) const;
  // Moves the snapshot to the newest commit: only between commands, on the reader's thread.
  Result<void> renew() { return snapshot_->renew(); }
  // Which archive holds the records that were moved out of this store, and where it was opened
  // last.
  struct ArchiveNote {
    ArchiveMark mark;
    std::string folder;
  };
  Result<std::optional<ArchiveNote>> read_archive_note() const;
  Result<void> write_archive_note(const ArchiveNote& note) const;
  // Whether the table named meta is one of a store, not of an archive.
  static bool is_of_a_store(const lmdb::WriteTransaction& transaction, MDB_dbi meta);

  // What the archiving thread works with: any thread but the reader's own.
  Result<lmdb::Snapshot> new_snapshot() const { return environment_.durable_snapshot(); }
  Result<std::optional<MetaRecord>> read_meta(const lmdb::Snapshot& snapshot) const;
  MDB_dbi table_of(std::string_view name) const;
  // Takes the records away that still read as given, and notes the archive's mark with that.
  Result<void> erase_moved(MDB_dbi table, std::span<const StoredRecord> records,
                           const ArchiveMark& mark) const;

  // How full the map is. Any thread.
  int fill_percent() const { return environment_.fill_percent(); }
  // Says where the rebuilt state differs from the store and its archive, if it has one; nothing
  // when they agree.
  std::optional<std::string> difference(const State& rebuilt, const Archive* archive) const;

 private:
  Store(lmdb::Environment environment, FileOperations& files)
      : environment_(std::move(environment)), files_(files) {}
  Result<void> open_tables();
  Result<void> open_snapshot();

  lmdb::Environment environment_;
  FileOperations& files_;
  std::optional<lmdb::Snapshot> snapshot_;
  std::array<MDB_dbi, State::table_count> tables_{};
  std::array<std::string_view, State::table_count> table_names_{};
  MDB_dbi meta_ = 0;
};

}  // namespace engine
