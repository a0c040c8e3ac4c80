#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("clearing: a final record ends the hold and posts its own amount", "[engine][clearing]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "100.00", .lifecycle = "L1"}).decision.hold;
  SECTION("less than held: the rest is set free") {
    ledger.clear({.record = "R1", .amount = "70.00", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=930.00 H=0.00");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("exactly") {
    const Answer answer = ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"});
    CHECK(outcome(answer) == "posted_matched by lifecycle_id");
    CHECK(answer.decision.amount == minor("-100.00"));
    CHECK(answer.decision.hold == id);
    CHECK(ledger.balance() == "L=900.00 H=0.00");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("more than held: posts all and says so") {
    ledger.clear({.record = "R1", .amount = "120.00", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=880.00 H=0.00");
    CHECK(ledger.exceptions() == "over_clearing");
  }
  CHECK(name(ledger.hold_record(id).status) == "cleared");
}

TEST_CASE("clearing: a record that is not final keeps the remainder held", "[engine][clearing]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "100.00", .lifecycle = "L1"}).decision.hold;
  ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
  CHECK(ledger.balance() == "L=970.00 H=70.00");
  CHECK(name(ledger.hold_record(id).status) == "partially_cleared");
  ledger.clear({.record = "R2", .amount = "80.00", .lifecycle = "L1", .final = false});
  CHECK(ledger.balance() == "L=890.00 H=0.00");
  CHECK(ledger.exceptions() == "over_clearing");
  CHECK(ledger.hold_record(id).is_open());
  ledger.clear({.record = "R3", .amount = "5.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=885.00 H=0.00");
  CHECK(name(ledger.hold_record(id).status) == "cleared");
}

TEST_CASE("clearing: how far above the hold is no surprise depends on the merchant",
          "[engine][clearing]") {
  struct Row {
    std::uint16_t mcc;
    Channel channel;
    const char* amount;
    const char* exceptions;
  };
  const Row rows[] = {
      {5812, Channel::pos, "120.00", ""}, {5812, Channel::pos, "120.01", "over_clearing"},
      {4121, Channel::pos, "120.00", ""}, {7230, Channel::pos, "120.00", ""},
      {7011, Channel::pos, "115.00", ""}, {7011, Channel::pos, "115.01", "over_clearing"},
      {3501, Channel::pos, "115.00", ""}, {5411, Channel::ecommerce, "115.00", ""},
      {5411, Channel::pos, "100.00", ""}, {5411, Channel::pos, "100.01", "over_clearing"},
  };
  for (const Row& row : rows) {
    Ledger ledger;
    ledger.ask({.amount = "100.00", .lifecycle = "L1", .channel = row.channel, .mcc = row.mcc});
    ledger.clear({.record = "R1", .amount = row.amount, .lifecycle = "L1"});
    INFO(row.mcc << " " << row.amount);
    CHECK(ledger.exceptions() == row.exceptions);
  }
}

TEST_CASE("clearing: the same record posts once, whatever else it says", "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
  const std::uint64_t events = ledger.state.meta.last_sequence;
  CHECK(outcome(ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"})) ==
        "duplicate by lifecycle_id");
  CHECK(outcome(ledger.clear({.record = "R1", .amount = "99.00"})) == "duplicate by lifecycle_id");
  CHECK(ledger.state.meta.last_sequence == events);
  CHECK(ledger.balance() == "L=940.00 H=0.00");
}

TEST_CASE("clearing: two records for one final hold both post, the second as an exception",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
  CHECK(outcome(ledger.clear({.record = "R2", .amount = "60.00", .lifecycle = "L1"})) ==
        "posted_matched by lifecycle_id");
  CHECK(ledger.balance() == "L=880.00 H=0.00");
  CHECK(ledger.exceptions() == "over_clearing");
}

TEST_CASE("clearing: a hold that ended is found all the same, and said to be late",
          "[engine][clearing]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "35.00", .stan = 7, .lifecycle = "L1"}).decision.hold;
  std::string late;
  SECTION("after expiry") {
    ledger.wait_days(7);
    ledger.expire();
    CHECK(ledger.available() == "1000.00");
    ledger.wait_days(3);
    late = "cleared_after_expiry";
  }
  SECTION("after a reversal") {
    ledger.take_back({.amount = "35.00", .of = 7});
    late = "cleared_after_release";
  }
  SECTION("after a release by hand") {
    ledger.release(id);
    late = "cleared_after_release";
  }
  const Answer answer = ledger.clear({.record = "R1", .amount = "35.00", .lifecycle = "L1"});
  CHECK(outcome(answer) == "posted_matched by lifecycle_id");
  CHECK(answer.decision.hold == id);
  CHECK(ledger.balance() == "L=965.00 H=0.00");
  CHECK(ledger.exceptions() == late);
  ledger.clear({.record = "R2", .amount = "35.00", .lifecycle = "L1"});
  CHECK(ledger.exceptions() == late + ", over_clearing");
}

TEST_CASE("clearing: without authorization it posts, unmatched, below zero if need be",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.open("A2", "20.00");
  ledger.issue("C2", "A2");
  CHECK(outcome(ledger.clear({.record = "R1", .amount = "55.00", .card = "C2"})) ==
        "posted_unmatched");
  CHECK(ledger.balance("A2") == "L=-35.00 H=0.00");
  CHECK(ledger.exceptions() == "unmatched");
}

TEST_CASE("clearing: posts on accounts and cards that may not pay any more", "[engine][clearing]") {
  for (const AccountStatus status :
       {AccountStatus::debit_blocked, AccountStatus::blocked, AccountStatus::closed}) {
    Ledger ledger;
    ledger.ask({.amount = "80.00", .lifecycle = "L1"});
    ledger.set_account("A1", status);
    ledger.set_card("C1", CardStatus::closed);
    ledger.clear({.record = "R1", .amount = "80.00", .lifecycle = "L1"});
    INFO(name(status));
    CHECK(ledger.balance() == "L=920.00 H=0.00");
    CHECK(ledger.exceptions() == "account_not_active");
  }
}

TEST_CASE("clearing: what it cannot read it rejects, and takes when it comes corrected",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .lifecycle = "L1"});
  const std::uint64_t events = ledger.state.meta.last_sequence;
  auto rejected = [&ledger](const Cleared& record) { return outcome(ledger.clear(record)); };
  CHECK(rejected({.record = "R1", .amount = "60.00", .card = "C9"}) == "rejected: unknown_card");
  CHECK(rejected({.record = "R1", .amount = "0.00"}) == "rejected: bad_amount");
  CHECK(rejected({.record = "R1", .amount = "60.00", .billed = "0.00"}) == "rejected: bad_amount");
  CHECK(rejected({.record = "R1", .amount = "60.00", .in = "USD"}) == "rejected: no_rate");
  CHECK(rejected({.record = "R1", .amount = "60.00", .operation = Operation::inquiry}) ==
        "rejected: unsupported_operation");
  CHECK(rejected({.record = "R1", .amount = "8888888888888888.00"}) == "rejected: overflow");
  CHECK(ledger.state.meta.last_sequence == events);
  ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=940.00 H=0.00");
}

TEST_CASE("clearing: the billed amount is posted, else the transaction's at the day's rate",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.open("A2", "300.00");
  ledger.issue("C2", "A2");
  ledger.ask({.amount = "4.68", .in = "EUR", .card = "C2", .lifecycle = "L1"});
  CHECK(ledger.balance("A2") == "L=300.00 H=299.99");
  SECTION("billed in the account's currency") {
    ledger.clear({.record = "R1",
                  .amount = "4.68",
                  .in = "EUR",
                  .billed = "303.00",
                  .card = "C2",
                  .lifecycle = "L1"});
    CHECK(ledger.balance("A2") == "L=-3.00 H=0.00");
  }
  SECTION("not billed, and the rate has changed") {
    ledger.set_rate("EUR", "62.20", "65");
    ledger.clear({.record = "R1", .amount = "4.68", .in = "EUR", .card = "C2", .lifecycle = "L1"});
    CHECK(ledger.balance("A2") == "L=-4.20 H=0.00");
  }
  SECTION("billed in another currency: the transaction's amount counts") {
    ledger.clear({.record = "R1",
                  .amount = "780",
                  .in = "JPY",
                  .billed = "4.60",
                  .billed_in = "EUR",
                  .card = "C2",
                  .lifecycle = "L1"});
    CHECK(ledger.balance("A2") == "L=-183.60 H=0.00");
  }
}
