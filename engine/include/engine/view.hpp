// What can be read of a partition. A View is lent to an inspection that runs on the writer
// thread, in its turn between commands, and whose result is delivered only when everything it
// could have seen is durable. Values only: nothing here points into the engine.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/batches.hpp"
#include "engine/command.hpp"
#include "engine/decision.hpp"
#include "engine/explanation.hpp"
#include "engine/rules.hpp"

namespace engine {

class State;

struct AccountView {
  AccountId id;
  CurrencyCode currency;
  AccountStatus status = AccountStatus::active;
  MinorUnits booked = 0;
  MinorUnits pending = 0;
  MinorUnits held = 0;
  MinorUnits overdraft_limit = 0;

  MinorUnits ledger() const { return booked + pending; }
  MinorUnits available() const { return ledger() - held + overdraft_limit; }
};

struct CardView {
  CardToken token;
  AccountId account_id;
  PanMasked pan_masked;
  std::uint16_t expiry_yymm = 0;
  CardStatus status = CardStatus::active;
  LimitProfileName limit_profile;
};

struct HoldView {
  HoldId id;
  AccountId account_id;
  HoldKind kind = HoldKind::authorization;
  HoldStatus status = HoldStatus::open;
  CurrencyCode currency;
  MinorUnits amount = 0;  // still held
  MinorUnits fee = 0;     // still held of the fee
  MinorUnits original_amount = 0;
  std::optional<Instant> expires_at;
  MatchKeys keys;
  Reference reference;
};

struct LedgerView {
  CurrencyCode currency;
  MinorUnits customers = 0;
  std::array<MinorUnits, internal_account_count> internal{};
};

struct ExceptionView {
  std::uint64_t id = 0;
  Instant at;
  ExceptionCode code{};
  std::optional<AccountId> account_id;
  HoldId hold;
  Money amount;
  Reference reference;
};

// A limit that a card is under, as it stands now.
struct LimitView {
  LimitRule rule;
  LimitSource source = LimitSource::profile;
  MinorUnits used_amount = 0;
  std::int64_t used_count = 0;
};

// A card transaction's answer, with the figures that made it.
struct AuthorizationView {
  std::uint64_t id = 0;
  Instant at;
  BusinessDate business_date;
  std::optional<AccountId> account_id;
  PanMasked pan_masked;
  Decision decision;
  Explanation why;
};

// What became of a clearing record, and why.
struct ClearingRecordView {
  Instant at;
  AccountId account_id;
  CurrencyCode currency;  // of the amounts: the account's
  std::optional<HoldView> hold;
  MinorUnits posted = 0;     // credits positive
  MinorUnits confirmed = 0;  // of what the authorization had posted
  MinorUnits fx_result = 0;
  FileDigest file;
  std::uint32_t record_number = 0;
  ClearingOutcome outcome = ClearingOutcome::none;
  MatchMethod match = MatchMethod::none;
  bool is_reversed = false;
  std::vector<ExceptionCode> exceptions;
};

struct MovementView {
  std::uint64_t id = 0;
  std::uint32_t ordinal = 0;  // of the account, from 1
  Instant at;
  BusinessDate business_date;
  MovementKind kind = MovementKind::opening;
  MinorUnits amount = 0;  // credits positive
  MinorUnits balance_after = 0;
  std::optional<BatchId> batch;
  Reference reference;
};

struct BatchView {
  BatchNumber number;
  BatchId id;
  BatchSource source;
  BatchStatus status = BatchStatus::open;
  bool is_own = false;
  bool is_queued = false;  // for export, as soon as core banking is open
  BusinessDate business_date;
  Instant opened_at;
  Instant closed_at;  // and the next two: no_instant when it has not happened
  Instant exported_at;
  Instant accepted_at;
  std::uint32_t items = 0;
  std::uint32_t answered = 0;
  std::uint32_t accepted = 0;
  std::uint32_t problems = 0;  // rejected, and not resolved yet
};
struct BatchItemView {
  std::uint32_t item = 0;
  AccountId account_id;
  CurrencyCode currency;
  BusinessDate business_date;
  MovementKind kind = MovementKind::opening;
  MinorUnits amount = 0;
  Reference reference;
  ItemStatus status = ItemStatus::waiting;
  RejectionReason reason;  // of a rejected one
};

struct CoreView {
  bool is_open = true;
  Instant since;  // no_instant: ever
  std::uint64_t exported = 0;
  std::uint64_t answered = 0;  // every export up to this one is answered
};

// What a balance of core banking differs by from the engine's books, what is on the way between the
// two left out: core banking's own movements.
struct CoreDifference {
  Decline refusal = Decline::none;  // why it cannot be taken
  AccountNumber account;
  MinorUnits booked = 0;     // in the engine
  MinorUnits amount = 0;     // what is to be posted
  bool is_outdated = false;  // a later balance was taken
};

struct FxRatesView {
  std::uint32_t version = 0;  // 0: no rates were ever set
  Instant set_at;
  FxRates rates;
};

class View {
 public:
  View(const State& state, const Rules& rules) : state_(state), rules_(rules) {}

  std::optional<AccountView> account(const AccountId& id) const;
  std::optional<AccountView> account(AccountNumber number) const;
  std::optional<CardView> card(const CardToken& token) const;
  std::optional<HoldView> hold(HoldId id) const;
  // Newest first; the open ones alone, or all. Looks at `visits_max` holds at most, from `from` on
  // (none: from the newest): the writer thread has other work. Appends to `found`; the hold to go
  // on from, none at the end.
  HoldId holds(const AccountId& id, bool all, HoldId from, std::size_t visits_max,
               std::vector<HoldView>& found) const;
  // Every currency that has moved, by numeric code.
  std::vector<LedgerView> ledger() const;
  // In order, those behind `after`, at most `count`.
  std::vector<ExceptionView> exceptions(std::uint64_t after, std::size_t count) const;
  // Every rule that the card is under, with its usage in the windows of the time given.
  std::vector<LimitView> limits(const CardToken& token, Instant at, BusinessDate date) const;
  std::optional<AuthorizationView> authorization(std::uint64_t id) const;
  // Newest first, at most `count`.
  std::vector<AuthorizationView> authorizations(const FixedText<12>& rrn, std::size_t count) const;
  FxRatesView fx_rates() const;

  std::optional<ClearingRecordView> clearing_record(const ClearingIdentity& identity) const;

  // In order, those behind ordinal `after` whose business dates lie within both, at most `count`.
  // No account: nothing.
  std::optional<std::vector<MovementView>> statement(const AccountId& id, BusinessDate from,
                                                     BusinessDate to, std::uint32_t after,
                                                     std::size_t count) const;
  std::optional<BatchView> batch(const BatchId& id) const;
  std::optional<BatchView> batch(BatchNumber number) const;
  // Newest first; those of one status alone, or all. Looks at `visits_max` batches at most, from
  // `from` on (none: from the newest). Appends to `found`; the batch to go on from, none at the
  // end.
  BatchNumber batches(std::optional<BatchStatus> status, BatchNumber from, std::size_t visits_max,
                      std::vector<BatchView>& found) const;
  // Which item of another system's batch the movement is; it stays that when it is tried again.
  std::optional<std::uint32_t> batch_item_of(const BatchId& id, std::uint64_t movement) const;
  // The next one to be exported, and those that wait behind it.
  std::optional<BatchView> first_to_export() const;
  std::size_t waiting_exports(std::size_t count_max) const;
  // In order, those behind `after`, at most `count`.
  std::vector<BatchItemView> batch_items(BatchNumber batch, std::uint32_t after,
                                         std::size_t count) const;
  // Those that wait to be resolved, the last rejected first, at most `count`.
  std::vector<BatchItemView> batch_problems(BatchNumber batch, std::size_t count) const;
  CoreView core() const;
  // In the order of the command's balances.
  std::vector<CoreDifference> core_differences(const TakeCoreBalances& command) const;

 private:
  BatchItemView batch_item(BatchNumber batch, std::uint32_t item) const;

  const State& state_;
  const Rules& rules_;
};

}  // namespace engine
