#include "reference_model.hpp"

#include <algorithm>

namespace engine::testing {

ReferenceModel::Hold* ReferenceModel::find(int request) {
  auto it = holds_.find(request);
  return it == holds_.end() ? nullptr : &it->second;
}

bool ReferenceModel::hold(int request, int account, MinorUnits amount, std::int64_t expires_at) {
  if (auto it = answers_.find(request); it != answers_.end()) return it->second;
  bool& answer = answers_[request];
  answer = !reversed_early_.contains(request) && available(account) >= amount;
  if (answer) holds_[request] = {account, amount, amount, amount, expires_at};
  return answer;
}

bool ReferenceModel::top_up(int request, int account, MinorUnits amount) {
  if (auto it = answers_.find(request); it != answers_.end()) return it->second;
  bool& answer = answers_[request];
  answer = !reversed_early_.contains(request);
  if (!answer) return false;
  Hold& posted = holds_[request];
  posted = {account, 0, amount, amount, 0};
  posted.open = false;
  posted.top_up = true;
  ledger_[account] += amount;
  return true;
}

void ReferenceModel::arrest(int request, int account, MinorUnits amount) {
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
  holds_[request] = {account, amount, amount, amount, never};
}

bool ReferenceModel::release(int request) {
  Hold* hold = find(request);
  if (hold == nullptr || !hold->open) return false;
  hold->amount = 0;
  hold->open = false;
  return true;
}

void ReferenceModel::reverse(int original, MinorUnits amount) {
  if (!answers_.contains(original)) {
    reversed_early_[original] = true;
    return;
  }
  Hold* hold = find(original);
  if (hold == nullptr) return;
  if (hold->clearings > 0) {
    hold->amount = 0;
    hold->open = false;
    return;
  }
  const MinorUnits taken = std::min(amount, hold->remaining);
  if (hold->top_up) ledger_[hold->account] -= taken;
  if (hold->open) hold->amount -= taken;
  if (hold->open || hold->top_up) hold->remaining -= taken;
  if (hold->remaining == 0) hold->open = false;
}

void ReferenceModel::clear(int record, int request, int account, MinorUnits amount, bool credit,
                           bool final) {
  if (records_.contains(record)) return;
  Hold* hold = find(request);
  const bool only_matches =
      hold != nullptr && hold->top_up && hold->clearings == 0 && hold->remaining > 0;
  MinorUnits posted = credit ? amount : -amount;
  if (only_matches) posted = 0;
  ledger_[account] += posted;
  // A match alone is given back as what the authorization had moved.
  records_[record] = {account, only_matches ? hold->remaining : posted};
  if (hold == nullptr) return;
  ++hold->clearings;
  if (!hold->open) return;
  hold->amount = final ? 0 : hold->amount - std::min(amount, hold->amount);
  hold->open = !final;
}

void ReferenceModel::give_back(int reversal, int record) {
  if (records_.contains(reversal)) return;
  auto it = records_.find(record);
  records_[reversal] = {};
  if (it == records_.end() || it->second.given_back) return;
  it->second.given_back = true;
  ledger_[it->second.account] -= it->second.amount;
  records_[reversal] = {it->second.account, -it->second.amount};
}

void ReferenceModel::expire(std::int64_t now) {
  for (auto& [request, hold] : holds_) {
    if (hold.open && hold.expires_at <= now) {
      hold.open = false;
      hold.amount = 0;
    }
  }
}

MinorUnits ReferenceModel::held(int account) const {
  MinorUnits sum = 0;
  for (const auto& [request, hold] : holds_) {
    if (hold.account == account) sum += hold.amount;
  }
  return sum;
}

}  // namespace engine::testing
