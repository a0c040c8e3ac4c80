// A thin RAII layer over LMDB: environment, transactions, cursor, and a commit in small steps.
// Nothing here decides anything.
#pragma once

#include <lmdb.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "assertion.hpp"
#include "engine/error.hpp"
#include "file_operations.hpp"
#include "meta_pages.hpp"

namespace engine::lmdb {

using Bytes = std::span<const std::uint8_t>;

inline MDB_val to_val(Bytes bytes) {
  // LMDB takes void* for input too; it does not write through it.
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}
inline Bytes to_bytes(const MDB_val& val) {
  return {static_cast<const std::uint8_t*>(val.mv_data), val.mv_size};
}
inline EngineError error(int code, const std::string& operation) {
  return {EngineErrorCode::store, "lmdb " + operation + ": " + mdb_strerror(code)};
}

struct EnvironmentClose {
  void operator()(MDB_env* env) const { mdb_env_close(env); }
};
struct TransactionAbort {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
struct CursorClose {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};
using CursorHandle = std::unique_ptr<MDB_cursor, CursorClose>;

// A read transaction that can be moved forward to the newest commit. One thread at a time.
class Snapshot {
 public:
  explicit Snapshot(MDB_txn* txn) : txn_(txn) {}

  // A view into the map: valid until renew().
  std::optional<Bytes> get(MDB_dbi dbi, Bytes key) const {
    MDB_val k = to_val(key);
    MDB_val value{};
    const int rc = mdb_cursor_get(cursor(dbi), &k, &value, MDB_SET);
    if (rc == MDB_NOTFOUND) return std::nullopt;
    ENGINE_ASSERT(rc == 0);
    return to_bytes(value);
  }
  // The first entry at or behind `key`, in key order.
  std::optional<std::pair<Bytes, Bytes>> first_from(MDB_dbi dbi, Bytes key) const {
    MDB_val k = to_val(key);
    MDB_val value{};
    const int rc = mdb_cursor_get(cursor(dbi), &k, &value, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND) return std::nullopt;
    ENGINE_ASSERT(rc == 0);
    return std::pair(to_bytes(k), to_bytes(value));
  }
  // The entries at or behind `key`, in key order, as long as `visit` returns true.
  template <class Visit>
  void for_each_from(MDB_dbi dbi, Bytes key, Visit visit) const {
    const CursorHandle walk = open_cursor(dbi);
    MDB_val k = to_val(key);
    MDB_val value{};
    int rc = mdb_cursor_get(walk.get(), &k, &value, key.empty() ? MDB_FIRST : MDB_SET_RANGE);
    for (; rc == 0; rc = mdb_cursor_get(walk.get(), &k, &value, MDB_NEXT)) {
      if (!visit(to_bytes(k), to_bytes(value))) return;
    }
    ENGINE_ASSERT(rc == MDB_NOTFOUND);
  }
  // Every entry, in key order.
  template <class Visit>
  void for_each(MDB_dbi dbi, Visit visit) const {
    const CursorHandle walk = open_cursor(dbi);
    MDB_val k{};
    MDB_val value{};
    int rc = mdb_cursor_get(walk.get(), &k, &value, MDB_FIRST);
    for (; rc == 0; rc = mdb_cursor_get(walk.get(), &k, &value, MDB_NEXT))
      visit(to_bytes(k), to_bytes(value));
    ENGINE_ASSERT(rc == MDB_NOTFOUND);
  }
  std::size_t entry_count(MDB_dbi dbi) const {
    MDB_stat stat{};
    ENGINE_ASSERT(mdb_stat(txn_.get(), dbi, &stat) == 0);
    return stat.ms_entries;
  }
  // Moves it to the newest commit. After an error, such as that of an environment which a failed
  // write has closed, it must not be read any more.
  Result<void> renew() {
    mdb_txn_reset(txn_.get());
    if (const int rc = mdb_txn_renew(txn_.get())) return error(rc, "renew");
    for (const CursorHandle& cursor : cursors_) {
      if (!cursor) continue;
      if (const int rc = mdb_cursor_renew(txn_.get(), cursor.get())) return error(rc, "renew");
    }
    return {};
  }

 private:
  CursorHandle open_cursor(MDB_dbi dbi) const {
    MDB_cursor* raw = nullptr;
    ENGINE_ASSERT(mdb_cursor_open(txn_.get(), dbi, &raw) == 0);
    return CursorHandle(raw);
  }
  // Each table's own: it finds a key on the page of the last one without a search from the root,
  // and most are there, or behind the last page.
  MDB_cursor* cursor(MDB_dbi dbi) const {
    if (dbi >= cursors_.size()) cursors_.resize(dbi + 1);
    if (!cursors_[dbi]) cursors_[dbi] = open_cursor(dbi);
    return cursors_[dbi].get();
  }

  std::unique_ptr<MDB_txn, TransactionAbort> txn_;
  mutable std::vector<CursorHandle> cursors_;
};

// Of a write transaction, and no longer than it.
class Cursor {
 public:
  explicit Cursor(MDB_cursor* cursor) : cursor_(cursor) {}

  Result<void> put(Bytes key, Bytes value) {
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    if (const int rc = mdb_cursor_put(cursor_.get(), &k, &v, 0)) return error(rc, "put");
    return {};
  }

 private:
  CursorHandle cursor_;
};

// LMDB's own lock ends with the commit, which is before the sync of one in steps.
struct Writing {
  std::mutex mutex;
  // A commit in steps has failed: what is read may not be on the disk, and what is written would be
  // taken back by the next start.
  bool is_broken = false;
};

// The environment's only one, until it is destroyed. One thread's.
class WriteTransaction {
 public:
  WriteTransaction(MDB_txn* txn, Writing& writing, std::unique_lock<std::mutex> lock)
      : writing_(&writing), lock_(std::move(lock)), txn_(txn) {}

  Result<void> put(MDB_dbi dbi, Bytes key, Bytes value) {
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    if (const int rc = mdb_put(txn_.get(), dbi, &k, &v, 0)) return error(rc, "put");
    return {};
  }
  // For many puts in key order: each begins its search where the last one ended.
  Result<Cursor> cursor(MDB_dbi dbi) {
    MDB_cursor* raw = nullptr;
    if (const int rc = mdb_cursor_open(txn_.get(), dbi, &raw)) return error(rc, "open cursor");
    return Cursor(raw);
  }
  // A view into the map: valid until the next change.
  std::optional<Bytes> get(MDB_dbi dbi, Bytes key) const {
    MDB_val k = to_val(key);
    MDB_val value{};
    const int rc = mdb_get(txn_.get(), dbi, &k, &value);
    if (rc == MDB_NOTFOUND) return std::nullopt;
    ENGINE_ASSERT(rc == 0);
    return to_bytes(value);
  }
  Result<void> erase(MDB_dbi dbi, Bytes key) {
    MDB_val k = to_val(key);
    const int rc = mdb_del(txn_.get(), dbi, &k, nullptr);
    if (rc != 0 && rc != MDB_NOTFOUND) return error(rc, "delete");
    return {};
  }
  Result<MDB_dbi> open_table(const char* name) {
    MDB_dbi dbi = 0;
    if (const int rc = mdb_dbi_open(txn_.get(), name, MDB_CREATE, &dbi))
      return error(rc, "open table");
    return dbi;
  }
  // Durable when it returns; so is commit_in_steps().
  Result<void> commit() {
    if (const int rc = mdb_txn_commit(txn_.release())) return error(rc, "commit");
    return {};
  }
  // For what is large: LMDB hands all pages to the disk at once, and then syncs, and for as long as
  // that takes nobody else's sync comes through. Here they go in small steps.
  Result<void> commit_in_steps(FileOperations& files);
  // What LMDB has written before the commit goes to the disk now, in small steps, too.
  Result<void> write_out(FileOperations& files) const;

 private:
  Writing* writing_;
  std::unique_lock<std::mutex> lock_;
  std::unique_ptr<MDB_txn, TransactionAbort> txn_;
};

class Environment {
 public:
  // Takes back a commit_in_steps() that a crash cut short.
  static Result<Environment> open(const std::string& directory, std::size_t map_size,
                                  unsigned table_count_max) {
    if (auto restored = restore_meta_pages(directory); !restored) return restored.error();
    MDB_env* raw = nullptr;
    if (const int rc = mdb_env_create(&raw)) return error(rc, "create environment");
    Environment environment(raw);
    if (const int rc = mdb_env_set_mapsize(raw, map_size)) return error(rc, "set map size");
    if (const int rc = mdb_env_set_maxdbs(raw, table_count_max))
      return error(rc, "set table count");
    // NOTLS: the snapshot belongs to an object, not to the thread that opened it. NORDAHEAD: the
    // store is read at random. Every commit is synced.
    if (const int rc = mdb_env_open(raw, directory.c_str(), MDB_NOTLS | MDB_NORDAHEAD, 0600)) {
      return error(rc, "open " + directory);
    }
    int dead_readers = 0;
    if (const int rc = mdb_reader_check(raw, &dead_readers)) return error(rc, "reader check");
    return environment;
  }

  // Of what is durable: waits for a transaction that is being written.
  Result<Snapshot> durable_snapshot() const {
    std::lock_guard lock(writing_->mutex);
    if (writing_->is_broken) return broken();
    return snapshot();
  }
  Result<Snapshot> snapshot() const {
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, &txn)) {
      return error(rc, "begin read");
    }
    return Snapshot(txn);
  }
  // How much of the map is in use, in percent: at 100 no transaction commits. Any thread.
  int fill_percent() const {
    MDB_envinfo info{};
    MDB_stat stat{};
    mdb_env_info(env_.get(), &info);
    mdb_env_stat(env_.get(), &stat);
    const std::size_t used = (info.me_last_pgno + 1 - free_page_count()) * stat.ms_psize;
    return static_cast<int>(used / std::max<std::size_t>(info.me_mapsize / 100, 1));
  }
  Result<WriteTransaction> begin_write() const {
    std::unique_lock lock(writing_->mutex);
    if (writing_->is_broken) return broken();
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(env_.get(), nullptr, 0, &txn)) return error(rc, "begin write");
    return WriteTransaction(txn, *writing_, std::move(lock));
  }

 private:
  explicit Environment(MDB_env* env) : env_(env) {}
  static EngineError broken() {
    return {EngineErrorCode::store, "a checkpoint did not reach the disk: restart the switch"};
  }
  // Pages that were given back, and are written to again before the file grows: LMDB lists them in
  // its table 0, a count and their numbers to an entry.
  std::size_t free_page_count() const {
    const auto read = snapshot();
    if (!read) return 0;
    std::size_t count = 0;
    read->for_each(0, [&count](Bytes, Bytes pages) {
      std::size_t listed = 0;
      std::memcpy(&listed, pages.data(), sizeof listed);
      count += listed;
    });
    return count;
  }

  std::unique_ptr<MDB_env, EnvironmentClose> env_;
  std::unique_ptr<Writing> writing_ = std::make_unique<Writing>();
};

}  // namespace engine::lmdb
