#include "store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <cstring>
#include <tuple>

#include "archive.hpp"

namespace engine {
namespace {

// LMDB keeps some 130,000 changed pages in memory and writes what is more before the commit. Fewer
// records than these have fewer pages.
constexpr std::size_t records_unwritten = 100'000;
constexpr std::uint8_t meta_key[] = {'m', 'e', 't', 'a'};
constexpr std::uint8_t archive_mark_key[] = {'a', 'r', 'c', 'h', 'i', 'v', 'e'};
constexpr std::uint8_t archive_folder_key[] = {'f', 'o', 'l', 'd', 'e', 'r'};

template <class Record>
lmdb::Bytes bytes_of(const Record& record) {
  return {reinterpret_cast<const std::uint8_t*>(&record), sizeof record};
}

// A record lies in the store, in the archive, or in both: what was archived is changed in the store
// alone, and a crash may come between the two halves of a move.
template <class Key, class Record>
std::optional<std::string> table_difference(const Table<Key, Record>& table,
                                            const lmdb::Snapshot& snapshot, MDB_dbi dbi,
                                            const Archive* archive) {
  const auto& rebuilt = table.changed();
  std::size_t in_store = 0;
  std::size_t in_archive = 0;
  for (std::uint32_t i = 0; i < rebuilt.size(); ++i) {
    const auto& entry = rebuilt.entry(i);
    auto bytes = snapshot.get(dbi, store_key(entry.key));
    if (bytes) ++in_store;
    if (archive != nullptr) {
      const auto archived = archive->get(table.name(), store_key(entry.key));
      if (archived) ++in_archive;
      if (!bytes) bytes = archived;
    }
    if (!bytes) return fmt::format("table {}: record {} is not in the store", table.name(), i + 1);
    const auto expected = Table<Key, Record>::as_bytes(entry.record);
    if (!std::equal(bytes->begin(), bytes->end(), expected.begin(), expected.end())) {
      return fmt::format("table {}: record {} differs between journal and store", table.name(),
                         i + 1);
    }
  }
  if (in_store != snapshot.entry_count(dbi)) {
    return fmt::format("table {}: the store has {} records that the journal does not give",
                       table.name(), snapshot.entry_count(dbi) - in_store);
  }
  if (archive != nullptr && in_archive != archive->entry_count(table.name())) {
    return fmt::format("table {}: the archive has {} records that the journal does not give",
                       table.name(), archive->entry_count(table.name()) - in_archive);
  }
  return std::nullopt;
}

std::optional<std::string> table_difference(const ExpiryIndex& index,
                                            const lmdb::Snapshot& snapshot, MDB_dbi dbi,
                                            const Archive*) {
  std::size_t buckets = 0;
  bool equal = true;
  for (auto bucket = index.first_from(0); bucket; bucket = index.first_from(bucket->second + 1)) {
    ++buckets;
    const auto bytes = snapshot.get(dbi, big_endian(static_cast<std::uint64_t>(bucket->second)));
    equal = equal && bytes && bytes->size() == 8 &&
            boost::endian::load_little_u64(bytes->data()) == bucket->head.value;
  }
  if (equal && buckets == snapshot.entry_count(dbi)) return std::nullopt;
  return fmt::format("table {}: differs between journal and store", index.name());
}

// What of the meta record follows from the events.
auto counters(const MetaRecord& meta) {
  return std::tuple(meta.last_sequence, meta.account_count, meta.card_count, meta.hold_count,
                    meta.movement_count, meta.exception_count, meta.reversed_by_rrn_count,
                    meta.last_command_at, meta.last_business_date, meta.fx_version, meta.fx_set_at,
                    meta.fx_file, meta.fx_base, meta.batch_count, meta.own_batch, meta.export_count,
                    meta.answered_export, meta.first_to_export, meta.last_to_export,
                    meta.core_day_at, meta.core_is_closed);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& directory,
                                           std::size_t map_size, FileOperations& files) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  if (ec) return EngineError{EngineErrorCode::io, directory.string() + ": " + ec.message()};
  auto environment = lmdb::Environment::open(directory.string(), map_size, State::table_count + 1);
  if (!environment) return environment.error();
  std::unique_ptr<Store> store(new Store(std::move(*environment), files));
  if (auto opened = store->open_tables(); !opened) return opened.error();
  if (auto opened = store->open_snapshot(); !opened) return opened.error();
  return store;
}

Result<void> Store::open_tables() {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  State names;
  std::size_t i = 0;
  Result<void> result;
  names.for_each_table([&](auto& table) {
    auto dbi = transaction->open_table(table.name());
    if (!dbi) {
      result = dbi.error();
    } else {
      table_names_[i] = table.name();
      tables_[i++] = *dbi;
    }
  });
  if (!result) return result;
  auto meta = transaction->open_table("meta");
  if (!meta) return meta.error();
  meta_ = *meta;
  return transaction->commit();
}

Result<void> Store::open_snapshot() {
  auto snapshot = environment_.snapshot();
  if (!snapshot) return snapshot.error();
  snapshot_.emplace(std::move(*snapshot));
  return {};
}

Result<std::optional<MetaRecord>> Store::read_meta() const {
  return read_meta(*snapshot_);
}

Result<std::optional<MetaRecord>> Store::read_meta(const lmdb::Snapshot& snapshot) const {
  const auto bytes = snapshot.get(meta_, meta_key);
  if (!bytes) return std::optional<MetaRecord>{};
  MetaRecord meta;
  if (bytes->size() == sizeof meta) std::memcpy(&meta, bytes->data(), sizeof meta);
  if (bytes->size() != sizeof meta || meta.format_version != store_format_version) {
    return EngineError{EngineErrorCode::wrong_format,
                       "the store's format is not one that this version reads"};
  }
  return std::optional<MetaRecord>{meta};
}

Result<std::optional<Store::ArchiveNote>> Store::read_archive_note() const {
  const auto mark = snapshot_->get(meta_, archive_mark_key);
  const auto folder = snapshot_->get(meta_, archive_folder_key);
  if (!mark || !folder) return std::optional<ArchiveNote>{};
  ArchiveNote note;
  if (mark->size() != sizeof note.mark) {
    return EngineError{EngineErrorCode::wrong_format, "the store's note of its archive is no note"};
  }
  std::memcpy(&note.mark, mark->data(), sizeof note.mark);
  note.folder.assign(folder->begin(), folder->end());
  return std::optional<ArchiveNote>{note};
}

Result<void> Store::write_archive_note(const ArchiveNote& note) const {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  const lmdb::Bytes folder(reinterpret_cast<const std::uint8_t*>(note.folder.data()),
                           note.folder.size());
  if (auto put = transaction->put(meta_, archive_mark_key, bytes_of(note.mark)); !put) return put;
  if (auto put = transaction->put(meta_, archive_folder_key, folder); !put) return put;
  return transaction->commit();
}

bool Store::is_of_a_store(const lmdb::WriteTransaction& transaction, MDB_dbi meta) {
  return transaction.get(meta, meta_key).has_value();
}

MDB_dbi Store::table_of(std::string_view name) const {
  const auto place = std::find(table_names_.begin(), table_names_.end(), name);
  ENGINE_ASSERT(place != table_names_.end());
  return tables_[static_cast<std::size_t>(place - table_names_.begin())];
}

Result<void> Store::erase_moved(MDB_dbi table, std::span<const StoredRecord> records,
                                const ArchiveMark& mark) const {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  for (const StoredRecord& record : records) {
    const auto now = transaction->get(table, record.key);
    // One that a checkpoint has changed since stays, and hides what was archived of it.
    if (!now || !std::equal(now->begin(), now->end(), record.bytes.begin(), record.bytes.end()))
      continue;
    if (auto erased = transaction->erase(table, record.key); !erased) return erased;
  }
  if (auto put = transaction->put(meta_, archive_mark_key, bytes_of(mark)); !put) return put;
  return transaction->commit();
}

void Store::attach(State& state) {
  std::size_t i = 0;
  state.for_each_table([&](auto& table) { table.attach(tables_[i++], &*snapshot_); });
}

Result<void> Store::write_frozen(const State& state, const MetaRecord& meta) const {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  Result<void> result;
  std::size_t records = 0;
  // Only frozen parts are read: the writer goes on with the rest of the state meanwhile.
  const_cast<State&>(state).for_each_table([&](const auto& table) {
    if (result) result = table.write_frozen(*transaction);
    records += table.frozen_count();
    if (!result || records < records_unwritten) return;
    result = transaction->write_out(files_);
    records = 0;
  });
  if (!result) return result;
  if (auto written = transaction->put(meta_, meta_key, bytes_of(meta)); !written) return written;
  return transaction->commit_in_steps(files_);
}

std::optional<std::string> Store::difference(const State& rebuilt, const Archive* archive) const {
  std::optional<std::string> difference;
  std::size_t i = 0;
  const_cast<State&>(rebuilt).for_each_table([&](const auto& table) {
    const MDB_dbi dbi = tables_[i++];
    if (!difference) difference = table_difference(table, *snapshot_, dbi, archive);
  });
  if (difference) return difference;
  const auto meta = read_meta();
  if (!meta) return meta.error().detail;
  if (*meta && counters(**meta) != counters(rebuilt.meta)) {
    return "the counters differ between journal and store";
  }
  return std::nullopt;
}

}  // namespace engine
