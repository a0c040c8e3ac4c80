#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

PutAccount put(std::string_view id) {
  PutAccount account;
  account.id = AccountId::cut(id);
  return account;
}

}  // namespace

TEST_CASE("accounts: an opening balance comes from core, and the currency sums to zero",
          "[engine][accounts]") {
  Ledger ledger;
  ledger.open("A2", "-25.00");
  CHECK(ledger.balance("A2") == "L=-25.00 H=0.00");
  const LedgerRecord rub = ledger.state.ledger_of(currency("RUB"));
  CHECK(rub.customers == minor("975.00"));
  CHECK(rub.internal[static_cast<std::size_t>(InternalAccount::core)] == minor("-975.00"));
}

TEST_CASE("accounts: loading an account again invents no money", "[engine][accounts]") {
  Ledger ledger;
  PutAccount again = put("A1");
  again.currency = currency("RUB");
  again.booked = minor("500.00");
  const Answer answer = ledger.run(again);
  CHECK(told(answer) == "approved");
  CHECK_FALSE(answer.decision.created);
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("accounts: what cannot be opened or changed is declined", "[engine][accounts]") {
  Ledger ledger;
  CHECK(told(ledger.run(put("A2"))) == "currency_missing");
  PutAccount change = put("A2");
  change.must_exist = true;
  CHECK(told(ledger.run(change)) == "unknown_account");
  PutAccount other = put("A1");
  other.currency = currency("EUR");
  CHECK(told(ledger.run(other)) == "account_exists_in_other_currency");
  PutAccount negative = put("A1");
  negative.overdraft_limit = -1;
  CHECK(told(ledger.run(negative)) == "bad_amount");
  PutAccount rich = put("A2");
  rich.currency = currency("RUB");
  rich.booked = amount_max + 1;
  CHECK(told(ledger.run(rich)) == "overflow");
  CHECK(ledger.state.meta.account_count == 1);
}

TEST_CASE("cards: a limit profile that the bank does not have is refused, and changes nothing",
          "[engine][accounts]") {
  Ledger ledger;
  ledger.set_profile("standard", {});
  PutCard issue;
  issue.token = digest<CardToken>("C9");
  issue.account_id = AccountId::cut("A1");
  issue.expiry_yymm = 2912;
  issue.limit_profile = LimitProfileName::cut("standart");
  CHECK(told(ledger.run(issue)) == "unknown_limit_profile");
  CHECK_FALSE(ledger.state.cards.get(issue.token).has_value());
  issue.limit_profile = LimitProfileName::cut("standard");
  CHECK(told(ledger.run(issue)) == "approved");

  ChangeCard change;
  change.token = issue.token;
  change.status = CardStatus::blocked;
  change.limit_profile = LimitProfileName::cut("gone");
  CHECK(told(ledger.run(change)) == "unknown_limit_profile");
  CHECK(ledger.state.cards.get(issue.token)->status == CardStatus::active);
  ledger.rules.set_limits({});
  change.limit_profile.reset();
  CHECK(told(ledger.run(change)) == "approved");
  change.limit_profile = LimitProfileName{};
  CHECK(told(ledger.run(change)) == "approved");
  CHECK(ledger.state.cards.get(issue.token)->limit_profile.empty());
}

TEST_CASE("accounts: an overdraft widens what is available, not the ledger", "[engine][accounts]") {
  Ledger ledger;
  PutAccount change = put("A1");
  change.overdraft_limit = minor("50.00");
  ledger.run(change);
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.available() == "1050.00");
  CHECK(told(ledger.ask({.amount = "1050.01"})) == "insufficient_funds");
  CHECK(told(ledger.ask({.amount = "1050.00"})) == "approved");
  CHECK(ledger.available() == "0.00");
}

TEST_CASE("cards: a card belongs to one account and changes by being issued again",
          "[engine][accounts]") {
  Ledger ledger;
  ledger.open("A2", "0.00");
  PutCard card;
  card.token = digest<CardToken>("C1");
  card.account_id = AccountId::cut("A2");
  CHECK(told(ledger.run(card)) == "card_of_other_account");
  card.account_id = AccountId::cut("A3");
  CHECK(told(ledger.run(card)) == "unknown_account");
  ledger.issue("C1", "A1", 2603);
  CHECK(ledger.state.cards.get(card.token)->expiry_yymm == 2603);
  CHECK(ledger.state.meta.card_count == 1);
  ChangeCard unknown;
  unknown.token = digest<CardToken>("C9");
  CHECK(told(ledger.run(unknown)) == "unknown_card");
}
