#include "matching.hpp"

#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("matching: the cascade tries the surest key first", "[engine][matching]") {
  Ledger ledger;
  const Answer asked = ledger.ask(
      {.amount = "60.00", .terminal = "T1", .merchant = "M1", .rrn = "RRN1", .lifecycle = "L1"});
  const std::string auth_code(asked.decision.auth_code.view());
  auto match = [&ledger](Cleared record) {
    record.record = "R1";
    record.amount = record.amount == "0.00" ? "60.00" : record.amount;
    return outcome(ledger.clear(record));
  };
  SECTION("lifecycle id") {
    CHECK(match({.auth_code = auth_code, .rrn = "RRN1", .lifecycle = "L1"}) ==
          "posted_matched by lifecycle_id");
  }
  SECTION("authorization code") {
    CHECK(match({.auth_code = auth_code, .rrn = "RRN1", .lifecycle = "L9"}) ==
          "posted_matched by auth_code");
  }
  SECTION("RRN") {
    CHECK(match({.rrn = "RRN1"}) == "posted_matched by rrn");
  }
  SECTION("terminal and amount") {
    CHECK(match({.terminal = "T1"}) == "posted_matched by place_and_amount");
  }
  SECTION("merchant and amount") {
    CHECK(match({.terminal = "T9", .merchant = "M1"}) == "posted_matched by place_and_amount");
  }
  SECTION("place alone is not enough") {
    CHECK(match({.amount = "60.01", .terminal = "T1"}) == "posted_unmatched");
  }
  SECTION("nor the amount alone") {
    CHECK(match({}) == "posted_unmatched");
  }
  SECTION("another card's keys are not this card's") {
    ledger.issue("C2", "A1");
    CHECK(match({.card = "C2", .auth_code = auth_code, .rrn = "RRN1", .lifecycle = "L1"}) ==
          "posted_unmatched");
  }
}

TEST_CASE("matching: an authorization code is good for 30 days, a place for 7",
          "[engine][matching]") {
  struct Row {
    int days;
    bool by_code;
    const char* outcome;
  };
  for (const Row& row :
       {Row{30, true, "posted_matched by auth_code"}, Row{31, true, "posted_unmatched"},
        Row{7, false, "posted_matched by place_and_amount"}, Row{8, false, "posted_unmatched"}}) {
    Ledger ledger;
    const Answer asked = ledger.ask({.amount = "60.00"});
    const std::string auth_code(asked.decision.auth_code.view());
    ledger.wait_days(row.days);
    ledger.expire();
    const Cleared by_code{.record = "R1", .amount = "60.00", .auth_code = auth_code};
    const Cleared by_place{.record = "R1", .amount = "60.00", .terminal = "T1"};
    INFO(row.days);
    CHECK(outcome(ledger.clear(row.by_code ? by_code : by_place)) == row.outcome);
    CHECK(ledger.balance() == "L=940.00 H=0.00");
  }
}

TEST_CASE("matching: lifecycle id and RRN are good at any time", "[engine][matching]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .rrn = "RRN1"});
  ledger.wait_days(90);
  ledger.expire();
  CHECK(outcome(ledger.clear({.record = "R1", .amount = "60.00", .rrn = "RRN1"})) ==
        "posted_matched by rrn");
}

TEST_CASE("matching: of several the closest amount wins, then the oldest, and it is said",
          "[engine][matching]") {
  Ledger ledger;
  const HoldId first = ledger.ask({.amount = "20.00", .rrn = "RRN1"}).decision.hold;
  const HoldId second = ledger.ask({.amount = "50.00", .rrn = "RRN1"}).decision.hold;
  const HoldId third = ledger.ask({.amount = "20.00", .rrn = "RRN1"}).decision.hold;
  auto clear = [&ledger](const char* record, const char* amount) {
    return ledger.clear({.record = record, .amount = amount, .rrn = "RRN1"}).decision.hold;
  };
  CHECK(clear("R1", "48.00") == second);
  CHECK(clear("R2", "20.00") == first);
  // The oldest has been cleared: the other one of the same amount is meant.
  CHECK(clear("R3", "20.00") == third);
  CHECK(ledger.balance() == "L=912.00 H=0.00");
  // When the last record came, only one hold still waited.
  CHECK(ledger.exceptions() == "ambiguous_match, ambiguous_match");
}

TEST_CASE("matching: what was taken back comes last", "[engine][matching]") {
  Ledger ledger;
  const HoldId first = ledger.ask({.amount = "20.00", .stan = 7, .rrn = "RRN1"}).decision.hold;
  const HoldId second = ledger.ask({.amount = "60.00", .rrn = "RRN1"}).decision.hold;
  const Cleared record{.record = "R1", .amount = "20.00", .rrn = "RRN1"};
  SECTION("wholly: the other one is meant") {
    ledger.take_back({.amount = "20.00", .of = 7});
    CHECK(ledger.clear(record).decision.hold == second);
  }
  SECTION("in part: what stays is what clears") {
    ledger.take_back({.amount = "15.00", .of = 7});
    const Cleared rest{.record = "R1", .amount = "5.00", .rrn = "RRN1"};
    CHECK(ledger.clear(rest).decision.hold == first);
    CHECK(ledger.balance() == "L=995.00 H=60.00");
  }
}

TEST_CASE("matching: a place finds no hold that clearing has been at", "[engine][matching]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
  CHECK(outcome(ledger.clear({.record = "R2", .amount = "60.00", .terminal = "T1"})) ==
        "posted_unmatched");
}

TEST_CASE("matching: keys of cards that share an amount do not share a hash",
          "[engine][matching]") {
  // They lie in one hash table: a hash of the amount alone would make it a list.
  const HoldKey one = hold_key(digest<CardToken>("C1"), 20000, 3500);
  const HoldKey two = hold_key(digest<CardToken>("C2"), 20000, 3500);
  CHECK(hash_value(one) != hash_value(two));
  CHECK(hash_value(one) == hash_value(hold_key(digest<CardToken>("C1"), 20000, 3500)));
}
