// What the ledger should say, told in the plainest way: lists that are looked through from end to
// end each time, and one number per account. No chains, no overlays, no events, no records of
// usage.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger.hpp"

namespace engine::testing {

class ReferenceModel {
 public:
  struct Account {
    std::string id;
    MinorUnits ledger = 0;
    bool debit_blocked = false;
  };
  struct Card {
    std::string name;
    std::size_t account = 0;
    std::string profile;
  };
  struct Hold {
    std::size_t account = 0;
    std::string card;  // empty: of another system
    std::string profile;
    std::string lifecycle;
    Operation operation = Operation::purchase;
    std::string in;
    FeeTerms terms = {};
    MinorUnits amount = 0;  // held
    MinorUnits fee = 0;     // held
    MinorUnits posted = 0;  // at authorization; credits positive
    MinorUnits posted_fee = 0;
    MinorUnits cleared = 0;
    MinorUnits used = 0;
    bool counted = false;
    MinorUnits transaction = 0;
    MinorUnits remaining = 0;
    std::int64_t placed_at = 0;
    std::int64_t date = 0;
    std::int64_t expires_at = 0;  // 0: never
    bool open = false;
    bool acknowledged = false;
    bool stands_in = false;  // for the authorization that a clearing record lacked
    bool finally_cleared = false;
    bool reversed = false;
    bool financial = false;  // a financial message posted it
    int clearings = 0;
  };

  // The model has rules of its own; the ledger is given the same.
  std::vector<Tariff> tariffs;
  std::map<std::string, std::vector<LimitRule>> profiles;
  MinorUnits euro_buy = 6220;  // RUB for 100 EUR
  MinorUnits euro_sell = 6410;
  std::int64_t now = 0;  // seconds

  std::vector<Account> accounts;
  std::vector<Card> cards;
  std::vector<Hold> holds;                     // by their id, from 1
  std::map<std::string, MinorUnits> internal;  // "RUB settlement"
  // Since the last cut-over, by currency and category: count and amount.
  std::map<std::pair<std::string, int>, std::pair<std::uint64_t, MinorUnits>> totals;

  // Each gives what told() or outcome() says of the ledger's answer.
  std::string ask(const Asked& asked);
  std::string take_back(const TakenBack& reversal);
  std::string clear(const Cleared& record);
  std::string place(std::size_t account, MinorUnits amount, bool conditional);
  std::string release(std::size_t hold);
  void expire();

  MinorUnits held(std::size_t account) const;
  MinorUnits available(std::size_t account) const {
    return accounts[account].ledger - held(account);
  }
  // Amount and count.
  std::pair<MinorUnits, std::int64_t> usage(const LimitRule& rule, const Card& card) const;

 private:
  struct Answered {
    std::string key;
    std::string content;
    std::string answer;
    std::size_t hold = none;
    std::string in = {};
    MinorUnits transaction = 0;  // as approved
    MinorUnits reversed = 0;     // by reversals that named it
  };
  struct Record {
    std::string name;
    std::size_t account = 0;
    std::size_t hold = none;
    MinorUnits moved = 0;  // posted or confirmed
    bool is_reversal = false;
    bool reversed = false;
    MinorUnits posted = 0;  // of what moved
    bool confirms = false;  // money that had moved at authorization
  };
  struct Work {  // a transaction on its way
    const Asked& asked;
    const Card& card;
    MinorUnits amount = 0;
    MinorUnits transaction = 0;
    MinorUnits fee = 0;
    FeeTerms terms = {};
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  const Card& card_of(std::string_view name) const;
  MinorUnits in_rubles(MinorUnits amount, std::string_view in, bool sell) const;
  void set_fee(Work& work) const;
  std::string decide(const Asked& asked, Answered& answered);
  std::string request(Work& work, std::size_t& hold);
  std::string refusal_by_limits(const Work& work, bool counts, MinorUnits so_far) const;
  void advice(Work& work, std::size_t& hold);
  std::size_t newest(const Asked& asked, bool open) const;
  std::size_t add_hold(const Work& work);
  void place_hold(const Work& work, std::size_t& hold);
  void post_now(const Work& work, std::size_t& hold);
  void increase(const Work& work, Hold& hold);
  void count(const Work& work);
  void move(std::size_t account, MinorUnits amount, const char* other_side);
  void end(Hold& hold);
  void reverse(Hold& hold, const TakenBack& reversal, Answered& named);
  void confirm(std::size_t which, const Cleared& record, Record& made);
  void book_rate_result(const Cleared& record, MinorUnits moved, bool credit);
  std::string give_back(const Cleared& record, MinorUnits amount);
  std::size_t find_hold(const Cleared& record) const;
  bool can_be_given_back(std::size_t hold, const Cleared& reversal) const;

  std::vector<Answered> answers_;
  std::vector<std::string> reversed_early_;
  std::vector<Record> records_;
};

}  // namespace engine::testing
