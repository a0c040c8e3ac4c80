#include <map>
#include <set>

#include "core_balances.hpp"
#include "limit_usage.hpp"
#include "state.hpp"

namespace engine {
namespace {

// What core banking has not accepted, and what took it back.
void check_pending(const State& state, const AccountRecord& account) {
  MinorUnits pending = 0;
  for (std::uint32_t ordinal = 1; ordinal <= account.movement_count; ++ordinal) {
    const MovementRecord movement = *state.movements.get({account.number, ordinal});
    if (comes_from_core(movement.kind)) continue;
    ENGINE_ASSERT(static_cast<bool>(movement.batch) == goes_to_core(movement.kind));
    if (movement.batch) {
      const auto item = state.batch_items.get({movement.batch, movement.item});
      ENGINE_ASSERT(item && item->account == account.number && item->movement == ordinal);
      ENGINE_ASSERT(ordinal > account.settled_movements || is_settled(state, account, ordinal));
      if (item->status == ItemStatus::accepted) continue;
    }
    pending += movement.amount;
  }
  ENGINE_ASSERT(pending == account.pending);
}

void check_account(const State& state, AccountNumber number) {
  const AccountRecord account = *state.accounts.get(number);
  MinorUnits held = 0;
  std::uint32_t open = 0;
  for (HoldId id = account.last_hold; id;) {
    const HoldRecord hold = *state.holds.get(id);
    ENGINE_ASSERT(hold.account == number);
    ENGINE_ASSERT(hold.amount >= 0 && hold.fee >= 0);
    ENGINE_ASSERT(hold.is_open() || (hold.amount == 0 && hold.fee == 0));
    held += hold.amount + hold.fee;
    if (hold.is_open()) ++open;
    id = hold.previous_of_account;
  }
  ENGINE_ASSERT(held == account.held);
  ENGINE_ASSERT(open == account.open_hold_count);
  check_pending(state, account);
  if (account.movement_count > 0) {
    const auto last = state.movements.get({number, account.movement_count});
    ENGINE_ASSERT(last && last->balance_after == account.ledger());
  } else {
    ENGINE_ASSERT(account.ledger() == 0);
  }
}

void check_ledger(const State& state, CurrencyCode currency) {
  const LedgerRecord ledger = state.ledger_of(currency);
  MinorUnits sum = ledger.customers;
  for (MinorUnits amount : ledger.internal) sum += amount;
  ENGINE_ASSERT(sum == 0);
}

// The usage of the rules that the card is under is what its holds in their windows used.
void check_usage(const State& state, const Rules& rules, const HoldRecord& hold,
                 const Event& event) {
  const auto card = state.cards.get(hold.token);
  if (!card) return;
  const AccountRecord account = *state.accounts.get(hold.account);
  const LimitSubject subject{hold.token,         *card, account, {}, {}, {}, 0, event.at,
                             event.business_date};
  for (const SourcedRule& sourced : limit_rules(state, rules, hold.token, *card, account)) {
    if (sourced.rule.scope == LimitScope::programme) continue;
    const LimitUsage told = limit_usage(state, rules, sourced.rule, subject);
    const LimitUsage added_up = usage_of_holds(state, sourced.rule, subject);
    if (sourced.rule.window == LimitWindow::transaction) continue;
    ENGINE_ASSERT(told.amount == added_up.amount && told.count == added_up.count);
    ENGINE_ASSERT(told.amount >= 0 && told.count >= 0);
  }
}

}  // namespace

void check_invariants(const State& state, const Rules& rules, const Event& event) {
  std::set<std::uint64_t> touched;
  std::set<std::uint64_t> holds;
  for (const Effect& effect : event.effects) {
    if (const auto* placed = std::get_if<HoldPlaced>(&effect)) {
      touched.insert(placed->account.value);
      holds.insert(placed->id.value);
    } else if (const auto* reduced = std::get_if<HoldReduced>(&effect)) {
      touched.insert(state.holds.get(reduced->id)->account.value);
      holds.insert(reduced->id.value);
    } else if (const auto* increased = std::get_if<HoldIncreased>(&effect)) {
      touched.insert(state.holds.get(increased->id)->account.value);
      holds.insert(increased->id.value);
    } else if (const auto* completed = std::get_if<HoldCompleted>(&effect)) {
      touched.insert(state.holds.get(completed->id)->account.value);
      holds.insert(completed->id.value);
    } else if (const auto* internal = std::get_if<InternalPosted>(&effect)) {
      MinorUnits legs = 0;
      for (const MovementLeg& leg : internal->legs) legs += leg.amount;
      ENGINE_ASSERT(legs == 0);
      check_ledger(state, internal->currency);
    } else if (const auto* answered = std::get_if<ItemAnswered>(&effect)) {
      touched.insert(state.batch_items.get({answered->batch, answered->item})->account.value);
    } else if (const auto* posted = std::get_if<MovementPosted>(&effect)) {
      MinorUnits legs = posted->amount;
      for (const MovementLeg& leg : posted->legs) legs += leg.amount;
      ENGINE_ASSERT(legs == 0);
      touched.insert(posted->account.value);
    }
  }
  for (std::uint64_t number : touched) {
    check_account(state, AccountNumber{number});
    check_ledger(state, state.accounts.get(AccountNumber{number})->currency);
  }
  for (std::uint64_t id : holds) check_usage(state, rules, *state.holds.get(HoldId{id}), event);
}

}  // namespace engine
