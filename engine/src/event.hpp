// Events: what happened, as facts. A command makes at most one event; it carries the request and
// its answer and the effects on the state, so that rules which change later never change the past.
//
// Each type names its fields once, in fields(); the journal's encoder and decoder, the JSON of
// `journal dump` and the tests all read that list. Field order is the format: docs/journal.md.
#pragma once

#include <variant>
#include <vector>

#include "batch_effects.hpp"
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

// The rules of its own that a card or an account has from now on.
struct LimitRulesPut {
  CardToken token;        // of the card, or
  AccountNumber account;  // the account
  std::uint8_t count = 0;

  template <class A>
  void fields(A& a) {
    a("token", token)("account", account)("count", count);
  }
};
// One of them, in the order of LimitRulesPut.
struct LimitRulePut {
  CardToken token;
  AccountNumber account;
  std::uint8_t ordinal = 0;
  LimitRule rule;

  template <class A>
  void fields(A& a) {
    a("token", token)("account", account)("ordinal", ordinal)("name", rule.name)(
        "max_amount", rule.max_amount)("max_count", rule.max_count)(
        "rolling_seconds", rule.rolling_seconds)("operations", rule.operations)(
        "channels", rule.channels)("regions", rule.regions)("scope", rule.scope)(
        "window", rule.window)("mcc_range_count", rule.mcc_range_count);
    // What lies beyond the last range is zero.
    for (std::size_t i = 0; i < rule.mcc_range_count && i < LimitRule::mcc_ranges_max; ++i) {
      a("mcc_first", rule.mcc[i].first)("mcc_last", rule.mcc[i].last);
    }
  }
};

struct HoldPlaced {
  HoldId id;
  AccountNumber account;
  CardToken token;
  HoldKind kind = HoldKind::authorization;
  Operation operation = Operation::purchase;
  Channel channel = Channel::pos;
  Region region = Region::domestic;
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  FeeTerms fee_terms;
  bool uses_limits = false;  // the amount and a count of one
  std::uint64_t programme = 0;
  bool financial = false;  // a financial message posted it
  Money transaction;
  Instant expires_at;
  MatchKeys keys;
  Reference reference;

  template <class A>
  void fields(A& a) {
    a("id", id)("account", account)("token", token)("kind", kind)("operation", operation)(
        "channel", channel)("region", region)("amount", amount)("fee", fee)(
        "fee_flat", fee_terms.flat)("fee_percent_scaled", fee_terms.percent_scaled)(
        "fee_min", fee_terms.min)("fee_max", fee_terms.max)("uses_limits", uses_limits)(
        "programme", programme)("financial", financial)("transaction_amount", transaction.amount)(
        "transaction_currency", transaction.currency)("expires_at", expires_at)(
        "lifecycle_id", keys.lifecycle_id)("rrn", keys.rrn)("auth_code", keys.auth_code)(
        "acquirer", keys.acquirer)("terminal", keys.terminal)("merchant", keys.merchant)(
        "mcc", keys.mcc)("reference", reference);
  }
};

enum class ReleaseReason : std::uint8_t {
  cleared = 0,
  reversed = 1,
  expired = 2,
  by_request = 3,
};
std::string_view name(ReleaseReason reason);

// Held money set free (all of it or a part), and the state the hold is in then. `cleared` is the
// amount that clearing posted against it.
struct HoldReduced {
  HoldId id;
  MinorUnits amount = 0;
  MinorUnits fee = 0;
  MinorUnits transaction_amount = 0;
  MinorUnits cleared = 0;
  MinorUnits unused = 0;     // given back to the limits' windows
  bool not_counted = false;  // its count too: nothing came of it
  bool is_final = false;     // cleared, and no other record is expected
  HoldStatus status = HoldStatus::open;
  ReleaseReason reason = ReleaseReason::cleared;
  DecisionNumber reversed;  // the approval that a reversal named, if it did

  template <class A>
  void fields(A& a) {
    a("id", id)("amount", amount)("fee", fee)("transaction_amount", transaction_amount)(
        "cleared", cleared)("unused", unused)("not_counted", not_counted)("is_final", is_final)(
        "status", status)("reason", reason)("reversed", reversed);
  }
};

// An increment. The lifetime starts again, and never ends earlier than before.
struct HoldIncreased {
  HoldId id;
  MinorUnits amount = 0;  // counts towards limits too
  MinorUnits fee = 0;
  MinorUnits transaction_amount = 0;
  Instant expires_at;

  template <class A>
  void fields(A& a) {
    a("id", id)("amount", amount)("fee", fee)("transaction_amount", transaction_amount)(
        "expires_at", expires_at);
  }
};

// A completion: the hold as it is from now on.
struct HoldCompleted {
  HoldId id;
  MinorUnits amount = 0;  // held
  MinorUnits fee = 0;     // held
  MinorUnits transaction_remaining = 0;
  MinorUnits used = 0;  // counts towards limits
  bool counts = true;
  bool financial = false;  // what was held is posted
  HoldStatus status = HoldStatus::open;

  template <class A>
  void fields(A& a) {
    a("id", id)("amount", amount)("fee", fee)("transaction_remaining", transaction_remaining)(
        "used", used)("counts", counts)("financial", financial)("status", status);
  }
};

// The end of an open hold that was due had been put off: it lies in the bucket of its end now.
struct ExpiryPutOff {
  HoldId id;

  template <class A>
  void fields(A& a) {
    a("id", id);
  }
};

// Added to a limit's usage in `window`, or taken off; in another window or under other rules it
// starts from zero.
struct LimitUsed {
  LimitOwner owner;
  std::uint64_t shape = 0;
  std::uint8_t slot = 0;
  std::int64_t window = 0;
  std::uint64_t stamp = 0;
  MinorUnits amount = 0;
  std::int64_t count = 0;

  template <class A>
  void fields(A& a) {
    a("owner", owner)("shape", shape)("slot", slot)("window", window)("stamp", stamp)(
        "amount", amount)("count", count);
  }
};

// A customer's amount and its other sides; together zero.
struct MovementPosted {
  AccountNumber account;
  MovementKind kind = MovementKind::opening;
  MinorUnits amount = 0;
  MovementLeg legs[movement_legs_max];
  HoldId hold;
  BatchNumber batch;  // whose next item it is; none: core banking does not get it
  Reference reference;

  template <class A>
  void fields(A& a) {
    a("account", account)("kind", kind)("amount", amount)("leg", legs[0].account)(
        "leg_amount", legs[0].amount)("second_leg", legs[1].account)(
        "second_leg_amount", legs[1].amount)("hold", hold)("batch", batch)("reference", reference);
  }
};

// The profiles' rules that an account's usage changes under from now on: what it has used under
// others is added up anew.
struct LimitRulesSeen {
  AccountNumber account;
  std::uint32_t stamp = 0;

  template <class A>
  void fields(A& a) {
    a("account", account)("stamp", stamp);
  }
};

// Between internal accounts, in one currency: together zero.
struct InternalPosted {
  CurrencyCode currency;
  MovementLeg legs[internal_legs_max];
  HoldId hold;

  template <class A>
  void fields(A& a) {
    a("currency", currency);
    for (MovementLeg& leg : legs) a("leg", leg.account)("leg_amount", leg.amount);
    a("hold", hold);
  }
};

// A reversal came before its original.
struct OriginalRefused {
  RequestKey key;
  std::uint8_t ordinal = 0;
  FixedText<12> rrn;
  FixedText<11> acquirer;
  FixedText<8> terminal;
  bool by_rrn = false;  // the key is the card and RRN, since the reversal had no original data

  template <class A>
  void fields(A& a) {
    a("key", key)("ordinal", ordinal)("rrn", rrn)("acquirer", acquirer)("terminal", terminal)(
        "by_rrn", by_rrn);
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
  MinorUnits confirmed = 0;
  bool confirms = false;  // its money had moved at authorization
  MinorUnits fx_result = 0;
  ExceptionCode exceptions[exceptions_of_record_max] = {};

  template <class A>
  void fields(A& a) {
    a("identity", identity)("reversed_presentment", reversed_presentment)("file", file)(
        "record_number", record_number)("outcome", outcome)("match", match)("account", account)(
        "hold", hold)("posted", posted)("confirmed", confirmed)("confirms", confirms)("fx_result",
                                                                                      fx_result);
    for (ExceptionCode& code : exceptions) a("exception", code);
  }
};

struct ClearingFileBegun {
  FileDigest file;

  template <class A>
  void fields(A& a) {
    a("file", file);
  }
};
struct ClearingFileFinished {
  FileDigest file;

  template <class A>
  void fields(A& a) {
    a("file", file);
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

struct FxRatesSet {
  std::uint32_t version = 0;
  CurrencyCode base;
  FileDigest file;  // none: they did not come from a file

  template <class A>
  void fields(A& a) {
    a("version", version)("base", base)("file", file);
  }
};
struct FxRateSet {
  CurrencyCode currency;
  std::int64_t buy_scaled = 0;
  std::int64_t sell_scaled = 0;

  template <class A>
  void fields(A& a) {
    a("currency", currency)("buy_scaled", buy_scaled)("sell_scaled", sell_scaled);
  }
};

// A message that reconciliation counts.
struct TotalsCounted {
  LinkName link;
  CurrencyCode currency;
  std::uint8_t category = 0;
  MinorUnits amount = 0;

  template <class A>
  void fields(A& a) {
    a("link", link)("currency", currency)("category", category)("amount", amount);
  }
};
struct PeriodClosed {
  LinkName link;

  template <class A>
  void fields(A& a) {
    a("link", link);
  }
};

// Why a card transaction was answered as it was.
struct DecisionExplained {
  Explanation why;

  template <class A>
  void fields(A& a) {
    a("kind", why.kind)("is_reversal", why.is_reversal)("operation", why.operation)(
        "channel", why.channel)("region", why.region)("token", why.token)("rrn", why.rrn)(
        "transaction_amount", why.transaction.amount)(
        "transaction_currency", why.transaction.currency)("billing_amount", why.billing.amount)(
        "billing_currency", why.billing.currency)("amount", why.amount)("fee", why.fee)(
        "ledger", why.ledger)("held", why.held)("overdraft_limit", why.overdraft_limit)(
        "rate", why.rate)("rate_version", why.rate_version)("tariff", why.tariff)(
        "limit", why.limit)("limit_source", why.limit_source)("limit_used", why.limit_used)(
        "limit_max", why.limit_max)("original", why.original)("first_answer", why.first_answer);
  }
};

// The manual clock was moved, and nothing was due: the event's time is all there is to say.
struct TimeMoved {
  template <class A>
  void fields(A&) {}
};

// The order of the alternatives is the type number in the journal: only ever append.
using Effect =
    std::variant<AccountOpened, AccountChanged, CardPut, HoldPlaced, HoldReduced, MovementPosted,
                 OriginalRefused, ClearingRecorded, ExceptionRaised, ExpiryAdvanced, LimitRulesPut,
                 LimitRulePut, HoldIncreased, HoldCompleted, ExpiryPutOff, LimitUsed,
                 InternalPosted, FxRatesSet, FxRateSet, TotalsCounted, PeriodClosed,
                 DecisionExplained, LimitRulesSeen, BatchOpened, BatchClosed, BatchQueued,
                 BatchExported, BatchDeleted, ItemAnswered, ItemResolved, CoreDayChanged,
                 CoreBalanceTaken, ClearingFileBegun, ClearingFileFinished, TimeMoved>;

struct Event {
  std::uint64_t sequence = 0;
  Instant at;
  BusinessDate business_date;
  Request request;                   // no key: nothing is kept for a retransmission
  std::uint8_t request_ordinal = 0;  // among the requests that share its key
  Decision decision;                 // kept with the request
  bool keeps_answer = false;         // without a request too: for whoever asks why, later
  std::vector<Effect> effects;

  // Whether there is anything to keep at all.
  bool empty() const { return effects.empty() && !request; }
  void reset() {
    request = {};
    request_ordinal = 0;
    decision = {};
    keeps_answer = false;
    effects.clear();
  }
};

}  // namespace engine
