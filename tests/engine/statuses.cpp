#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("statuses: the first reason in the documented order answers", "[engine][statuses]") {
  struct Row {
    CardStatus card;
    bool expired;
    AccountStatus account;
    const char* debit;
    const char* credit;
  };
  using C = CardStatus;
  using A = AccountStatus;
  const Row rows[] = {
      {C::active, false, A::active, "approved", "approved"},
      {C::active, false, A::debit_blocked, "account_blocked", "approved"},
      {C::active, false, A::blocked, "account_blocked", "account_blocked"},
      {C::active, false, A::closed, "account_closed", "account_closed"},
      {C::blocked, false, A::active, "card_blocked", "card_blocked"},
      {C::closed, false, A::active, "card_blocked", "card_blocked"},
      {C::lost, false, A::active, "lost_card", "lost_card"},
      {C::stolen, false, A::active, "stolen_card", "stolen_card"},
      {C::active, true, A::active, "expired_card", "expired_card"},
      // Several at once: 41, 43, 54, 62, 46.
      {C::lost, true, A::closed, "lost_card", "lost_card"},
      {C::stolen, true, A::blocked, "stolen_card", "stolen_card"},
      {C::blocked, true, A::blocked, "expired_card", "expired_card"},
      {C::closed, true, A::closed, "expired_card", "expired_card"},
      {C::blocked, false, A::closed, "card_blocked", "card_blocked"},
  };
  for (const Row& row : rows) {
    Ledger ledger;
    ledger.issue("C1", "A1", row.expired ? 2602 : 2603);  // business is in March 2026
    ledger.set_card("C1", row.card);
    ledger.set_account("A1", row.account);
    INFO(name(row.card) << ", " << (row.expired ? "expired, " : "") << name(row.account));
    CHECK(told(ledger.ask({.amount = "10.00"})) == row.debit);
    CHECK(told(ledger.ask({.amount = "10.00", .operation = Operation::deposit})) == row.credit);
    CHECK(told(ledger.ask({.operation = Operation::verification})) == row.debit);
    CHECK(told(ledger.ask({.operation = Operation::inquiry})) == row.credit);
  }
}

TEST_CASE("statuses: what is wrong with the request answers before what is wrong with the card",
          "[engine][statuses]") {
  Ledger ledger;
  ledger.set_card("C1", CardStatus::lost);
  CHECK(told(ledger.ask({.amount = "0.00", .operation = Operation::unsupported, .card = "C9"})) ==
        "unsupported_operation");
  CHECK(told(ledger.ask({.amount = "0.00", .card = "C9"})) == "bad_amount");
  CHECK(told(ledger.ask({.amount = "5.00", .card = "C9"})) == "unknown_card");
  CHECK(told(ledger.ask({.amount = "9999.00"})) == "lost_card");
}

TEST_CASE("statuses: a card is good until its month ends", "[engine][statuses]") {
  Ledger ledger;
  ledger.issue("C1", "A1", 2603);
  ledger.wait_days(29);  // 31 March
  CHECK(told(ledger.ask({.amount = "10.00"})) == "approved");
  ledger.wait_days(1);
  CHECK(told(ledger.ask({.amount = "10.00"})) == "expired_card");
}

TEST_CASE("statuses: declines are kept, and undone by nothing but a new request",
          "[engine][statuses]") {
  Ledger ledger;
  ledger.set_card("C1", CardStatus::blocked);
  CHECK(told(ledger.ask({.amount = "10.00", .stan = 7})) == "card_blocked");
  ledger.set_card("C1", CardStatus::active);
  const Answer again = ledger.ask({.amount = "10.00", .stan = 7});
  CHECK(told(again) == "card_blocked");
  CHECK(again.replayed);
  CHECK(told(ledger.ask({.amount = "10.00", .stan = 8})) == "approved");
}
