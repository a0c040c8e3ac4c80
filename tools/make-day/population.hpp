// The accounts and cards of a made day, and what the maker knows about their balances.
#pragma once

#include <string>
#include <vector>

#include "engine/money.hpp"
#include "random.hpp"

namespace make_day {

struct Account {
  std::string id;
  engine::CurrencyCode currency;
  engine::MinorUnits booked = 0;  // at opening
  engine::MinorUnits overdraft_limit = 0;
  engine::MinorUnits ledger = 0;
  engine::MinorUnits held = 0;

  engine::MinorUnits available() const { return ledger - held + overdraft_limit; }
};

enum class CardState { active, expired, blocked, unknown };

struct Card {
  std::size_t number = 0;  // its place in the population
  std::string name;        // in the trace
  std::string pan;         // of a test range, with a valid check digit
  std::string expiry;
  std::size_t account = 0;  // the account's place in the population
  CardState state = CardState::active;
};

struct Population {
  std::vector<Account> accounts;
  std::vector<Card> cards;
  Card stranger;  // a card that was never issued
};

// `cards` cards; every fifth shares its account with the one before. With three cards or more
// one is expired and one is blocked.
Population make_population(std::size_t cards, Random& random);

}  // namespace make_day
