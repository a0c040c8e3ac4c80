#include "population.hpp"

#include <fmt/format.h>

namespace make_day {
namespace {

constexpr std::size_t cards_per_shared_account = 5;
constexpr std::size_t accounts_per_euro_account = 8;
constexpr std::size_t accounts_per_overdraft = 10;

std::string with_check_digit(std::string digits) {
  int sum = 0;
  bool twice = true;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    int value = *digit - '0';
    if (twice) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
    twice = !twice;
  }
  digits.push_back(static_cast<char>('0' + (10 - sum % 10) % 10));
  return digits;
}

// Ranges that networks have set aside for tests; the number makes each card's own.
std::string test_pan(std::size_t number) {
  const bool visa = number % 2 == 0;
  return with_check_digit(fmt::format("{}{:09}", visa ? "400000" : "555555", number * 7919 + 1));
}

Account make_account(std::size_t number, Random& random) {
  constexpr engine::MinorUnits booked_max = 300'000;
  Account account;
  account.id = fmt::format("A{:06}", number + 1);
  const bool euro = number % accounts_per_euro_account == accounts_per_euro_account - 1;
  account.currency = *engine::CurrencyCode::from_alpha(euro ? "EUR" : "RUB");
  account.booked = random.between(0, booked_max);
  if (number % accounts_per_overdraft == 3) account.overdraft_limit = 50'000;
  account.ledger = account.booked;
  return account;
}

}  // namespace

Population make_population(std::size_t cards, Random& random) {
  Population population;
  for (std::size_t i = 0; i < cards; ++i) {
    const bool shares = i % cards_per_shared_account == cards_per_shared_account - 1;
    if (!shares) {
      population.accounts.push_back(make_account(population.accounts.size(), random));
    }
    Card card;
    card.number = i;
    card.name = fmt::format("c{}", i + 1);
    card.pan = test_pan(i);
    card.expiry = fmt::format("{}{:02}", 28 + i % 4, 1 + i % 12);
    card.account = population.accounts.size() - 1;
    if (cards >= 3 && i % 20 == 1) card.state = CardState::expired;
    if (cards >= 3 && i % 20 == 2) card.state = CardState::blocked;
    if (card.state == CardState::expired) card.expiry = "2510";
    population.cards.push_back(std::move(card));
  }
  population.stranger = {cards, "stranger", test_pan(99'999), "2912", 0, CardState::unknown};
  return population;
}

}  // namespace make_day
