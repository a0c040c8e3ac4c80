// Reversals: take back what is still held or was posted at authorization, never more.
#include "decide.hpp"
#include "limit_usage.hpp"
#include "matching.hpp"
#include "transaction.hpp"

namespace engine {
namespace {

struct Original {
  bool found = false;
  HoldId hold;              // none: the original was declined or moved nothing
  DecisionNumber approval;  // of the message that was named; none: the whole hold is meant
};

// Among the requests that share the original's key, the one with the reversal's RRN and terminal.
Original find_by_key(const State& state, const Request& request, const Reverse& command) {
  Original best;
  int best_rank = -1;
  if (command.original == RequestKey{}) return best;
  const RequestName name{command.rrn, request.terminal, command.original_acquirer};
  for (std::uint8_t ordinal = 0; ordinal < request_ordinal_max; ++ordinal) {
    const auto record = state.requests.get({command.original, ordinal});
    if (!record) break;
    if (record->state != RequestState::answered) continue;
    if (!may_be_same(name_of(*record), name)) continue;
    const int rank =
        (record->rrn == command.rrn ? 2 : 0) + (record->terminal == request.terminal ? 1 : 0);
    if (rank < best_rank) continue;
    best = {true, state.decisions.get(record->decision)->hold, record->decision};
    best_rank = rank;
  }
  return best;
}

// By card and RRN. When the reversal names an original that never came, only one that fits in
// every other way is taken for it: a retry under the same RRN is another transaction.
Original find_by_rrn(const State& state, const Request& request, const Reverse& command) {
  Original original;
  if (command.rrn.empty()) return original;
  const bool names_another = command.original != RequestKey{};
  for_each_hold(state, command.token, HoldKeyKind::rrn, command.rrn.view(),
                [&](const HoldRecord& hold) {
                  if (hold.kind == HoldKind::clearing) return true;  // no message made it
                  const bool fits =
                      hold.transaction_amount == command.transaction.amount &&
                      same_or_unknown(hold.keys.terminal.view(), request.terminal.view()) &&
                      same_or_unknown(hold.keys.acquirer.view(), command.original_acquirer.view());
                  if (names_another && !fits) return true;
                  original = {true, hold.id, {}};
                  return false;  // the newest
                });
  return original;
}

Original find_original(const State& state, const Request& request, const Reverse& command) {
  const Original original = find_by_key(state, request, command);
  return original.found ? original : find_by_rrn(state, request, command);
}

void keep_for_original(Deciding& d, const Reverse& command) {
  // Without original data and RRN, nothing tells which transaction it was.
  if (command.original == RequestKey{} && command.rrn.empty()) return;
  OriginalRefused refused;
  refused.by_rrn = command.original == RequestKey{};
  refused.key =
      refused.by_rrn ? rrn_request_key(command.token, command.rrn.view()) : command.original;
  refused.rrn = command.rrn;
  refused.acquirer = command.original_acquirer;
  refused.terminal = d.command.request.terminal;
  while (auto record = d.state.requests.get({refused.key, refused.ordinal})) {
    const bool kept_already = record->state == RequestState::reversed_before_arrival &&
                              record->rrn == refused.rrn && record->acquirer == refused.acquirer &&
                              record->terminal == refused.terminal;
    if (kept_already || refused.ordinal == request_ordinal_max) return;
    ++refused.ordinal;
  }
  d.emit(refused);
}

// What a reversal takes back of what remains, in the transaction's currency.
struct Share {
  MinorUnits remaining = 0;
  MinorUnits taken = 0;

  bool is_all() const { return taken >= remaining; }
  MinorUnits stays() const { return remaining - taken; }
  // The part of `amount` that stays, in proportion: another rate on the day of the reversal
  // leaves no remainder.
  MinorUnits keeps(MinorUnits amount) const {
    if (is_all()) return 0;
    const auto part = multiply_divide(amount, stays(), remaining);
    ENGINE_ASSERT(part.has_value());
    return *part;
  }
};

// Whether the reversal states its amounts in the hold's currency.
bool is_comparable(const HoldRecord& hold, const Reverse& command) {
  return !command.transaction.currency || command.transaction.currency == hold.transaction_currency;
}

// What a reversal is about, in the transaction's currency: the hold, or, of one that was
// incremented, the message that was named.
struct Scope {
  MinorUnits whole = 0;      // what was authorized
  MinorUnits remaining = 0;  // what reversals have not taken back of it
};

Scope scope_of(const HoldRecord& hold, const Reverse& command, const DecisionRecord* approval) {
  // A completion may have set it higher than it was authorized.
  Scope scope{std::max(hold.transaction_amount, hold.transaction_remaining),
              hold.transaction_remaining};
  // Amounts of two currencies say nothing of each other.
  const bool is_of_several = approval != nullptr &&
                             approval->transaction_currency == hold.transaction_currency &&
                             approval->transaction_amount < hold.transaction_amount;
  const bool names_the_sum =
      is_comparable(hold, command) && command.transaction.amount >= scope.whole;
  if (!is_of_several || names_the_sum) return scope;
  scope.whole = approval->transaction_amount;
  scope.remaining = std::clamp<MinorUnits>(scope.whole - approval->reversed, 0, scope.remaining);
  return scope;
}

// The amount of the message that was named means all of it, though it was completed higher.
bool names_all(const Reverse& command, const DecisionRecord* approval) {
  return approval != nullptr && !command.stays &&
         command.transaction.amount == approval->transaction_amount;
}

// What is taken back.
MinorUnits taken_of(const HoldRecord& hold, const Reverse& command, const Scope& scope,
                    const DecisionRecord* approval) {
  // Amounts of two currencies: all of it goes back, or, if a part should, nothing.
  const bool is_partial = command.stays && *command.stays > 0;
  if (!is_comparable(hold, command)) return is_partial ? 0 : scope.remaining;
  if (command.stays) return std::max<MinorUnits>(scope.remaining - *command.stays, 0);
  const MinorUnits asked = command.transaction.amount;
  const bool is_all = asked == 0 || names_all(command, approval);
  return is_all ? scope.remaining : std::min(scope.remaining, asked);
}

// What was asked for and cannot be had.
ExceptionCode complaint(const HoldRecord& hold, const Reverse& command, const Scope& scope,
                        MinorUnits taken, const DecisionRecord* approval) {
  if (!is_comparable(hold, command)) {
    return taken == 0 ? ExceptionCode::reversal_not_comparable : ExceptionCode{};
  }
  if (names_all(command, approval)) return {};
  if (command.stays) {
    if (*command.stays > scope.remaining) return ExceptionCode::reversal_without_effect;
    // The original's amount is stated beside what stays of it.
    const bool above = command.transaction.amount > scope.whole;
    return above ? ExceptionCode::reversal_above_hold : ExceptionCode{};
  }
  const bool above = command.transaction.amount > scope.whole ||
                     (command.transaction.amount > scope.remaining && hold.reversed == 0);
  return above ? ExceptionCode::reversal_above_hold : ExceptionCode{};
}

// What stays of the fee that was posted when `amount` stays.
MinorUnits posted_fee_for(const HoldRecord& hold, MinorUnits amount) {
  if (amount == 0) return 0;
  return std::min(hold.fee_terms.fee(amount).value_or(hold.posted_fee), hold.posted_fee);
}

void give_back_usage(Deciding& d, const HoldRecord& hold, HoldReduced& reduced,
                     MinorUnits not_posted, bool all) {
  reduced.unused = std::min(not_posted, hold.used_amount);
  reduced.not_counted = all && hold.used_count > 0 && hold.cleared_amount == 0;
  change_usage(d, hold, -reduced.unused, reduced.not_counted ? -1 : 0);
}

void count_reversal(Deciding& d, const HoldRecord& hold, const Reverse& command,
                    MinorUnits amount) {
  if (command.link.empty() || hold.financial == 0 || amount == 0) return;
  const auto category = is_debit(hold.operation) ? ReconciliationTotals::debit_reversals
                                                 : ReconciliationTotals::credit_reversals;
  d.emit(TotalsCounted{command.link, hold.transaction_currency, category, amount});
}

void take_back_posting(Deciding& d, const Reverse& command, const HoldRecord& hold,
                       const AccountRecord& account, const Share& share, DecisionNumber approval) {
  const MinorUnits keeps = share.keeps(hold.posted_amount);
  const MinorUnits taken = hold.posted_amount - keeps;
  const MinorUnits kept_amount = keeps < 0 ? -keeps : keeps;
  const MinorUnits fee_back = hold.posted_fee - posted_fee_for(hold, kept_amount);
  HoldReduced reduced;
  reduced.id = hold.id;
  reduced.reason = ReleaseReason::reversed;
  reduced.reversed = approval;
  reduced.transaction_amount = share.taken;
  reduced.status = share.is_all() ? HoldStatus::released : hold.status;
  give_back_usage(d, hold, reduced, taken < 0 ? -taken : taken, share.is_all());
  d.emit(reduced);
  // The money goes back even if it was spent: available may fall below zero.
  const std::string_view reference = hold.keys.rrn.view();
  d.emit(movement(account, MovementKind::reversal, -taken, InternalAccount::settlement, hold.id,
                  reference));
  if (fee_back != 0) d.emit(fee_return(account, fee_back, hold.id, reference));
  count_reversal(d, hold, command, share.taken);
  d.decision().amount = taken < 0 ? -taken : taken;
  d.decision().fee = fee_back;
}

void release(Deciding& d, const HoldRecord& hold, const Share& share, DecisionNumber approval) {
  // What was cleared of it stays in any case.
  const MinorUnits keeps = share.keeps(hold.amount + hold.cleared_amount);
  const MinorUnits still_held = std::clamp<MinorUnits>(keeps - hold.cleared_amount, 0, hold.amount);
  HoldReduced reduced;
  reduced.id = hold.id;
  reduced.reason = ReleaseReason::reversed;
  reduced.reversed = approval;
  reduced.amount = hold.amount - still_held;
  reduced.fee = hold.fee - std::min(fee_to_hold(hold, still_held).value_or(hold.fee), hold.fee);
  reduced.transaction_amount = share.taken;
  const bool was_open = hold.is_open();
  const bool was_cleared = hold.clearing_count > 0;
  const HoldStatus ended = was_cleared ? HoldStatus::cleared : HoldStatus::released;
  reduced.status = share.is_all() ? ended : hold.status;
  give_back_usage(d, hold, reduced,
                  was_open ? reduced.amount : hold.used_amount - share.keeps(hold.used_amount),
                  share.is_all());
  d.emit(reduced);
  d.decision().amount = reduced.amount;
  d.decision().fee = reduced.fee;
}

void reverse_hold(Deciding& d, const Reverse& command, const HoldRecord& hold,
                  DecisionNumber named) {
  const AccountRecord account = *d.state.accounts.get(hold.account);
  d.explain_account(account);
  d.decision().hold = hold.id;
  d.why->original = hold.id;
  const Money asked{command.transaction.amount, command.transaction.currency
                                                    ? command.transaction.currency
                                                    : hold.transaction_currency};
  const std::string_view reference = hold.keys.rrn.view();
  auto raise = [&](ExceptionCode code) { d.raise(code, hold.account, hold.id, asked, reference); };
  std::optional<DecisionRecord> approval;
  if (named) approval = d.state.decisions.get(named);
  const DecisionRecord* of = approval ? &*approval : nullptr;
  const Scope scope = scope_of(hold, command, of);
  const Share share{hold.transaction_remaining, taken_of(hold, command, scope, of)};
  if (hold.clearing_count > 0) {
    // No credit: the clearing of the reversal brings it. What is still held is set free.
    raise(ExceptionCode::reversal_after_clearing);
    if (hold.is_open() && share.taken > 0) release(d, hold, share, named);
    return;
  }
  if (scope.remaining == 0) return;  // said again: nothing is left to do
  const bool has_moved = hold.posted_amount != 0;
  const bool takes = has_moved || hold.is_open() || hold.kind == HoldKind::acknowledgement;
  if (!takes) return;  // it ended by itself, and nothing was posted
  const ExceptionCode code = complaint(hold, command, scope, share.taken, of);
  if (code != ExceptionCode{}) raise(code);
  if (share.taken == 0) return;
  if (!has_moved) return release(d, hold, share, named);
  if (hold.posting_resolved != 0) return raise(ExceptionCode::posting_was_resolved);
  const bool fits = can_post(d.state, account, -hold.posted_amount) &&
                    can_post(d.state, account, hold.posted_fee);
  if (!fits) return raise(ExceptionCode::reversal_without_effect);
  take_back_posting(d, command, hold, account, share, named);
}

}  // namespace

void decide_reverse(Deciding& d, const Reverse& command) {
  const auto card = d.state.cards.get(command.token);
  if (!card && !command.is_advice) return d.decline(Decline::unknown_card);
  const Original original = find_original(d.state, d.command.request, command);
  if (!original.found) {
    keep_for_original(d, command);
    if (!command.is_advice) return d.decline(Decline::original_not_found);
    d.raise(ExceptionCode::original_not_found, card ? card->account : AccountNumber{}, HoldId{},
            command.transaction, command.rrn.view());
    return;
  }
  if (original.hold) {
    reverse_hold(d, command, *d.state.holds.get(original.hold), original.approval);
  }
}

}  // namespace engine
