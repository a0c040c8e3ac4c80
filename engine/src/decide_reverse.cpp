// Reversals: take back what is still held or was posted at authorization, never more.
#include "decide.hpp"
#include "matching.hpp"

namespace engine {
namespace {

struct Original {
  bool found = false;
  HoldId hold;  // none: the original was declined or moved nothing
};

bool same_or_unknown(std::string_view a, std::string_view b) {
  return a.empty() || b.empty() || a == b;
}

// Among the requests that share the original's key, the one from the reversal's terminal.
Original find_by_key(const State& state, const Request& request, const Reverse& command) {
  Original best;
  bool best_is_exact = false;
  if (command.original == RequestKey{}) return best;
  for (std::uint8_t ordinal = 0;; ++ordinal) {
    auto record = state.requests.get({command.original, ordinal});
    if (!record) return best;
    if (record->state != RequestState::answered) continue;
    if (!same_or_unknown(record->acquirer.view(), command.original_acquirer.view())) continue;
    if (!same_or_unknown(record->terminal.view(), request.terminal.view())) continue;
    const bool exact = record->terminal == request.terminal;
    if (best_is_exact && !exact) continue;
    best = {true, record->hold};
    best_is_exact = exact;
  }
}

Original find_original(const State& state, const Request& request, const Reverse& command) {
  if (Original original = find_by_key(state, request, command); original.found) return original;
  if (command.rrn.empty()) return {};
  Original original;
  for_each_hold(state, command.token, HoldKeyKind::rrn, command.rrn.view(),
                [&original](const HoldRecord& hold) {
                  original = {true, hold.id};
                  return false;  // the newest
                });
  return original;
}

void keep_for_original(Deciding& d, const Reverse& command) {
  // Without original data and RRN, nothing tells which transaction it was.
  if (command.original == RequestKey{} && command.rrn.empty()) return;
  OriginalRefused refused;
  refused.by_rrn = command.original == RequestKey{};
  refused.key =
      refused.by_rrn ? rrn_request_key(command.token, command.rrn.view()) : command.original;
  refused.acquirer = command.original_acquirer;
  refused.terminal = d.command.request.terminal;
  while (auto record = d.state.requests.get({refused.key, refused.ordinal})) {
    const bool kept_already = record->state == RequestState::reversed_before_arrival &&
                              record->terminal == refused.terminal;
    if (kept_already || refused.ordinal == request_ordinal_max) return;
    ++refused.ordinal;
  }
  d.emit(refused);
}

void take_back_posting(Deciding& d, const HoldRecord& hold, const AccountRecord& account,
                       MinorUnits transaction_amount) {
  HoldReduced reduced;
  reduced.id = hold.id;
  reduced.reason = ReleaseReason::reversed;
  MinorUnits keeps = 0;
  if (transaction_amount <= 0 || transaction_amount >= hold.transaction_remaining) {
    reduced.transaction_amount = hold.transaction_remaining;
    reduced.status = HoldStatus::released;
  } else {
    const MinorUnits stays = hold.transaction_remaining - transaction_amount;
    const auto share = multiply_divide(hold.posted_amount, stays, hold.transaction_remaining);
    ENGINE_ASSERT(share.has_value());
    keeps = *share;
    reduced.transaction_amount = transaction_amount;
    reduced.status = hold.status;
  }
  d.emit(reduced);
  const MinorUnits taken = hold.posted_amount - keeps;
  d.decision().amount = taken;
  if (taken == 0) return;
  // The money goes back even if it was spent: available may fall below zero.
  d.emit(movement(account, MovementKind::reversal, -taken, InternalAccount::settlement, hold.id,
                  hold.keys.rrn.view()));
}

void release(Deciding& d, const HoldRecord& hold, MinorUnits transaction_amount) {
  HoldReduced reduced;
  reduced.id = hold.id;
  reduced.reason = ReleaseReason::reversed;
  if (transaction_amount <= 0 || transaction_amount >= hold.transaction_remaining) {
    reduced.amount = hold.amount;
    reduced.fee = hold.fee;
    reduced.transaction_amount = hold.transaction_remaining;
    reduced.status = HoldStatus::released;
  } else {
    // In proportion, so that another rate on the day of the reversal leaves no remainder.
    const MinorUnits stays = hold.transaction_remaining - transaction_amount;
    const auto keeps = multiply_divide(hold.original_amount, stays, hold.transaction_amount);
    ENGINE_ASSERT(keeps.has_value());
    reduced.amount = std::max<MinorUnits>(hold.amount - *keeps, 0);
    reduced.transaction_amount = transaction_amount;
    reduced.status = hold.status;
  }
  d.decision().amount = reduced.amount;
  d.decision().fee = reduced.fee;
  d.emit(reduced);
}

void reverse_hold(Deciding& d, const Reverse& command, const HoldRecord& hold) {
  const AccountRecord account = *d.state.accounts.get(hold.account);
  Decision& decision = d.decision();
  decision.account = hold.account;
  decision.currency = hold.currency;
  decision.hold = hold.id;
  if (hold.posted_amount != 0 && !can_post(d.state, account, -hold.posted_amount)) {
    return d.decline(Decline::overflow);
  }
  const Money asked{command.transaction.amount, hold.transaction_currency};
  const std::string_view reference = hold.keys.rrn.view();
  if (hold.clearing_count > 0) {
    // No credit: the clearing of the reversal brings it. What is still held is set free.
    d.raise(ExceptionCode::reversal_after_clearing, hold.account, hold.id, asked, reference);
    if (hold.is_open()) release(d, hold, 0);
    return;
  }
  if (hold.transaction_remaining == 0) return;  // said again: nothing is left to do
  if (asked.amount > hold.transaction_remaining && (hold.is_open() || hold.posted_amount != 0)) {
    d.raise(ExceptionCode::reversal_above_hold, hold.account, hold.id, asked, reference);
  }
  if (hold.kind == HoldKind::posting) {
    take_back_posting(d, hold, account, command.transaction.amount);
  } else if (hold.is_open() || hold.kind == HoldKind::acknowledgement) {
    release(d, hold, command.transaction.amount);
  }
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
  if (original.hold) reverse_hold(d, command, *d.state.holds.get(original.hold));
}

}  // namespace engine
