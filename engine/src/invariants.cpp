#include <map>
#include <set>

#include "state.hpp"

namespace engine {
namespace {

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

}  // namespace

void check_invariants(const State& state, const Event& event) {
  std::set<std::uint64_t> touched;
  for (const Effect& effect : event.effects) {
    if (const auto* placed = std::get_if<HoldPlaced>(&effect)) {
      touched.insert(placed->account.value);
    } else if (const auto* reduced = std::get_if<HoldReduced>(&effect)) {
      touched.insert(state.holds.get(reduced->id)->account.value);
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
}

}  // namespace engine
