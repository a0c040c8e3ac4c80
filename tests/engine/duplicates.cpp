#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("duplicates: the same request gets the first answer and has no second effect",
          "[engine][duplicates]") {
  Ledger ledger;
  const Answer first = ledger.ask({.amount = "35.00", .stan = 7});
  ledger.ask({.amount = "100.00"});
  ledger.wait_days(1);
  const std::uint64_t events = ledger.state.meta.last_sequence;
  const Answer again = ledger.ask({.amount = "35.00", .stan = 7});
  CHECK_FALSE(first.replayed);
  CHECK(again.replayed);
  CHECK(again.decision.auth_code == first.decision.auth_code);
  CHECK(again.decision.hold == first.decision.hold);
  CHECK(again.decision.available == first.decision.available);
  CHECK(again.decision.amount == first.decision.amount);
  CHECK(again.echo.view() == "echo of 7");
  CHECK(ledger.balance() == "L=1000.00 H=135.00");
  CHECK(ledger.state.meta.last_sequence == events);
}

TEST_CASE("duplicates: the same key with other content is refused and changes nothing",
          "[engine][duplicates]") {
  Ledger ledger;
  ledger.ask({.amount = "35.00", .stan = 7});
  CHECK(told(ledger.ask({.amount = "53.00", .stan = 7})) == "same_key_other_content");
  CHECK(told(ledger.ask({.amount = "35.00", .stan = 7, .operation = Operation::cash})) ==
        "same_key_other_content");
  CHECK(told(ledger.ask({.amount = "35.00", .stan = 7})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=35.00");
}

TEST_CASE("duplicates: the same trace number from two terminals is two requests",
          "[engine][duplicates]") {
  Ledger ledger;
  const Answer one = ledger.ask({.amount = "20.00", .stan = 7, .terminal = "T1"});
  const Answer two = ledger.ask({.amount = "20.00", .stan = 7, .terminal = "T2"});
  CHECK_FALSE(two.replayed);
  CHECK(ledger.balance() == "L=1000.00 H=40.00");
  CHECK(ledger.ask({.amount = "20.00", .stan = 7, .terminal = "T1"}).decision.hold ==
        one.decision.hold);
  CHECK(ledger.ask({.amount = "20.00", .stan = 7, .terminal = "T2"}).decision.hold ==
        two.decision.hold);
  CHECK(ledger.balance() == "L=1000.00 H=40.00");
}

TEST_CASE("duplicates: an advice with the same key and other content is an exception",
          "[engine][duplicates]") {
  Ledger ledger;
  ledger.ask({.amount = "35.00", .stan = 7});
  CHECK(told(ledger.take_back({.amount = "35.00", .of = 7, .stan = 8})) == "approved");
  CHECK(told(ledger.take_back({.amount = "30.00", .of = 7, .stan = 8})) == "approved");
  CHECK(ledger.exceptions() == "same_key_other_content");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("duplicates: variants of one key beyond any honest number are refused",
          "[engine][duplicates]") {
  Ledger ledger;
  std::string last;
  int kept = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string terminal = numbered("T", i);
    last = told(ledger.ask({.amount = "1.00", .stan = 7, .terminal = terminal}));
    if (last == "approved") ++kept;
  }
  CHECK(kept == request_ordinal_max);
  CHECK(last == "overloaded");
  CHECK(ledger.balance() == "L=1000.00 H=250.00");
}
