#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("partial approval: what fits with its fee is approved", "[engine][partial]") {
  Ledger ledger;
  SECTION("without a fee") {
    const Answer answer = ledger.ask({.amount = "1300.00", .partial = true});
    CHECK(answer.decision.partial);
    CHECK(answer.decision.amount == minor("1000.00"));
    CHECK(answer.decision.transaction_amount == minor("1000.00"));
    CHECK(ledger.balance() == "L=1000.00 H=1000.00");
  }
  SECTION("with a percentage") {
    ledger.rules.tariffs.push_back(tariff_of({.flat = "2.00", .percent = "1"}));
    const Answer answer = ledger.ask({.amount = "1300.00", .partial = true});
    CHECK(answer.decision.amount == minor("988.12"));
    CHECK(answer.decision.fee == minor("11.88"));
    CHECK(ledger.balance() == "L=1000.00 H=1000.00");
  }
  SECTION("when only the fee does not fit") {
    ledger.rules.tariffs.push_back(tariff_of({.flat = "2.00"}));
    const Answer answer = ledger.ask({.amount = "1000.00", .partial = true});
    CHECK(answer.decision.partial);
    CHECK(answer.decision.amount == minor("998.00"));
  }
  SECTION("in the transaction's currency, in proportion") {
    const Answer answer = ledger.ask({.amount = "20.00", .in = "EUR", .partial = true});
    CHECK(answer.decision.amount == minor("999.96"));
    CHECK(answer.decision.transaction_amount == minor("15.60"));
  }
  SECTION("of a posting too") {
    ledger.ask({.amount = "1300.00", .kind = AuthorizationKind::posting, .partial = true});
    CHECK(ledger.balance() == "L=0.00 H=0.00");
  }
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("partial approval: what fits whole is not partial", "[engine][partial]") {
  Ledger ledger;
  const Answer answer = ledger.ask({.amount = "1000.00", .partial = true});
  CHECK(told(answer) == "approved");
  CHECK_FALSE(answer.decision.partial);
}

TEST_CASE("partial approval: never for cash, for increments, or without anything available",
          "[engine][partial]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "1300.00", .operation = Operation::cash, .partial = true})) ==
        "insufficient_funds");
  CHECK(told(ledger.ask({.amount = "1300.00"})) == "insufficient_funds");
  ledger.ask({.amount = "900.00", .lifecycle = "L1"});
  CHECK(told(ledger.ask(
            {.amount = "300.00", .lifecycle = "L1", .increment = true, .partial = true})) ==
        "insufficient_funds");
  ledger.ask({.amount = "100.00"});
  CHECK(told(ledger.ask({.amount = "0.01", .partial = true})) == "insufficient_funds");
}

TEST_CASE("partial approval: nothing is approved when the fee alone takes all that is available",
          "[engine][partial]") {
  Ledger ledger;
  ledger.rules.tariffs.push_back(tariff_of({.flat = "2.00"}));
  ledger.ask({.amount = "996.00"});
  CHECK(ledger.available() == "2.00");
  CHECK(told(ledger.ask({.amount = "10.00", .partial = true})) == "insufficient_funds");
  CHECK(ledger.why().amount == minor("10.00"));
  CHECK(ledger.why().fee == minor("2.00"));
}

TEST_CASE("partial approval: is cleared and taken back as what was approved", "[engine][partial]") {
  Ledger ledger;
  ledger.ask({.amount = "1300.00", .stan = 7, .lifecycle = "L1", .partial = true});
  SECTION("cleared") {
    ledger.clear({.record = "R1", .amount = "1000.00", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=0.00 H=0.00");
  }
  SECTION("taken back") {
    ledger.take_back({.amount = "1000.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  CHECK(ledger.exceptions().empty());
}
