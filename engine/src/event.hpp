// Events: what happened, as facts. A command makes at most one event; it carries the request and
// its answer and the effects on the state, so that rules which change later never change the past.
//
// Each type names its fields once, in fields(); the journal's encoder and decoder, the JSON of
// `journal dump` and the tests all read that list. Field order is the format: docs/journal.md.
#pragma once

#include <variant>
#include <vector>

#include "records.hpp"

namespace engine {

struct AccountOpened {
  AccountNumber number;
  AccountId id;
  CurrencyCode currency;
  AccountStatus status = AccountStatus::active;
  MinorUnits overdraft_limit = 0;

  template <class A>
  void fields(A& a) {
    a("number", number)("id", id)("currency", currency)("status", status)("overdraft_limit",
                                                                          overdraft_limit);
  }
};

struct AccountChanged {
  AccountNumber number;
  AccountStatus status = AccountStatus::active;
  MinorUnits overdraft_limit = 0;

  template <class A>
  void fields(A& a) {
    a("number", number)("status", status)("overdraft_limit", overdraft_limit);
  }
};

// Issued, or changed: the card as it is from now on.
struct CardPut {
  CardToken token;
  AccountNumber account;
  PanMasked pan_masked;
  std::uint16_t expiry_yymm = 0;
  CardStatus status = CardStatus::active;
  LimitProfileName limit_profile;
  bool issued = false;

  template <class A>
  void fields(A& a) {
    a("token", token)("account", account)("pan_masked", pan_masked)("expiry_yymm", expiry_yymm)(
        "status", status)("limit_profile", limit_profile)("issued", issued);
  }
};

struct HoldPlaced {
  HoldId id;
  AccountNumber account;
  CardToken token;
  HoldKind kind = HoldKind::authorization;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  Money transaction;
  Instant expires_at;
  MatchKeys keys;
  Reference reference;

  template <class A>
  void fields(A& a) {
    a("id", id)("account", account)("token", token)("kind", kind)("operation", operation)(
        "channel", channel)("amount", amount)("fee", fee)("transaction_amount", transaction.amount)(
        "transaction_currency", transaction.currency)("expires_at", expires_at)(
        "lifecycle_id", keys.lifecycle_id)("rrn", keys.rrn)("auth_code", keys.auth_code)(
        "acquirer", keys.acquirer)("terminal", keys.terminal)("merchant", keys.merchant)(
        "mcc", keys.mcc)("reference", reference);
  }
};

enum class ReleaseReason : std::uint8_t { cleared = 0, reversed = 1, expired = 2, by_request = 3 };
std::string_view name(ReleaseReason reason);

// Held money set free (all of it or a part), and the state the hold is in then. `cleared` is the
// amount that clearing posted against it.
struct HoldReduced {
  HoldId id;
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  MinorUnits transaction_amount = 0;
  MinorUnits cleared = 0;
  HoldStatus status = HoldStatus::open;
  ReleaseReason reason = ReleaseReason::cleared;

  template <class A>
  void fields(A& a) {
    a("id", id)("amount", amount)("fee", fee)("transaction_amount", transaction_amount)(
        "cleared", cleared)("status", status)("reason", reason);
  }
};

// A customer's amount and its other sides; together zero.
struct MovementPosted {
  AccountNumber account;
  MovementKind kind = MovementKind::opening;
  MinorUnits amount = 0;
  MovementLeg legs[movement_legs_max];
  HoldId hold;
  Reference reference;

  template <class A>
  void fields(A& a) {
    a("account", account)("kind", kind)("amount", amount)("leg", legs[0].account)(
        "leg_amount", legs[0].amount)("second_leg", legs[1].account)(
        "second_leg_amount", legs[1].amount)("hold", hold)("reference", reference);
  }
};

// A reversal came before its original.
struct OriginalRefused {
  RequestKey key;
  std::uint8_t ordinal = 0;
  FixedText<11> acquirer;
  FixedText<8> terminal;
  bool by_rrn = false;  // the key is the card and RRN, since the reversal had no original data

  template <class A>
  void fields(A& a) {
    a("key", key)("ordinal", ordinal)("acquirer", acquirer)("terminal", terminal)("by_rrn", by_rrn);
  }
};

// A clearing record was dealt with; it never posts again.
struct ClearingRecorded {
  ClearingIdentity identity;
  ClearingIdentity reversed_presentment;  // none when the record is not a reversal
  FileDigest file;
  std::uint32_t record_number = 0;
  ClearingOutcome outcome = ClearingOutcome::none;
  MatchMethod match = MatchMethod::none;
  AccountNumber account;
  HoldId hold;
  MinorUnits posted = 0;

  template <class A>
  void fields(A& a) {
    a("identity", identity)("reversed_presentment", reversed_presentment)("file", file)(
        "record_number", record_number)("outcome", outcome)("match", match)("account", account)(
        "hold", hold)("posted", posted);
  }
};

struct ExceptionRaised {
  ExceptionCode code{};
  AccountNumber account;
  HoldId hold;
  Money amount;
  Reference reference;

  template <class A>
  void fields(A& a) {
    a("code", code)("account", account)("hold", hold)("amount", amount.amount)(
        "currency", amount.currency)("reference", reference);
  }
};

// Holds that were due have been dealt with: the buckets before `second` are gone, and the one at
// `second` now begins with `head` (none: it is gone too).
struct ExpiryAdvanced {
  std::int64_t second = 0;
  HoldId head;

  template <class A>
  void fields(A& a) {
    a("second", second)("head", head);
  }
};

// The order of the alternatives is the type number in the journal: only ever append.
using Effect =
    std::variant<AccountOpened, AccountChanged, CardPut, HoldPlaced, HoldReduced, MovementPosted,
                 OriginalRefused, ClearingRecorded, ExceptionRaised, ExpiryAdvanced>;

struct Event {
  std::uint64_t sequence = 0;
  Instant at;
  BusinessDate business_date;
  Request request;                   // no key: nothing is kept for a retransmission
  std::uint8_t request_ordinal = 0;  // among the requests that share its key
  Decision decision;                 // kept with the request
  std::vector<Effect> effects;

  // Whether there is anything to keep at all.
  bool empty() const { return effects.empty() && !request; }
  void reset() {
    request = {};
    request_ordinal = 0;
    decision = {};
    effects.clear();
  }
};

}  // namespace engine
