// What can be read of movements, batches and clearing records.
#include "core_balances.hpp"

namespace engine {
namespace {

BatchView view_of(const BatchRecord& record) {
  BatchView view;
  view.number = record.number;
  view.id = record.id;
  view.source = record.source;
  view.status = record.status;
  view.is_own = record.is_own != 0;
  view.is_queued = record.is_queued != 0;
  view.business_date = record.business_date;
  view.opened_at = record.opened_at;
  view.closed_at = record.closed_at;
  view.exported_at = record.exported_at;
  view.accepted_at = record.accepted_at;
  view.items = record.item_count;
  view.answered = record.answered_count;
  view.accepted = record.accepted_count;
  view.problems = record.problem_count;
  return view;
}

// The first ordinal behind `after` whose business date is not before `date`: they never go back.
std::uint32_t first_from(const State& state, const AccountRecord& account, std::uint32_t after,
                         BusinessDate date) {
  std::uint32_t low = after + 1;
  std::uint32_t high = account.movement_count + 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (state.movements.get({account.number, middle})->business_date < date) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

std::optional<std::vector<MovementView>> View::statement(const AccountId& id, BusinessDate from,
                                                         BusinessDate to, std::uint32_t after,
                                                         std::size_t count) const {
  const auto account = state_.account(id);
  if (!account) return std::nullopt;
  std::vector<MovementView> views;
  std::uint32_t ordinal =
      first_from(state_, *account, std::min(after, account->movement_count), from);
  for (; ordinal <= account->movement_count && views.size() < count; ++ordinal) {
    const MovementRecord record = *state_.movements.get({account->number, ordinal});
    if (record.business_date > to) break;
    MovementView view{record.id,
                      ordinal,
                      record.at,
                      record.business_date,
                      record.kind,
                      record.amount,
                      record.balance_after,
                      std::nullopt,
                      record.reference};
    if (record.batch) view.batch = state_.batches.get(record.batch)->id;
    views.push_back(view);
  }
  return views;
}

std::optional<ClearingRecordView> View::clearing_record(const ClearingIdentity& identity) const {
  const auto record = state_.clearing_records.get(identity);
  if (!record) return std::nullopt;
  ClearingRecordView view;
  view.at = record->at;
  const AccountRecord account = *state_.accounts.get(record->account);
  view.account_id = account.id;
  view.currency = account.currency;
  if (record->hold && record->match != MatchMethod::none) view.hold = hold(record->hold);
  view.posted = record->posted_amount;
  view.confirmed = record->confirmed_amount;
  view.fx_result = record->fx_result;
  view.file = record->file;
  view.record_number = record->record_number;
  view.outcome = record->outcome;
  view.match = record->match;
  view.is_reversed = record->reversed != 0;
  for (const ExceptionCode code : record->exceptions) {
    if (code != ExceptionCode{}) view.exceptions.push_back(code);
  }
  return view;
}

std::optional<BatchView> View::batch(const BatchId& id) const {
  const auto record = state_.batch(id);
  if (!record) return std::nullopt;
  return view_of(*record);
}

std::optional<BatchView> View::batch(BatchNumber number) const {
  const auto record = state_.batches.get(number);
  if (!record) return std::nullopt;
  return view_of(*record);
}

BatchNumber View::batches(std::optional<BatchStatus> status, BatchNumber from,
                          std::size_t visits_max, std::vector<BatchView>& found) const {
  std::uint64_t number =
      std::min(from ? from.value : state_.meta.batch_count, state_.meta.batch_count);
  for (; number > 0 && visits_max > 0; --number, --visits_max) {
    const BatchRecord record = *state_.batches.get({number});
    if (!status || record.status == *status) found.push_back(view_of(record));
  }
  return {number};
}

std::optional<std::uint32_t> View::batch_item_of(const BatchId& id, std::uint64_t movement) const {
  const auto batch = state_.batch(id);
  if (!batch) return std::nullopt;
  const auto movement_of = [&](std::uint32_t item) {
    const BatchItemRecord record = *state_.batch_items.get({batch->number, item});
    return state_.movements.get({record.account, record.movement})->id;
  };
  // They were posted in the order of their items.
  std::uint32_t low = 1;
  std::uint32_t high = batch->item_count + 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (movement_of(middle) < movement) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low > batch->item_count || movement_of(low) != movement) return std::nullopt;
  return low;
}

std::optional<BatchView> View::first_to_export() const {
  if (!state_.meta.first_to_export) return std::nullopt;
  return view_of(*state_.batches.get(state_.meta.first_to_export));
}

std::size_t View::waiting_exports(std::size_t count_max) const {
  std::size_t count = 0;
  for (BatchNumber next = state_.meta.first_to_export; next && count < count_max; ++count) {
    next = state_.batches.get(next)->next_to_export;
  }
  return count;
}

BatchItemView View::batch_item(BatchNumber batch, std::uint32_t item) const {
  const BatchItemRecord record = *state_.batch_items.get({batch, item});
  const MovementRecord movement = *state_.movements.get({record.account, record.movement});
  const AccountRecord account = *state_.accounts.get(record.account);
  BatchItemView view{item,
                     account.id,
                     account.currency,
                     movement.business_date,
                     movement.kind,
                     movement.amount,
                     movement.reference,
                     record.status,
                     {}};
  if (const auto problem = state_.batch_problems.get({batch, item})) view.reason = problem->reason;
  return view;
}

std::vector<BatchItemView> View::batch_items(BatchNumber batch, std::uint32_t after,
                                             std::size_t count) const {
  std::vector<BatchItemView> views;
  const std::uint32_t last = state_.batches.get(batch)->item_count;
  for (std::uint32_t item = after + 1; item <= last && views.size() < count; ++item) {
    views.push_back(batch_item(batch, item));
  }
  return views;
}

std::vector<BatchItemView> View::batch_problems(BatchNumber batch, std::size_t count) const {
  std::vector<BatchItemView> views;
  std::uint32_t item = state_.batches.get(batch)->last_problem;
  while (item != 0 && views.size() < count) {
    views.push_back(batch_item(batch, item));
    item = state_.batch_problems.get({batch, item})->previous;
  }
  return views;
}

std::vector<CoreDifference> View::core_differences(const TakeCoreBalances& command) const {
  return engine::core_differences(state_, command);
}

CoreView View::core() const {
  const MetaRecord& meta = state_.meta;
  return {meta.core_is_closed == 0, meta.core_day_at, meta.export_count, meta.answered_export};
}

}  // namespace engine
