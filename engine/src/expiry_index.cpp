#include "expiry_index.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <cstring>

#include "table.hpp"

namespace engine {
namespace {

// Seconds before 1970 do not occur: commands carry real time.
std::array<std::uint8_t, 8> bucket_key(std::int64_t second) {
  return big_endian(static_cast<std::uint64_t>(second));
}

HoldId head_from(lmdb::Bytes bytes) {
  ENGINE_ASSERT(bytes.size() == sizeof(std::uint64_t));
  return HoldId{boost::endian::load_little_u64(bytes.data())};
}

}  // namespace

void ExpiryIndex::attach(MDB_dbi dbi, const lmdb::Snapshot* snapshot) {
  dbi_ = dbi;
  snapshot_ = snapshot;
  nothing_before_ = 0;
}

std::optional<HoldId> ExpiryIndex::head(std::int64_t second) const {
  HoldId head;
  if (auto it = active_.find(second); it != active_.end()) {
    head = it->second;
  } else if (auto frozen = frozen_ ? frozen_->find(second) : active_.end();
             frozen_ && frozen != frozen_->end()) {
    head = frozen->second;
  } else if (snapshot_ != nullptr) {
    if (auto bytes = snapshot_->get(dbi_, bucket_key(second))) head = head_from(*bytes);
  }
  if (!head) return std::nullopt;
  return head;
}

void ExpiryIndex::set_head(std::int64_t second, HoldId head) {
  active_[second] = head;
  nothing_before_ = std::min(nothing_before_, second);
}

void ExpiryIndex::erase_before(std::int64_t second) {
  for (auto bucket = first_from(0); bucket && bucket->second < second;
       bucket = first_from(bucket->second + 1)) {
    erase(bucket->second);
  }
  nothing_before_ = std::max(nothing_before_, second);
}

std::optional<ExpiryIndex::Bucket> ExpiryIndex::first_from(std::int64_t second) const {
  second = std::max(second, nothing_before_);
  for (;;) {
    std::optional<std::int64_t> candidate;
    auto consider = [&candidate](std::int64_t s) {
      if (!candidate || s < *candidate) candidate = s;
    };
    if (auto it = active_.lower_bound(second); it != active_.end()) consider(it->first);
    if (frozen_) {
      if (auto it = frozen_->lower_bound(second); it != frozen_->end()) consider(it->first);
    }
    if (snapshot_ != nullptr) {
      if (auto entry = snapshot_->first_from(dbi_, bucket_key(second))) {
        consider(static_cast<std::int64_t>(boost::endian::load_big_u64(entry->first.data())));
      }
    }
    if (!candidate) return std::nullopt;
    if (auto found = head(*candidate)) return Bucket{*candidate, *found};
    second = *candidate + 1;  // erased in an upper layer
  }
}

void ExpiryIndex::freeze() {
  ENGINE_ASSERT(!frozen_);
  frozen_ = std::move(active_);
  active_ = {};
}

Result<void> ExpiryIndex::write_frozen(lmdb::WriteTransaction& transaction) const {
  for (const auto& [second, head] : *frozen_) {
    const auto key = bucket_key(second);
    std::uint8_t value[8];
    boost::endian::store_little_u64(value, head.value);
    auto written = head ? transaction.put(dbi_, key, value) : transaction.erase(dbi_, key);
    if (!written) return written.error();
  }
  return {};
}

}  // namespace engine
