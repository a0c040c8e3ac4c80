#include "expected_books.hpp"

#include <fmt/format.h>

namespace faults {
namespace {

std::string text_of(std::int64_t booked, std::int64_t pending, std::int64_t held) {
  return fmt::format("booked {} pending {} held {}", booked, pending, held);
}

}  // namespace

ExpectedBooks::ExpectedBooks() : accounts_(accounts, Figures{opening_balance, 0, 0}) {}

std::size_t ExpectedBooks::index_of(const std::string& account) {
  return std::stoul(account.substr(1));
}

void ExpectedBooks::hold(int account, std::int64_t amount) {
  accounts_[static_cast<std::size_t>(account)].held += amount;
}

void ExpectedBooks::post(int account, std::int64_t amount, const std::string& reference) {
  accounts_[static_cast<std::size_t>(account)].pending += amount;
  postings_[reference] = {fmt::format("A{}", account), amount, false};
}

void ExpectedBooks::answer(const CoreItem& item, bool is_in_balance) {
  Figures& account = of(item.account);
  if (item.accepted) account.pending -= item.amount;
  if (item.accepted || is_in_balance) account.booked += item.amount;
}

void ExpectedBooks::undo(const CoreItem& item) {
  of(item.account).pending -= item.amount;
  postings_.at(item.reference).is_undone = true;
}

void ExpectedBooks::move(const CoreItem& item, int to) {
  of(item.account).pending -= item.amount;
  post(to, item.amount, item.reference);
}

void ExpectedBooks::take_balance(int account, std::int64_t booked) {
  accounts_[static_cast<std::size_t>(account)].booked = booked;
}

bool ExpectedBooks::compare(const std::vector<Balance>& balances) const {
  if (balances.size() != accounts_.size()) return fail("not every account has a balance");
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const std::string expected =
        text_of(accounts_[i].booked, accounts_[i].pending, accounts_[i].held);
    const std::string got = text_of(balances[i].booked, balances[i].pending, balances[i].held);
    if (got != expected)
      return fail(fmt::format("account A{}: {} instead of {}", i, got, expected));
  }
  return compare_ledgers(balances);
}

bool ExpectedBooks::compare_ledgers(const std::vector<Balance>& balances) const {
  if (balances.size() != accounts_.size()) return fail("not every account has a balance");
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const std::int64_t ledger = accounts_[i].booked + accounts_[i].pending;
    const std::int64_t available = ledger - accounts_[i].held;
    if (balances[i].ledger == ledger && balances[i].available == available) continue;
    return fail(fmt::format("account A{}: ledger {} and available {} instead of {} and {}", i,
                            balances[i].ledger, balances[i].available, ledger, available));
  }
  return true;
}

bool ExpectedBooks::each_was_delivered_once(const std::deque<CoreBatch>& batches) const {
  std::map<std::string, const CoreItem*> accepted;
  for (const CoreBatch& batch : batches) {
    for (const CoreItem& item : batch.items) {
      if (!item.accepted) continue;
      const auto posting = postings_.find(item.reference);
      if (posting == postings_.end() || posting->second.is_undone) {
        return fail(item.id + " was not to be delivered");
      }
      if (posting->second.account != item.account || posting->second.amount != item.amount) {
        return fail(item.id + " is on another account, or has another amount");
      }
      if (!accepted.emplace(item.reference, &item).second) {
        return fail(fmt::format("{} is {}, delivered a second time", item.id,
                                accepted.at(item.reference)->id));
      }
    }
  }
  for (const auto& [reference, posting] : postings_) {
    if (posting.is_undone == accepted.contains(reference)) {
      return fail("the posting with reference " + reference + " was never delivered");
    }
  }
  fmt::print("{} postings were delivered, {} undone\n", accepted.size(),
             postings_.size() - accepted.size());
  return true;
}

}  // namespace faults
