#include "core_balances.hpp"

#include <unordered_map>
#include <unordered_set>

#include "decide.hpp"

namespace engine {
namespace {

// By account: what the balance has in it of items that are not answered here, less those accepted
// here that it has not in it yet.
class OnTheWay {
 public:
  OnTheWay(const State& state, std::uint64_t last_export) : state_(state) {
    const std::uint64_t from = std::min(state.meta.answered_export, last_export);
    for (std::uint64_t number = from + 1; number <= state.meta.export_count; ++number) {
      add(*state.exports.get({number}), number <= last_export);
    }
  }
  MinorUnits of(AccountNumber account) const {
    const auto found = sums_.find(account.value);
    return found == sums_.end() ? 0 : found->second;
  }

 private:
  void add(BatchNumber number, bool is_contained) {
    const BatchRecord batch = *state_.batches.get(number);
    for (std::uint32_t i = 1; i <= batch.item_count; ++i) {
      const BatchItemRecord item = *state_.batch_items.get({number, i});
      const bool counts =
          item.status == (is_contained ? ItemStatus::waiting : ItemStatus::accepted);
      if (!counts) continue;
      const MinorUnits amount = state_.movements.get({item.account, item.movement})->amount;
      sums_[item.account.value] += is_contained ? amount : -amount;
    }
  }

  const State& state_;
  std::unordered_map<std::uint64_t, MinorUnits> sums_;
};

}  // namespace

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
  const OnTheWay on_the_way(state, last_export);
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
      continue;
    }
    const auto amount =
        checked_subtract(balance.booked.amount, account->booked + on_the_way.of(account->number));
    difference.amount = amount.value_or(0);
    if (!amount || !can_post(state, *account, *amount)) difference.refusal = Decline::overflow;
    // Which of two is meant, nobody can say: the first is taken.
    if (!seen.insert(account->number.value).second) difference.refusal = Decline::same_account;
  }
  return differences;
}

}  // namespace engine
