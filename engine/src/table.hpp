// A table of the state: what changed since the last checkpoint (the overlay), what a checkpoint
// is writing now (the frozen overlay), below them the LMDB snapshot, and below that, of some
// tables, the archive's. Point access only.
#pragma once

#include <algorithm>
#include <array>
#include <boost/container_hash/hash.hpp>
#include <boost/endian/conversion.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "lmdb.hpp"

namespace engine {

// How a key lies in LMDB: big-endian, so that bytewise order is the order of the numbers.
inline std::array<std::uint8_t, 8> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  boost::endian::store_big_u64(bytes.data(), value);
  return bytes;
}

// Records by key in insertion order, in chunks that never move, with a hash index beside them.
template <class Key, class Record>
class Overlay {
 public:
  struct Entry {
    Key key;
    Record record;
  };

  Record* find(const Key& key) { return const_cast<Record*>(std::as_const(*this).find(key)); }
  const Record* find(const Key& key) const {
    const Index& index = indexes_[part_of(key)];
    const auto it = index.find(key);
    return it == index.end() ? nullptr : &at(it->second).record;
  }
  Record& insert_or_assign(const Key& key, const Record& record) {
    const auto [it, inserted] = indexes_[part_of(key)].try_emplace(key, size_);
    if (!inserted) return at(it->second).record = record;
    if (size_ == chunks_.size() * chunk_entries) {
      chunks_.push_back(std::make_unique_for_overwrite<Entry[]>(chunk_entries));
    }
    Entry& entry = at(size_++);
    entry = {key, record};
    return entry.record;
  }
  std::size_t size() const { return size_; }
  // Keeps the memory: the next overlay will need it again.
  void clear() {
    for (Index& index : indexes_) index.clear();
    size_ = 0;
  }
  const Entry& entry(std::uint32_t position) const { return at(position); }

 private:
  static constexpr std::size_t chunk_entries = 512;
  Entry& at(std::uint32_t i) { return chunks_[i / chunk_entries][i % chunk_entries]; }
  const Entry& at(std::uint32_t i) const { return chunks_[i / chunk_entries][i % chunk_entries]; }

  std::vector<std::unique_ptr<Entry[]>> chunks_;

  // In parts, which grow by themselves: moving a million keys to a larger index at once would make
  // everybody wait for tens of milliseconds.
  static constexpr unsigned index_parts_bits = 4;
  static constexpr std::size_t index_parts = std::size_t{1} << index_parts_bits;
  static std::size_t part_of(const Key& key) {
    // Fibonacci hashing: the upper bits of a product depend on all of the hash.
    const std::uint64_t hash = boost::hash<Key>()(key);
    return hash * 0x9e37'79b9'7f4a'7c15 >> (64 - index_parts_bits);
  }
  using Index = boost::unordered_flat_map<Key, std::uint32_t>;
  std::array<Index, index_parts> indexes_;
  std::uint32_t size_ = 0;
};

template <class Key, class Record>
class Table {
 public:
  using OverlayType = Overlay<Key, Record>;

  explicit Table(const char* table_name) : name_(table_name) {}

  std::optional<Record> get(const Key& key) const {
    if (const Record* record = active_->find(key)) return *record;
    if (frozen_) {
      if (const Record* record = frozen_->find(key)) return *record;
    }
    if (snapshot_ == nullptr) return std::nullopt;
    auto bytes = snapshot_->get(dbi_, store_key(key));
    if (!bytes && archive_ != nullptr) bytes = archive_->get(archive_dbi_, store_key(key));
    if (!bytes) return std::nullopt;
    return from_bytes(*bytes);
  }
  void put(const Key& key, const Record& record) { active_->insert_or_assign(key, record); }
  // The record for change in place; it must exist.
  Record& edit(const Key& key) {
    if (Record* record = active_->find(key)) return *record;
    auto record = get(key);
    ENGINE_ASSERT(record.has_value());
    return active_->insert_or_assign(key, *record);
  }

  const char* name() const { return name_; }
  void attach(MDB_dbi dbi, const lmdb::Snapshot* snapshot) {
    dbi_ = dbi;
    snapshot_ = snapshot;
  }
  void attach_archive(MDB_dbi dbi, const lmdb::Snapshot* archive) {
    archive_dbi_ = dbi;
    archive_ = archive;
  }
  std::size_t changed_count() const { return active_->size(); }
  const OverlayType& changed() const { return *active_; }

  // A checkpoint: freeze, write the frozen part (in any thread), drop it.
  void freeze() {
    ENGINE_ASSERT(!frozen_);
    frozen_ = std::move(active_);
    active_ = spare_ ? std::move(spare_) : std::make_unique<OverlayType>();
  }
  std::size_t frozen_count() const { return frozen_ ? frozen_->size() : 0; }
  Result<void> write_frozen(lmdb::WriteTransaction& transaction) const {
    struct Place {
      StoreKey key;
      std::uint32_t position;
      bool operator<(const Place& other) const { return key < other.key; }
    };
    std::vector<Place> order(frozen_->size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      order[i] = {store_key(frozen_->entry(i).key), i};
    }
    std::sort(order.begin(), order.end());
    auto cursor = transaction.cursor(dbi_);
    if (!cursor) return cursor.error();
    for (const Place& place : order) {
      auto written = cursor->put(place.key, as_bytes(frozen_->entry(place.position).record));
      if (!written) return written.error();
    }
    return {};
  }
  void drop_frozen() {
    frozen_->clear();
    spare_ = std::move(frozen_);
  }

  static Record from_bytes(lmdb::Bytes bytes) {
    ENGINE_ASSERT(bytes.size() == sizeof(Record));
    Record record;
    std::memcpy(&record, bytes.data(), sizeof record);
    return record;
  }
  static lmdb::Bytes as_bytes(const Record& record) {
    return {reinterpret_cast<const std::uint8_t*>(&record), sizeof record};
  }

 private:
  using StoreKey = decltype(store_key(std::declval<Key>()));

  const char* name_;
  MDB_dbi dbi_ = 0;
  const lmdb::Snapshot* snapshot_ = nullptr;
  MDB_dbi archive_dbi_ = 0;
  const lmdb::Snapshot* archive_ = nullptr;
  std::unique_ptr<OverlayType> active_ = std::make_unique<OverlayType>();
  std::unique_ptr<OverlayType> frozen_;
  std::unique_ptr<OverlayType> spare_;
};

}  // namespace engine
