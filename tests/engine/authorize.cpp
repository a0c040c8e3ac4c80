#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("authorize: a hold reserves, the ledger stays, the answer tells the balance",
          "[engine][authorize]") {
  Ledger ledger;
  const Answer answer = ledger.ask({.amount = "35.00"});
  CHECK(told(answer) == "approved");
  CHECK(answer.decision.auth_code.view().size() == 6);
  CHECK(answer.decision.ledger == minor("1000.00"));
  CHECK(answer.decision.available == minor("965.00"));
  CHECK(ledger.balance() == "L=1000.00 H=35.00");
}

TEST_CASE("authorize: a hold above the available balance is declined and holds nothing",
          "[engine][authorize]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "1000.01"})) == "insufficient_funds");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(told(ledger.ask({.amount = "1000.00"})) == "approved");
  CHECK(told(ledger.ask({.amount = "0.01"})) == "insufficient_funds");
  CHECK(ledger.balance() == "L=1000.00 H=1000.00");
}

TEST_CASE("authorize: two cards share one balance", "[engine][authorize]") {
  Ledger ledger;
  ledger.open("A2", "100.00");
  ledger.issue("C2", "A2");
  ledger.issue("C3", "A2");
  int approved = 0;
  for (int i = 0; i < 50; ++i) {
    const Answer answer = ledger.ask({.amount = "10.00", .card = i % 2 == 0 ? "C2" : "C3"});
    if (answer.decision.approved()) ++approved;
  }
  CHECK(approved == 10);
  CHECK(ledger.balance("A2") == "L=100.00 H=100.00");
}

TEST_CASE("authorize: a top-up is posted at once", "[engine][authorize]") {
  Ledger ledger;
  const Answer answer = ledger.ask({.amount = "200.00", .operation = Operation::transfer_in});
  CHECK(told(answer) == "approved");
  CHECK(answer.decision.available == minor("1200.00"));
  CHECK(ledger.balance() == "L=1200.00 H=0.00");
  const LedgerRecord rub = ledger.state.ledger_of(currency("RUB"));
  CHECK(rub.internal[static_cast<std::size_t>(InternalAccount::settlement)] == minor("-200.00"));
}

TEST_CASE("authorize: a refund is acknowledged and credits nothing yet", "[engine][authorize]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "50.00", .operation = Operation::refund})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("authorize: checks without money need no amount and no rate", "[engine][authorize]") {
  Ledger ledger;
  SECTION("an account verification holds nothing") {
    const Answer answer = ledger.ask({.operation = Operation::verification, .in = "USD"});
    CHECK(told(answer) == "approved");
    CHECK(answer.decision.available == minor("1000.00"));
  }
  SECTION("a balance inquiry may come without a currency") {
    Authorize inquiry;
    inquiry.token = digest<CardToken>("C1");
    inquiry.operation = Operation::inquiry;
    const Answer answer = ledger.run(inquiry);
    CHECK(told(answer) == "approved");
    CHECK(answer.decision.ledger == minor("1000.00"));
  }
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("authorize: which amount is held follows the currencies", "[engine][authorize]") {
  Ledger ledger;
  SECTION("the billing amount where it is in the account's currency") {
    ledger.ask({.amount = "10.00", .in = "EUR", .billed = "650.00"});
    CHECK(ledger.balance() == "L=1000.00 H=650.00");
  }
  SECTION("the transaction's where that is") {
    ledger.ask({.amount = "10.00", .billed = "0.15", .billed_in = "EUR"});
    CHECK(ledger.balance() == "L=1000.00 H=10.00");
  }
  SECTION("else the transaction's at the bank's selling rate") {
    ledger.ask({.amount = "10.00", .in = "EUR"});
    CHECK(ledger.balance() == "L=1000.00 H=641.00");
  }
  SECTION("a top-up at its buying rate") {
    ledger.ask({.amount = "10.00", .operation = Operation::deposit, .in = "EUR"});
    CHECK(ledger.balance() == "L=1622.00 H=0.00");
  }
  SECTION("none of them: no rate") {
    CHECK(told(ledger.ask({.amount = "10.00", .in = "USD"})) == "no_rate");
  }
}

TEST_CASE("authorize: nothing is sold for nothing", "[engine][authorize]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "0.00"})) == "bad_amount");
  CHECK(told(ledger.ask({.amount = "-5.00"})) == "bad_amount");
  CHECK(told(ledger.ask({.amount = "10.00", .in = "EUR", .billed = "0.00"})) == "bad_amount");
  CHECK(told(ledger.ask({.amount = "10.00", .in = "EUR", .billed = "-1.00"})) == "bad_amount");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("authorize: amounts that no sum should carry are declined, not wrapped",
          "[engine][authorize]") {
  Ledger ledger;
  Authorize huge;
  huge.token = digest<CardToken>("C1");
  huge.transaction = {std::numeric_limits<MinorUnits>::max(), currency("RUB")};
  CHECK(told(ledger.run(huge)) == "overflow");
  huge.operation = Operation::deposit;
  CHECK(told(ledger.run(huge)) == "overflow");
  huge.transaction.currency = currency("EUR");
  CHECK(told(ledger.run(huge)) == "no_rate");
  // A credit account would reach its bound before any sum does.
  huge.transaction = {amount_max, currency("RUB")};
  int approved = 0;
  while (ledger.run(huge).decision.approved()) ++approved;
  CHECK(approved == 99);
}
