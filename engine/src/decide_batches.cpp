// Batches and the postings of other systems: opened, filled, closed, undone, queued for export.
#include <unordered_map>

#include "decide.hpp"

namespace engine {
namespace {

// One event stays a small part of a journal segment.
constexpr std::size_t postings_max = 1000;
constexpr std::uint32_t undone_at_once_max = 30'000;

bool is_own_name(const BatchId& id) {
  return id.view().starts_with(own_batch_prefix);
}

// Postings of one command see those before them.
class Posted {
 public:
  explicit Posted(const State& state) : state_(state) {}

  AccountRecord* account(const AccountId& id) {
    const auto number = state_.account_numbers.get(id);
    if (!number) return nullptr;
    return &accounts_.try_emplace(number->value, *state_.accounts.get(*number)).first->second;
  }

 private:
  const State& state_;
  std::unordered_map<std::uint64_t, AccountRecord> accounts_;
};

Decline refusal(const State& state, const Posting& posting, const AccountRecord* account) {
  if (posting.amount.amount == 0) return Decline::bad_amount;
  if (is_own_name(posting.batch)) return Decline::batch_not_open;
  if (const auto batch = state.batch(posting.batch); batch && batch->status != BatchStatus::open) {
    return Decline::batch_not_open;
  }
  if (account == nullptr) return Decline::unknown_account;
  if (posting.amount.currency != account->currency) return Decline::currency_mismatch;
  const bool is_debit = posting.amount.amount < 0;
  if (posting.conditional && account->status != AccountStatus::active) {
    if (account->status == AccountStatus::closed) return Decline::account_closed;
    if (is_debit || account->status == AccountStatus::blocked) return Decline::account_blocked;
  }
  if (!can_post(state, *account, posting.amount.amount)) return Decline::overflow;
  const bool fits = account->available() + posting.amount.amount >= 0;
  if (posting.conditional && is_debit && !fits) return Decline::insufficient_funds;
  return Decline::none;
}

void tell_balance(Decision& decision, const AccountRecord& account) {
  decision.account = account.number;
  decision.currency = account.currency;
  decision.ledger = account.ledger();
  decision.available = account.available();
  decision.has_balance = true;
}

}  // namespace

BatchNumber Deciding::open_batch(const BatchId& id, const BatchSource& source, bool is_own) {
  const BatchNumber number{state.meta.batch_count + ++opened_batches_};
  emit(BatchOpened{number, id, source, is_own});
  return number;
}

BatchNumber Deciding::own_batch() {
  if (own_batch_) return own_batch_;
  if (const BatchNumber current = state.meta.own_batch) {
    const BatchRecord batch = *state.batches.get(current);
    own_items_ = batch.item_count;
    own_batch_ = current;
    if (batch.business_date == event.business_date) return own_batch_;
    close_and_queue(current);
  }
  own_items_ = 0;
  const std::uint64_t number = state.meta.batch_count + opened_batches_ + 1;
  const std::string digits = std::to_string(number);
  std::string id(own_batch_prefix);
  id.append(digits.size() < 9 ? 9 - digits.size() : 0, '0').append(digits);
  return own_batch_ = open_batch(BatchId::cut(id), BatchSource::cut("holdfast"), true);
}

BatchNumber Deciding::own_batch_for_item() {
  const BatchNumber batch = own_batch();
  ++own_items_;
  return batch;
}

void Deciding::put_into_batch(MovementPosted& movement) {
  if (!movement.batch && goes_to_core(movement.kind)) movement.batch = own_batch_for_item();
}

void Deciding::close_full_batch() {
  if (own_batch_ && own_items_ >= rules.batching.items_max) close_and_queue(own_batch_);
}

void Deciding::close_and_queue(BatchNumber number) {
  emit(BatchClosed{number});
  emit(BatchQueued{number});
}

void decide_post(Deciding& d, const Post& command) {
  if (command.postings.empty() || command.postings.size() > postings_max) {
    return d.decline(Decline::batch_too_large);
  }
  Posted posted(d.state);
  Decision& decision = d.decision();
  for (const Posting& posting : command.postings) {
    AccountRecord* account = posted.account(posting.account_id);
    if (account != nullptr) tell_balance(decision, *account);
    const Decline reason = refusal(d.state, posting, account);
    if (reason != Decline::none) return d.decline(reason);
    account->pending += posting.amount.amount;
    ++decision.item;
  }

  // After this point, all of them are posted.
  std::unordered_map<std::string_view, BatchNumber> opened;
  decision.item = 0;
  for (const Posting& posting : command.postings) {
    const auto existing = d.state.batch_numbers.get(posting.batch);
    BatchNumber batch = existing.value_or(BatchNumber{});
    if (!existing) {
      BatchNumber& number = opened[posting.batch.view()];
      if (!number) number = d.open_batch(posting.batch, {}, false);
      batch = number;
    }
    if (decision.item == 0) {
      decision.item = existing ? d.state.batches.get(batch)->item_count + 1 : 1;
    }
    const AccountRecord& account = *posted.account(posting.account_id);
    MovementPosted fact = movement(account, MovementKind::external, posting.amount.amount,
                                   InternalAccount::suspense, HoldId{}, posting.reference.view());
    fact.batch = batch;
    d.emit(fact);
    tell_balance(decision, account);
  }
  decision.movement = d.state.meta.movement_count + 1;
  decision.amount = command.postings.back().amount.amount;
  decision.created = true;
}

void decide_open_batch(Deciding& d, const OpenBatch& command) {
  if (is_own_name(command.id)) return d.decline(Decline::batch_exists);
  if (const auto batch = d.state.batch(command.id)) {
    const bool same = batch->source == command.source || command.source.empty();
    if (!same || batch->status != BatchStatus::open) d.decline(Decline::batch_exists);
    return;
  }
  d.open_batch(command.id, command.source, false);
  d.decision().created = true;
}

void decide_close_batch(Deciding& d, const CloseBatch& command) {
  const auto batch = d.state.batch(command.id);
  if (!batch) return d.decline(Decline::unknown_batch);
  if (batch->status == BatchStatus::deleted) return d.decline(Decline::batch_not_open);
  if (batch->status != BatchStatus::open) return;
  if (batch->is_own != 0) return d.close_and_queue(batch->number);
  d.emit(BatchClosed{batch->number});
}

void decide_delete_batch(Deciding& d, const DeleteBatch& command) {
  const auto batch = d.state.batch(command.id);
  if (!batch) return d.decline(Decline::unknown_batch);
  if (batch->status == BatchStatus::deleted) return;
  if (batch->status != BatchStatus::open || batch->is_own != 0) {
    return d.decline(Decline::batch_not_open);
  }
  if (batch->item_count > undone_at_once_max) return d.decline(Decline::batch_too_large);
  for (std::uint32_t item = 1; item <= batch->item_count; ++item) {
    const auto place = *d.state.batch_items.get({batch->number, item});
    const auto posted = *d.state.movements.get({place.account, place.movement});
    if (!can_post(d.state, *d.state.accounts.get(place.account), -posted.amount)) {
      return d.decline(Decline::overflow);
    }
  }
  // The last one first: the totals go back the way that they came.
  for (std::uint32_t item = batch->item_count; item > 0; --item) {
    const auto place = *d.state.batch_items.get({batch->number, item});
    const auto posted = *d.state.movements.get({place.account, place.movement});
    d.emit(undo_of(place.account, posted));
  }
  d.emit(BatchDeleted{batch->number});
}

void decide_queue_batch(Deciding& d, const QueueBatch& command) {
  const auto batch = d.state.batch(command.id);
  if (!batch) return d.decline(Decline::unknown_batch);
  if (batch->status == BatchStatus::open || batch->status == BatchStatus::deleted) {
    return d.decline(Decline::batch_not_closed);
  }
  if (batch->status == BatchStatus::closed && batch->is_queued == 0) {
    d.emit(BatchQueued{batch->number});
  }
}

void decide_close_due_batch(Deciding& d) {
  const BatchNumber own = d.state.meta.own_batch;
  if (!own) return;
  const BatchRecord batch = *d.state.batches.get(own);
  const Instant due = batch.opened_at.plus_seconds(d.rules.batching.age_seconds_max);
  if (d.event.at >= due || batch.business_date != d.event.business_date) d.close_and_queue(own);
}

MovementPosted undo_of(AccountNumber account, const MovementRecord& posted) {
  MovementPosted undo;
  undo.account = account;
  undo.kind = MovementKind::undo;
  undo.amount = -posted.amount;
  for (std::size_t i = 0; i < movement_legs_max; ++i) {
    undo.legs[i].account = posted.legs[i].account;
    undo.legs[i].amount = -posted.legs[i].amount;
  }
  undo.reference = posted.reference;
  return undo;
}

}  // namespace engine
