#include "store.hpp"

#include <fmt/format.h>

#include <boost/endian/conversion.hpp>
#include <tuple>

namespace engine {
namespace {

constexpr std::uint8_t meta_key[] = {'m', 'e', 't', 'a'};

template <class Key, class Record>
std::optional<std::string> table_difference(const Table<Key, Record>& table,
                                            const lmdb::Snapshot& snapshot, MDB_dbi dbi) {
  const auto& rebuilt = table.changed();
  if (rebuilt.size() != snapshot.entry_count(dbi)) {
    return fmt::format("table {}: the journal gives {} records, the store has {}", table.name(),
                       rebuilt.size(), snapshot.entry_count(dbi));
  }
  for (std::uint32_t i = 0; i < rebuilt.size(); ++i) {
    const auto& entry = rebuilt.entry(i);
    const auto bytes = snapshot.get(dbi, store_key(entry.key));
    if (!bytes) return fmt::format("table {}: record {} is not in the store", table.name(), i + 1);
    const auto expected = Table<Key, Record>::as_bytes(entry.record);
    if (!std::equal(bytes->begin(), bytes->end(), expected.begin(), expected.end())) {
      return fmt::format("table {}: record {} differs between journal and store", table.name(),
                         i + 1);
    }
  }
  return std::nullopt;
}

std::optional<std::string> table_difference(const ExpiryIndex& index,
                                            const lmdb::Snapshot& snapshot, MDB_dbi dbi) {
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
                                           std::size_t map_size) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  if (ec) return EngineError{EngineErrorCode::io, directory.string() + ": " + ec.message()};
  auto environment = lmdb::Environment::open(directory.string(), map_size, State::table_count + 1);
  if (!environment) return environment.error();
  std::unique_ptr<Store> store(new Store(std::move(*environment)));
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
  const auto bytes = snapshot_->get(meta_, meta_key);
  if (!bytes) return std::optional<MetaRecord>{};
  MetaRecord meta;
  if (bytes->size() == sizeof meta) std::memcpy(&meta, bytes->data(), sizeof meta);
  if (bytes->size() != sizeof meta || meta.format_version != store_format_version) {
    return EngineError{EngineErrorCode::wrong_format,
                       "the store's format is not one that this version reads"};
  }
  return std::optional<MetaRecord>{meta};
}

void Store::attach(State& state) {
  std::size_t i = 0;
  state.for_each_table([&](auto& table) { table.attach(tables_[i++], &*snapshot_); });
}

Result<void> Store::write_frozen(const State& state, const MetaRecord& meta) const {
  auto transaction = environment_.begin_write();
  if (!transaction) return transaction.error();
  Result<void> result;
  // Only frozen parts are read: the writer goes on with the rest of the state meanwhile.
  const_cast<State&>(state).for_each_table([&](const auto& table) {
    if (result) result = table.write_frozen(*transaction);
  });
  if (!result) return result;
  const lmdb::Bytes bytes(reinterpret_cast<const std::uint8_t*>(&meta), sizeof meta);
  if (auto written = transaction->put(meta_, meta_key, bytes); !written) return written;
  return transaction->commit();
}

std::optional<std::string> Store::difference(const State& rebuilt) const {
  std::optional<std::string> difference;
  std::size_t i = 0;
  const_cast<State&>(rebuilt).for_each_table([&](const auto& table) {
    const MDB_dbi dbi = tables_[i++];
    if (!difference) difference = table_difference(table, *snapshot_, dbi);
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
