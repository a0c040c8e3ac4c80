// Core banking: what it takes, what it says of it, what it holds itself, and when it is open.
#include <boost/unordered/unordered_flat_map.hpp>

#include "core_balances.hpp"
#include "decide.hpp"

namespace engine {
namespace {

// One event stays a small part of a journal segment.
constexpr std::size_t answers_max = 30'000;
constexpr std::size_t balances_max = 5'000;

struct Item {
  BatchRecord batch;
  BatchItemRecord record;
  MovementRecord movement;
};
std::optional<Item> find_item(const State& state, const BatchId& id, std::uint32_t item) {
  const auto batch = state.batch(id);
  if (!batch) return std::nullopt;
  const auto record = state.batch_items.get({batch->number, item});
  if (!record) return std::nullopt;
  return Item{*batch, *record, *state.movements.get({record->account, record->movement})};
}

bool is_exported(const BatchRecord& batch) {
  return batch.status == BatchStatus::exported || batch.status == BatchStatus::accepted;
}

MovementPosted core_movement(AccountNumber number, MinorUnits amount, std::string_view reference) {
  AccountRecord account;
  account.number = number;
  return movement(account, MovementKind::core, amount, InternalAccount::core, HoldId{}, reference);
}

// Where a rejected item is now, for whoever wants to follow it.
void tell_new_place(Deciding& d, BatchNumber batch) {
  d.decision().movement = batch.value;
  d.decision().item = d.own_item();
}

}  // namespace

void decide_confirm_export(Deciding& d, const ConfirmExport& command) {
  // Written again after a crash, perhaps: the queue has it no more.
  if (d.state.meta.first_to_export != command.number) return;
  d.emit(BatchExported{command.number});
}

void decide_answer_items(Deciding& d, const AnswerItems& command) {
  if (command.answers.size() > answers_max) return d.decline(Decline::batch_too_large);
  // By item: a movement that was tried again is two.
  boost::unordered_flat_map<BatchItemKey, bool> said;
  for (const ItemAnswer& answer : command.answers) {
    const auto item = find_item(d.state, answer.batch, answer.item);
    if (!item) return d.decline(Decline::unknown_item);
    if (!is_exported(item->batch)) return d.decline(Decline::batch_not_closed);
    const bool was_accepted = item->record.status == ItemStatus::accepted;
    const bool was_answered = item->record.status != ItemStatus::waiting;
    const BatchItemKey key{item->batch.number, answer.item};
    const bool said_first = said.emplace(key, answer.accepted).first->second;
    if ((was_answered && was_accepted != answer.accepted) || said_first != answer.accepted) {
      return d.decline(Decline::same_key_other_content);
    }
    ++d.decision().item;
  }

  for (const ItemAnswer& answer : command.answers) {
    const Item item = *find_item(d.state, answer.batch, answer.item);
    const bool is_first = said.erase({item.batch.number, answer.item}) == 1;
    if (item.record.status != ItemStatus::waiting || !is_first) continue;
    d.emit(ItemAnswered{item.batch.number, answer.item, answer.accepted, answer.reason});
    if (answer.accepted) continue;
    // A balance of core banking was taken over as if it had this item in it.
    const AccountRecord account = *d.state.accounts.get(item.record.account);
    if (item.batch.export_number <= account.core_export) {
      d.emit(core_movement(account.number, item.movement.amount, answer.reason.view()));
    }
  }
}

void decide_resolve_item(Deciding& d, const ResolveItem& command) {
  const auto item = find_item(d.state, command.batch, command.item);
  if (!item) {
    const bool known = d.state.batch_numbers.get(command.batch).has_value();
    return d.decline(known ? Decline::unknown_item : Decline::unknown_batch);
  }
  const AccountRecord account = *d.state.accounts.get(item->record.account);
  d.decision().account = account.number;
  d.decision().currency = account.currency;
  d.decision().amount = item->movement.amount;
  if (item->record.status != ItemStatus::rejected) return d.decline(Decline::item_not_rejected);
  ItemResolved resolved;
  resolved.batch = item->batch.number;
  resolved.item = command.item;
  if (command.action == ItemAction::retry) {
    resolved.status = ItemStatus::retried;
    resolved.into = d.own_batch_for_item();
    d.emit(resolved);
    return tell_new_place(d, resolved.into);
  }
  if (!can_post(d.state, account, -item->movement.amount)) return d.decline(Decline::overflow);
  if (command.action == ItemAction::undo) {
    resolved.status = ItemStatus::undone;
    d.emit(resolved);
    d.emit(undo_of(account.number, item->movement));
    return;
  }
  const auto target = d.state.account(command.move_to);
  if (!target) return d.decline(Decline::unknown_account);
  if (target->number == account.number) return d.decline(Decline::same_account);
  if (target->currency != account.currency) return d.decline(Decline::currency_mismatch);
  if (!can_post(d.state, *target, item->movement.amount)) return d.decline(Decline::overflow);
  resolved.status = ItemStatus::moved;
  d.emit(resolved);
  d.emit(undo_of(account.number, item->movement));
  MovementPosted moved = undo_of(target->number, item->movement);
  moved.kind = MovementKind::external;
  moved.amount = -moved.amount;
  for (MovementLeg& leg : moved.legs) leg.amount = -leg.amount;
  tell_new_place(d, d.emit(moved).batch);
}

void decide_set_core_day(Deciding& d, const SetCoreDay& command) {
  if (command.is_open != (d.state.meta.core_is_closed == 0)) {
    d.emit(CoreDayChanged{command.is_open});
  }
}

void decide_take_core_balances(Deciding& d, const TakeCoreBalances& command) {
  if (command.balances.size() > balances_max) return d.decline(Decline::batch_too_large);
  const std::vector<CoreDifference> differences = core_differences(d.state, command);
  for (const CoreDifference& difference : differences) {
    if (difference.refusal != Decline::none) return d.decline(difference.refusal);
    ++d.decision().item;
  }
  const auto last = d.state.batch(command.last_batch);
  const std::uint64_t last_export = last ? last->export_number : 0;
  for (const CoreDifference& difference : differences) {
    // An older balance than the one that was taken says nothing new.
    if (difference.is_outdated) continue;
    if (d.state.accounts.get(difference.account)->core_export != last_export) {
      d.emit(CoreBalanceTaken{difference.account, last_export});
    }
    if (difference.amount == 0) continue;
    d.emit(core_movement(difference.account, difference.amount, command.last_batch.view()));
  }
}

}  // namespace engine
