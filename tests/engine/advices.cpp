// Advices: what has happened already is never refused, and never moves twice.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr auto advice = AuthorizationKind::advice;
constexpr auto forced = AuthorizationKind::forced_posting;

}  // namespace

TEST_CASE("advices: a stand-in's approval holds whatever the balance and states",
          "[engine][advices]") {
  Ledger ledger;
  ledger.set_account("A1", AccountStatus::blocked);
  ledger.set_card("C1", CardStatus::stolen);
  CHECK(told(ledger.ask({.amount = "1500.00", .kind = advice})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=1500.00");
  CHECK(ledger.available() == "-500.00");
}

TEST_CASE("advices: of a stand-in's decline nothing is held", "[engine][advices]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "15.00", .kind = advice, .approved_elsewhere = false})) ==
        "approved");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("advices: only an unknown card refuses one; what cannot be done is an exception",
          "[engine][advices]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "15.00", .card = "C9", .kind = advice})) == "unknown_card");
  CHECK(ledger.exceptions().empty());
  CHECK(told(ledger.ask({.amount = "15.00", .in = "USD", .kind = advice})) == "approved");
  CHECK(
      told(ledger.ask({.amount = "15.00", .operation = Operation::unsupported, .kind = advice})) ==
      "approved");
  CHECK(ledger.exceptions() == "advice_not_applied, advice_not_applied");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("advices: a completion sets the open hold to the final amount", "[engine][advices]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .stan = 7, .rrn = "R1", .lifecycle = "L1"});
  SECTION("lower releases the rest") {
    ledger.ask({.amount = "60.00", .lifecycle = "L1", .kind = advice});
    CHECK(ledger.balance() == "L=1000.00 H=60.00");
  }
  SECTION("higher is unconditional") {
    ledger.ask({.amount = "1200.00", .lifecycle = "L1", .kind = advice});
    CHECK(ledger.balance() == "L=1000.00 H=1200.00");
  }
  SECTION("found by RRN and card") {
    ledger.ask({.amount = "60.00", .rrn = "R1", .kind = advice});
    CHECK(ledger.balance() == "L=1000.00 H=60.00");
  }
  SECTION("in another currency, as billed") {
    ledger.ask(
        {.amount = "1.00", .in = "EUR", .billed = "64.00", .lifecycle = "L1", .kind = advice});
    CHECK(ledger.balance() == "L=1000.00 H=64.00");
    ledger.take_back({.amount = "64.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("of nothing ends it") {
    ledger.ask({.amount = "0.00", .lifecycle = "L1", .kind = advice});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("of more, then taken back whole, says nothing is wrong") {
    ledger.ask({.amount = "120.00", .lifecycle = "L1", .kind = advice});
    ledger.take_back({.amount = "120.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("advices: a completion of what clearing has begun keeps what was cleared",
          "[engine][advices]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
  ledger.ask({.amount = "50.00", .lifecycle = "L1", .kind = advice});
  CHECK(ledger.balance() == "L=970.00 H=20.00");
}

TEST_CASE("advices: what has moved or cleared does not move again", "[engine][advices]") {
  Ledger ledger;
  SECTION("after clearing") {
    ledger.ask({.amount = "100.00", .lifecycle = "L1"});
    ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"});
    ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = advice});
    CHECK(ledger.exceptions() == "advice_after_clearing");
  }
  SECTION("after a posting, told again") {
    ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = forced});
    ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = forced});
    CHECK(ledger.exceptions() == "second_posting");
  }
  CHECK(ledger.balance() == "L=900.00 H=0.00");
}

TEST_CASE("advices: a forced posting posts and ends its hold; clearing then only matches",
          "[engine][advices]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "100.00", .lifecycle = "L1"}).decision.hold;
  const Answer answer = ledger.ask({.amount = "80.00", .lifecycle = "L1", .kind = forced});
  CHECK(answer.decision.hold == id);
  CHECK(ledger.balance() == "L=920.00 H=0.00");
  CHECK(name(ledger.hold_record(id).status) == "cleared");
  CHECK(outcome(ledger.clear({.record = "R1", .amount = "80.00", .lifecycle = "L1"})) ==
        "matched_only by lifecycle_id");
  CHECK(ledger.balance() == "L=920.00 H=0.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE(
    "advices: a forced posting of what clearing has begun posts the rest, and clearing's "
    "rest only matches",
    "[engine][advices]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
  ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = forced});
  CHECK(ledger.balance() == "L=900.00 H=0.00");
  const Answer answer = ledger.clear({.record = "R2", .amount = "70.00", .lifecycle = "L1"});
  CHECK(outcome(answer) == "matched_only by lifecycle_id");
  CHECK(answer.decision.fx_result == 0);
  CHECK(ledger.balance() == "L=900.00 H=0.00");
  CHECK(ledger.internal() == "settlement 100.00");
}

TEST_CASE("advices: a forced posting without a hold, or after its expiry, posts",
          "[engine][advices]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  ledger.wait_days(8);
  ledger.expire();
  ledger.ask({.amount = "2000.00", .lifecycle = "L1", .kind = forced});
  CHECK(ledger.balance() == "L=-1000.00 H=0.00");
  ledger.ask({.amount = "1.00", .lifecycle = "L2", .kind = forced});
  CHECK(ledger.balance() == "L=-1001.00 H=0.00");
  ledger.ask(
      {.amount = "11.00", .operation = Operation::deposit, .lifecycle = "L3", .kind = forced});
  CHECK(ledger.balance() == "L=-990.00 H=0.00");
}
