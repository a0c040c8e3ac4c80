// Which holds end when: for each second that has any, the first of a chain of holds. Ordered,
// layered like Table: overlay, frozen overlay, LMDB snapshot.
#pragma once

#include <map>
#include <optional>

#include "lmdb.hpp"
#include "records.hpp"

namespace engine {

class ExpiryIndex {
 public:
  struct Bucket {
    std::int64_t second = 0;
    HoldId head;
  };

  std::optional<HoldId> head(std::int64_t second) const;
  // The earliest bucket at or behind `second`.
  std::optional<Bucket> first_from(std::int64_t second) const;
  void set_head(std::int64_t second, HoldId head);
  void erase(std::int64_t second) { active_[second] = HoldId{}; }
  // Erases every bucket before `second`.
  void erase_before(std::int64_t second);

  const char* name() const { return "expiries"; }
  void attach(MDB_dbi dbi, const lmdb::Snapshot* snapshot);
  std::size_t changed_count() const { return active_.size(); }
  std::size_t frozen_count() const { return frozen_ ? frozen_->size() : 0; }
  void freeze();
  Result<void> write_frozen(lmdb::WriteTransaction& transaction) const;
  void drop_frozen() { frozen_.reset(); }
  void reserve(std::size_t) {}

 private:
  // An entry without a head hides what lies below: an erased bucket.
  using Layer = std::map<std::int64_t, HoldId>;

  MDB_dbi dbi_ = 0;
  const lmdb::Snapshot* snapshot_ = nullptr;
  Layer active_;
  std::optional<Layer> frozen_;
  // No bucket lies before this second: a search need not walk over the erased ones again.
  std::int64_t nothing_before_ = 0;
};

}  // namespace engine
