#include "core_balances.hpp"

#include <unordered_set>

#include "decide.hpp"

namespace engine {
namespace {

// Where an item stands: its export (0: not exported, or never to be), and core banking's word on
// it.
struct Standing {
  std::uint64_t export_number = 0;
  ItemStatus status = ItemStatus::waiting;
};
Standing standing_of(const State& state, const MovementRecord& movement) {
  return {state.batches.get(movement.batch)->export_number,
          state.batch_items.get({movement.batch, movement.item})->status};
}

// What the balance has in it of items that are not answered here, less those accepted here that it
// has not in it yet. Nothing: items are accepted, and the balance names no batch at all. One of
// them is in core banking's books, so that the balance would post it a second time.
std::optional<MinorUnits> on_the_way(const State& state, const AccountRecord& account,
                                     std::uint64_t last_export) {
  MinorUnits sum = 0;
  for (std::uint32_t ordinal = account.settled_movements + 1; ordinal <= account.movement_count;
       ++ordinal) {
    const MovementRecord movement = *state.movements.get({account.number, ordinal});
    if (!movement.batch) continue;
    const Standing item = standing_of(state, movement);
    if (item.export_number == 0) continue;
    const bool is_contained = item.export_number <= last_export;
    if (is_contained && item.status == ItemStatus::waiting) sum += movement.amount;
    if (is_contained || item.status != ItemStatus::accepted) continue;
    if (last_export == 0) return std::nullopt;
    sum -= movement.amount;
  }
  return sum;
}

void compare(const State& state, const AccountRecord& account, std::uint64_t last_export,
             MinorUnits core_booked, CoreDifference& difference) {
  const auto between = on_the_way(state, account, last_export);
  if (!between) {
    difference.refusal = Decline::unknown_batch;
    return;
  }
  const auto amount = checked_subtract(core_booked, account.booked + *between);
  difference.amount = amount.value_or(0);
  if (!amount || !can_post(state, account, *amount)) difference.refusal = Decline::overflow;
}

}  // namespace

bool is_settled(const State& state, const AccountRecord& account, std::uint32_t ordinal) {
  const MovementRecord movement = *state.movements.get({account.number, ordinal});
  if (!movement.batch) return true;
  const Standing item = standing_of(state, movement);
  switch (item.status) {
    case ItemStatus::waiting:
      return state.batches.get(movement.batch)->status == BatchStatus::deleted;
    case ItemStatus::accepted:
      return item.export_number <= account.core_export;
    case ItemStatus::rejected:  // it may be retried
      return false;
    default:
      return true;
  }
}

std::vector<CoreDifference> core_differences(const State& state, const TakeCoreBalances& command) {
  std::vector<CoreDifference> differences(command.balances.size());
  const auto last = state.batch(command.last_batch);
  const bool is_known = command.last_batch.empty() || last;
  const std::uint64_t last_export = last ? last->export_number : 0;
  if (!is_known || (last && last_export == 0)) {
    const Decline reason = is_known ? Decline::batch_not_closed : Decline::unknown_batch;
    for (CoreDifference& difference : differences) difference.refusal = reason;
    return differences;
  }
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    CoreDifference& difference = differences[i];
    const CoreBalance& balance = command.balances[i];
    const auto account = state.account(balance.account_id);
    if (!account) {
      difference.refusal = Decline::unknown_account;
      continue;
    }
    difference.account = account->number;
    difference.booked = account->booked;
    difference.is_outdated = last_export < account->core_export;
    if (balance.booked.currency != account->currency) {
      difference.refusal = Decline::currency_mismatch;
    } else if (!seen.insert(account->number.value).second) {
      // Which of two is meant, nobody can say: the first is taken.
      difference.refusal = Decline::same_account;
    } else if (!difference.is_outdated) {
      compare(state, *account, last_export, balance.booked.amount, difference);
    }
  }
  return differences;
}

}  // namespace engine
