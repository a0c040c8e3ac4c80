// decide(state, command) → event and answer. Pure: no clock, no I/O, no randomness. Checks come
// first, flat and in the documented order; after the last check nothing can fail.
#pragma once

#include "engine/rules.hpp"
#include "state.hpp"

namespace engine {

// Fills `event` (reused by the caller; reset here). When `event.empty()` afterwards, the command
// changed nothing and nothing needs to be kept: a repeated request, or a refusal that is decided
// afresh each time.
Answer decide(const State& state, const Rules& rules, const Command& command, Event& event);

// What the parts of decide() share: the command's frame and the event that is being made.
struct Deciding {
  const State& state;
  const Rules& rules;
  const Command& command;
  Event& event;
  // Of a card transaction: gathered on the way, kept with the answer.
  std::optional<Explanation> why;

  Decision& decision() { return event.decision; }
  template <class Fact>
  Fact& emit(Fact fact) {
    return std::get<Fact>(event.effects.emplace_back(std::move(fact)));
  }
  void decline(Decline reason) { event.decision.decline = reason; }
  void explain_account(const AccountRecord& account);
  void raise(ExceptionCode code, AccountNumber account, HoldId hold, const Money& amount,
             std::string_view reference);
  // The six characters that tell an approval: from the sequence number, so that they are the
  // same in every rebuild.
  FixedText<6> next_auth_code() const;
  HoldId next_hold_id() const { return HoldId{state.meta.hold_count + 1}; }
};

void decide_put_account(Deciding& d, const PutAccount& command);
void decide_put_card(Deciding& d, const PutCard& command);
void decide_change_card(Deciding& d, const ChangeCard& command);
void decide_authorize(Deciding& d, const Authorize& command);
void decide_reverse(Deciding& d, const Reverse& command);
void decide_reconcile(Deciding& d, const Reconcile& command);
void decide_cut_over(Deciding& d, const CutOver& command);
void decide_put_fx_rates(Deciding& d, const PutFxRates& command);
void decide_place_hold(Deciding& d, const PlaceHold& command);
void decide_release_hold(Deciding& d, const ReleaseHold& command);
void decide_expire_due(Deciding& d, const ExpireDue& command);
void decide_post_clearing(Deciding& d, const PostClearing& command);

// Shared checks.

// A request key's variants beyond this many are refused: no honest sender comes near it.
inline constexpr std::uint8_t request_ordinal_max = 250;

// No balance of an account may leave ±balance_max; a single amount may not leave ±amount_max.
inline constexpr MinorUnits balance_max = 100'000'000'000'000'000;
inline constexpr MinorUnits amount_max = 1'000'000'000'000'000;

// Whether `amount` (credits positive) can be posted without any sum overflowing.
bool can_post(const State& state, const AccountRecord& account, MinorUnits amount);
bool can_hold(const AccountRecord& account, MinorUnits amount);
// The movement with one leg on an internal account.
MovementPosted movement(const AccountRecord& account, MovementKind kind, MinorUnits amount,
                        InternalAccount other_side, HoldId hold, std::string_view reference);
// The fee of what moved at authorization: out of the customer's pocket, or back into it.
MovementPosted fee_movement(const AccountRecord& account, MinorUnits fee, HoldId hold,
                            std::string_view reference);
MovementPosted fee_return(const AccountRecord& account, MinorUnits fee, HoldId hold,
                          std::string_view reference);
// Which reason, if any, the card's and account's states give against a debit or a credit, in the
// documented order: lost, stolen, expired, blocked, closed.
Decline refusal_by_status(const CardRecord& card, const AccountRecord& account, bool is_debit,
                          BusinessDate today);

// A civil date's year and month, as cards state their expiry: 2026-11 → 2611.
std::uint16_t yymm(BusinessDate date);

}  // namespace engine
