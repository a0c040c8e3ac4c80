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
class Deciding {
 public:
  Deciding(const State& its_state, const Rules& its_rules, const Command& its_command,
           Event& its_event)
      : state(its_state), rules(its_rules), command(its_command), event(its_event) {}

  const State& state;
  const Rules& rules;
  const Command& command;
  Event& event;
  // Of a card transaction: gathered on the way, kept with the answer.
  std::optional<Explanation> why;

  Decision& decision() { return event.decision; }
  template <class Fact>
  Fact& emit(Fact fact) {
    if constexpr (std::is_same_v<Fact, MovementPosted>) put_into_batch(fact);
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

  // A batch that this event opens.
  BatchNumber open_batch(const BatchId& id, const BatchSource& source, bool is_own);
  // The engine's own one, of the event's business date.
  BatchNumber own_batch();
  // The same, for an item that is no new movement.
  BatchNumber own_batch_for_item();
  // The number of the item that was put into it last.
  std::uint32_t own_item() const { return own_items_; }
  // Its last item may have filled it.
  void close_full_batch();
  void close_and_queue(BatchNumber number);

 private:
  // What core banking must know of and is in no batch yet goes into the engine's own.
  void put_into_batch(MovementPosted& movement);

  BatchNumber own_batch_;
  std::uint32_t own_items_ = 0;
  std::uint64_t opened_batches_ = 0;
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
void decide_begin_clearing_file(Deciding& d, const BeginClearingFile& command);
void decide_finish_clearing_file(Deciding& d, const FinishClearingFile& command);
void decide_post(Deciding& d, const Post& command);
void decide_open_batch(Deciding& d, const OpenBatch& command);
void decide_close_batch(Deciding& d, const CloseBatch& command);
void decide_delete_batch(Deciding& d, const DeleteBatch& command);
void decide_queue_batch(Deciding& d, const QueueBatch& command);
void decide_close_due_batch(Deciding& d);
void decide_confirm_export(Deciding& d, const ConfirmExport& command);
void decide_answer_items(Deciding& d, const AnswerItems& command);
void decide_resolve_item(Deciding& d, const ResolveItem& command);
void decide_set_core_day(Deciding& d, const SetCoreDay& command);
void decide_take_core_balances(Deciding& d, const TakeCoreBalances& command);

// Shared checks.

// A request key's variants beyond this many are refused: no honest sender comes near it.
inline constexpr std::uint8_t request_ordinal_max = 250;

// No balance of an account may leave ±balance_max; a single amount may not leave ±amount_max.
inline constexpr MinorUnits balance_max = 100'000'000'000'000'000;
inline constexpr MinorUnits amount_max = 1'000'000'000'000'000;

// Whether `amount` (credits positive) can be posted without any sum overflowing.
// Of the account and of all its currency's totals.
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
// What takes a posting back that core banking does not have.
MovementPosted undo_of(AccountNumber account, const MovementRecord& posted);
// Which reason, if any, the card's and account's states give against a debit or a credit, in the
// documented order: lost, stolen, expired, blocked, closed.
Decline refusal_by_status(const CardRecord& card, const AccountRecord& account, bool is_debit,
                          BusinessDate today);

// A civil date's year and month, as cards state their expiry: 2026-11 → 2611.
std::uint16_t yymm(BusinessDate date);

}  // namespace engine
