// What goes on at a bank by day and by night, at random: authorizations and their clearing, top-ups
// and purchases that post at once, postings of other systems in batches. Each reply is checked, and
// what must come of it goes into the expected books.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bank.hpp"
#include "expected_books.hpp"
#include "link_client.hpp"

namespace faults {

class BankLife {
 public:
  // Both outlive it.
  BankLife(Bank& bank, ExpectedBooks& expected, std::uint64_t seed);

  // The next thing that happens, with at most so many movements. False, with a line on stderr, when
  // it is not answered as it must be.
  bool go_on(int movements_max);
  // Closes the batch of other systems that is open, and asks for its export.
  bool close_batch();
  // So far.
  int movements() const { return movements_; }

 private:
  struct Authorization {
    int account = 0;
    std::int64_t amount = 0;
    std::string rrn;
  };

  bool authorize(int count);
  bool clear(int count);
  bool post_by_card(int count);
  bool post_by_others(int count);
  bool exchange(const std::vector<Fields>& messages);
  std::string open_batch() const;
  int any_account();
  std::int64_t any_amount();

  Bank& bank_;
  ExpectedBooks& expected_;
  std::mt19937_64 random_;
  LinkClient link_;
  std::vector<Authorization> authorized_;  // and not cleared yet
  int movements_ = 0;
  int external_ = 0;
  int closed_batches_ = 0;
  bool has_open_batch_ = false;
  std::uint32_t trace_ = 0;
};

}  // namespace faults
