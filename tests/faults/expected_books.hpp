// What the engine's balances must be, and what core banking must have got in the end: a second
// reckoning, from what a test has done alone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "bank.hpp"
#include "core_banking.hpp"

namespace faults {

class ExpectedBooks {
 public:
  // Of the bank's accounts, as it opens them.
  ExpectedBooks();

  // The place of "A7" is 7.
  static std::size_t index_of(const std::string& account);

  void hold(int account, std::int64_t amount);
  // A posting that core banking is to get, under a reference that no other one has.
  void post(int account, std::int64_t amount, const std::string& reference);
  // Core banking has answered. `is_in_balance`: a balance was taken over as if it had the item.
  void answer(const CoreItem& item, bool is_in_balance);
  void undo(const CoreItem& item);
  void move(const CoreItem& item, int to);
  void take_balance(int account, std::int64_t booked);

  // False, with a line on stderr, when a figure of an account is another one.
  bool compare(const std::vector<Balance>& balances) const;
  // Without the parts of the ledger: they change while answers are read.
  bool compare_ledgers(const std::vector<Balance>& balances) const;
  // Each posting was accepted once, on the account where it belongs; what was undone, never.
  bool each_was_delivered_once(const std::deque<CoreBatch>& batches) const;

 private:
  struct Figures {
    std::int64_t booked = 0;
    std::int64_t pending = 0;
    std::int64_t held = 0;
  };
  struct Posting {
    std::string account;
    std::int64_t amount = 0;
    bool is_undone = false;
  };

  Figures& of(const std::string& account) { return accounts_[index_of(account)]; }

  std::vector<Figures> accounts_;
  std::map<std::string, Posting> postings_;  // by reference
};

}  // namespace faults
