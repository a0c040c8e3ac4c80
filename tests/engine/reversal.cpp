#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("reversal: said once, again and anew, it releases once", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "40.00", .stan = 7});
  CHECK(told(ledger.take_back({.amount = "40.00", .of = 7, .stan = 8})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.take_back({.amount = "40.00", .of = 7, .stan = 8}).replayed);
  CHECK(told(ledger.take_back({.amount = "40.00", .of = 7, .stan = 9})) == "approved");
  CHECK(ledger.available() == "1000.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("reversal: of more than is held releases what is held, as an exception",
          "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "40.00", .stan = 7});
  CHECK(told(ledger.take_back({.amount = "45.00", .of = 7})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.exceptions() == "reversal_above_hold");
}

TEST_CASE("reversal: a part releases its share in the account's currency, to the last kopeck",
          "[engine][reversal]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "9.99", .stan = 7, .in = "EUR"}).decision.hold;
  CHECK(ledger.balance() == "L=1000.00 H=640.36");
  ledger.take_back({.amount = "3.33", .of = 7, .in = "EUR"});
  CHECK(ledger.balance() == "L=1000.00 H=426.91");
  ledger.take_back({.amount = "3.33", .of = 7, .in = "EUR"});
  CHECK(ledger.balance() == "L=1000.00 H=213.46");
  CHECK(ledger.hold_record(id).is_open());
  ledger.take_back({.amount = "3.33", .of = 7, .in = "EUR"});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(name(ledger.hold_record(id).status) == "released");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("reversal: what stays is said, so that saying it again changes nothing",
          "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .stan = 7});
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
  CHECK(ledger.balance() == "L=1000.00 H=60.00");
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
  CHECK(ledger.balance() == "L=1000.00 H=60.00");
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "40.00"});
  CHECK(ledger.balance() == "L=1000.00 H=40.00");
  CHECK(ledger.exceptions().empty());
  SECTION("more cannot stay than is left") {
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
    CHECK(ledger.balance() == "L=1000.00 H=40.00");
    CHECK(ledger.exceptions() == "reversal_without_effect");
  }
  SECTION("the whole goes back without complaint") {
    ledger.take_back({.amount = "100.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("nothing stays") {
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "0.00"});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
}

TEST_CASE("reversal: amounts of two currencies cannot be compared", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "6400.00", .stan = 7, .operation = Operation::deposit});
  ledger.ask({.amount = "640.00", .stan = 8});
  SECTION("all of it goes back") {
    ledger.take_back({.amount = "10.00", .of = 8, .in = "EUR"});
    CHECK(ledger.balance() == "L=7400.00 H=0.00");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("a part cannot") {
    ledger.take_back({.amount = "10.00", .of = 8, .stays = "4.00", .in = "EUR"});
    CHECK(ledger.balance() == "L=7400.00 H=640.00");
    CHECK(ledger.exceptions() == "reversal_not_comparable");
  }
}

TEST_CASE("reversal: after a part has cleared, a part of the rest goes back",
          "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .stan = 7, .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
  CHECK(ledger.balance() == "L=970.00 H=70.00");
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "90.00"});
  CHECK(ledger.balance() == "L=970.00 H=60.00");
  CHECK(ledger.exceptions() == "reversal_after_clearing");
}

TEST_CASE("reversal: after clearing it credits nothing", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .stan = 7, .lifecycle = "L1"});
  SECTION("of the whole") {
    ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
    ledger.take_back({.amount = "60.00", .of = 7});
    CHECK(ledger.balance() == "L=940.00 H=0.00");
  }
  SECTION("of a part: what is still held is set free") {
    ledger.clear({.record = "R1", .amount = "20.00", .lifecycle = "L1", .final = false});
    CHECK(ledger.balance() == "L=980.00 H=40.00");
    ledger.take_back({.amount = "60.00", .of = 7});
    CHECK(ledger.balance() == "L=980.00 H=0.00");
  }
  CHECK(ledger.exceptions() == "reversal_after_clearing");
}

TEST_CASE("reversal: of what was declined or moved nothing is approved and does nothing",
          "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "2000.00", .stan = 7});
  ledger.ask({.stan = 8, .operation = Operation::inquiry});
  CHECK(told(ledger.take_back({.amount = "2000.00", .of = 7, .advice = false})) == "approved");
  CHECK(told(ledger.take_back({.of = 8, .advice = false})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("reversal: of an expired hold changes nothing", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "40.00", .stan = 7});
  ledger.wait_days(7);
  ledger.expire();
  CHECK(told(ledger.take_back({.amount = "40.00", .of = 7})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("reversal: of a top-up takes the money back, below zero if it was spent",
          "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "200.00", .stan = 7, .operation = Operation::deposit});
  SECTION("whole, and only once") {
    ledger.ask({.amount = "1150.00"});
    ledger.take_back({.amount = "200.00", .of = 7});
    ledger.take_back({.amount = "200.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=1150.00");
    CHECK(ledger.available() == "-150.00");
  }
  SECTION("a part, then the rest") {
    ledger.take_back({.amount = "50.00", .of = 7});
    CHECK(ledger.balance() == "L=1150.00 H=0.00");
    ledger.take_back({.amount = "150.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
    ledger.take_back({.amount = "150.00", .of = 7});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("reversal: finds its original by trace and terminal, else by RRN", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "20.00", .stan = 7, .terminal = "T1", .rrn = "R1"});
  ledger.ask({.amount = "30.00", .stan = 7, .terminal = "T2", .rrn = "R2"});
  SECTION("the terminal tells which of two") {
    ledger.take_back({.amount = "20.00", .of = 7, .terminal = "T1"});
    CHECK(ledger.balance() == "L=1000.00 H=30.00");
  }
  SECTION("by RRN without original data") {
    ledger.take_back({.amount = "20.00", .rrn = "R1"});
    CHECK(ledger.balance() == "L=1000.00 H=30.00");
  }
  SECTION("by RRN when the original data leads nowhere and all else agrees") {
    ledger.take_back({.amount = "30.00", .of = 99, .terminal = "T2", .rrn = "R2"});
    CHECK(ledger.balance() == "L=1000.00 H=20.00");
  }
  SECTION("the original data names a retry that never came: it alone is refused") {
    ledger.take_back({.amount = "31.00", .of = 99, .terminal = "T2", .rrn = "R2"});
    CHECK(ledger.balance() == "L=1000.00 H=50.00");
    const Asked retry{.amount = "31.00", .stan = 99, .terminal = "T2", .rrn = "R2"};
    CHECK(told(ledger.ask(retry)) == "already_reversed");
    CHECK(ledger.balance() == "L=1000.00 H=50.00");
  }
  SECTION("the RRN tells which of two from one terminal") {
    ledger.ask({.amount = "5.00", .stan = 7, .terminal = "T1", .rrn = "R3"});
    ledger.take_back({.amount = "20.00", .of = 7, .terminal = "T1", .rrn = "R1"});
    CHECK(ledger.balance() == "L=1000.00 H=35.00");
  }
}

TEST_CASE("reversal: before its original it is kept, and the original holds nothing",
          "[engine][reversal]") {
  Ledger ledger;
  SECTION("a request is answered: original not found") {
    CHECK(told(ledger.take_back({.amount = "40.00", .of = 7, .stan = 8, .advice = false})) ==
          "original_not_found");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("an advice is answered: approved, and is an exception") {
    CHECK(told(ledger.take_back({.amount = "40.00", .of = 7, .stan = 8})) == "approved");
    CHECK(ledger.exceptions() == "original_not_found");
  }
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 7})) == "already_reversed");
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 7})) == "already_reversed");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 9})) == "approved");
}

TEST_CASE("reversal: kept for one terminal does not stop another", "[engine][reversal]") {
  Ledger ledger;
  ledger.take_back({.amount = "40.00", .of = 7, .terminal = "T1"});
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 7, .terminal = "T2"})) == "approved");
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 7, .terminal = "T1"})) == "already_reversed");
  CHECK(ledger.balance() == "L=1000.00 H=40.00");
}

TEST_CASE("reversal: kept by RRN stops the original with that RRN", "[engine][reversal]") {
  Ledger ledger;
  ledger.take_back({.amount = "40.00", .rrn = "R7"});
  CHECK(told(ledger.ask({.amount = "40.00", .rrn = "R8"})) == "approved");
  CHECK(told(ledger.ask({.amount = "40.00", .rrn = "R7"})) == "already_reversed");
  CHECK(ledger.balance() == "L=1000.00 H=40.00");
}

TEST_CASE("reversal: that tells nothing of its original is kept for none", "[engine][reversal]") {
  Ledger ledger;
  CHECK(told(ledger.take_back({.amount = "40.00"})) == "approved");
  CHECK(ledger.exceptions() == "original_not_found");
  CHECK(ledger.state.meta.reversed_by_rrn_count == 0);
  CHECK(told(ledger.take_back({.amount = "40.00", .card = "C9", .advice = false})) ==
        "unknown_card");
}
