// What happens to batches, on their way to core banking and back. Included by event.hpp.
#pragma once

#include "records.hpp"

namespace engine {

struct BatchOpened {
  BatchNumber number;
  BatchId id;
  BatchSource source;
  bool is_own = false;

  template <class A>
  void fields(A& a) {
    a("number", number)("id", id)("source", source)("is_own", is_own);
  }
};
struct BatchClosed {
  BatchNumber number;

  template <class A>
  void fields(A& a) {
    a("number", number);
  }
};
// It goes to core banking as soon as that is open.
struct BatchQueued {
  BatchNumber number;

  template <class A>
  void fields(A& a) {
    a("number", number);
  }
};
// The first of the queue lies whole where core banking finds it.
struct BatchExported {
  BatchNumber number;

  template <class A>
  void fields(A& a) {
    a("number", number);
  }
};
struct BatchDeleted {
  BatchNumber number;

  template <class A>
  void fields(A& a) {
    a("number", number);
  }
};

// Core banking's word on one item.
struct ItemAnswered {
  BatchNumber batch;
  std::uint32_t item = 0;
  bool accepted = false;
  RejectionReason reason;

  template <class A>
  void fields(A& a) {
    a("batch", batch)("item", item)("accepted", accepted)("reason", reason);
  }
};
// What was done about a rejected item.
struct ItemResolved {
  BatchNumber batch;
  std::uint32_t item = 0;
  ItemStatus status = ItemStatus::undone;
  BatchNumber into;  // retried: the batch whose next item its movement is now

  template <class A>
  void fields(A& a) {
    a("batch", batch)("item", item)("status", status)("into", into);
  }
};

struct CoreDayChanged {
  bool is_open = false;

  template <class A>
  void fields(A& a) {
    a("is_open", is_open);
  }
};
// The account's balance in core banking was taken over; it had all exports up to this one in it.
struct CoreBalanceTaken {
  AccountNumber account;
  std::uint64_t last_export = 0;

  template <class A>
  void fields(A& a) {
    a("account", account)("last_export", last_export);
  }
};

}  // namespace engine
