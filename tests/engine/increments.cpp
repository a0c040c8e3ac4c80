#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("increments: add to the open hold with the same lifecycle id and card",
          "[engine][increments]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "100.00", .lifecycle = "L1"}).decision.hold;
  const Answer answer = ledger.ask({.amount = "50.00", .lifecycle = "L1", .increment = true});
  CHECK(answer.decision.hold == id);
  CHECK(answer.decision.available == minor("850.00"));
  CHECK(ledger.balance() == "L=1000.00 H=150.00");
  CHECK(ledger.hold_record(id).original_amount == minor("150.00"));
  ledger.clear({.record = "R1", .amount = "150.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=850.00 H=0.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("increments: conditional on the added amount alone", "[engine][increments]") {
  Ledger ledger;
  ledger.ask({.amount = "900.00", .lifecycle = "L1"});
  CHECK(told(ledger.ask({.amount = "100.01", .lifecycle = "L1", .increment = true})) ==
        "insufficient_funds");
  CHECK(ledger.balance() == "L=1000.00 H=900.00");
  CHECK(told(ledger.ask({.amount = "100.00", .lifecycle = "L1", .increment = true})) == "approved");
}

TEST_CASE("increments: without an original there is nothing to add to", "[engine][increments]") {
  Ledger ledger;
  ledger.issue("C2", "A1");
  ledger.ask({.amount = "100.00", .stan = 7, .rrn = "R1", .lifecycle = "L1"});
  auto refused = [&ledger](Asked asked) {
    asked.amount = "5.00";
    asked.increment = true;
    return told(ledger.ask(asked)) == "original_not_found";
  };
  CHECK(refused({.lifecycle = "L2"}));
  CHECK(refused({.rrn = "R1"}));
  CHECK(refused({.card = "C2", .lifecycle = "L1"}));
  CHECK(refused({.in = "EUR", .lifecycle = "L1"}));
  ledger.take_back({.amount = "100.00", .of = 7});
  CHECK(refused({.lifecycle = "L1"}));
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("increments: the lifetime starts again", "[engine][increments]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  ledger.wait_days(6);
  ledger.ask({.amount = "50.00", .lifecycle = "L1", .increment = true});
  ledger.wait_days(6);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=150.00");
  ledger.ask({.amount = "1.00", .lifecycle = "L1", .increment = true});
  ledger.wait_days(6);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=151.00");
  ledger.wait_days(1);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("increments: a reversal of the original takes back what was added too",
          "[engine][increments]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .stan = 7, .lifecycle = "L1"});
  ledger.ask({.amount = "50.00", .stan = 8, .lifecycle = "L1", .increment = true});
  SECTION("stated whole") {
    ledger.take_back({.amount = "150.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("of the increment alone") {
    ledger.take_back({.amount = "50.00", .of = 8});
    CHECK(ledger.balance() == "L=1000.00 H=100.00");
  }
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("increments: only a debit that holds can add to a hold", "[engine][increments]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  SECTION("a deposit is a deposit") {
    ledger.ask(
        {.amount = "50.00", .operation = Operation::deposit, .lifecycle = "L1", .increment = true});
    CHECK(ledger.balance() == "L=1050.00 H=100.00");
  }
  SECTION("a posting posts") {
    ledger.ask({.amount = "50.00",
                .lifecycle = "L1",
                .kind = AuthorizationKind::posting,
                .increment = true});
    CHECK(ledger.balance() == "L=950.00 H=100.00");
  }
  SECTION("a forced posting ends the hold") {
    ledger.ask({.amount = "150.00",
                .lifecycle = "L1",
                .kind = AuthorizationKind::forced_posting,
                .increment = true});
    CHECK(ledger.balance() == "L=850.00 H=0.00");
  }
  SECTION("a stand-in's increment adds whatever the balance") {
    ledger.ask({.amount = "5000.00",
                .lifecycle = "L1",
                .kind = AuthorizationKind::advice,
                .increment = true});
    CHECK(ledger.balance() == "L=1000.00 H=5100.00");
  }
}
