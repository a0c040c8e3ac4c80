// The account store: LMDB with one table per State table and the meta record.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "lmdb.hpp"
#include "state.hpp"

namespace engine {

class Store {
 public:
  // Opens or creates the store in `directory`. One Store per process and folder.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& directory,
                                             std::size_t map_size);

  // The record of the last checkpoint; nothing in a new store.
  Result<std::optional<MetaRecord>> read_meta() const;
  // Puts the store's snapshot below the state's tables.
  void attach(State& state);
  // Writes what the state has frozen, with `meta`, in one synced transaction. Any thread.
  Result<void> write_frozen(const State& state, const MetaRecord& meta) const;
  // Moves the snapshot to the newest commit: only between commands, on the reader's thread.
  void renew() { snapshot_->renew(); }
  // How full the map is. Any thread.
  int fill_percent() const { return environment_.fill_percent(); }
  // Says where the rebuilt state differs from the store; nothing when they agree.
  std::optional<std::string> difference(const State& rebuilt) const;

 private:
  Store(lmdb::Environment environment) : environment_(std::move(environment)) {}
  Result<void> open_tables();
  Result<void> open_snapshot();

  lmdb::Environment environment_;
  std::optional<lmdb::Snapshot> snapshot_;
  std::array<MDB_dbi, State::table_count> tables_{};
  MDB_dbi meta_ = 0;
};

}  // namespace engine
