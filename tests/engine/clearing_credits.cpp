#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("clearing credits: a refund without link is credited, holds stay", "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "150.00", .lifecycle = "L1"});
  const Cleared refund{.record = "R1", .amount = "150.00", .operation = Operation::refund};
  CHECK(outcome(ledger.clear(refund)) == "posted_unmatched");
  CHECK(ledger.balance() == "L=1150.00 H=150.00");
}

TEST_CASE("clearing credits: a refund finds its acknowledgement, not the purchase",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "150.00", .lifecycle = "L1"});
  const HoldId id =
      ledger.ask({.amount = "50.00", .operation = Operation::refund, .lifecycle = "L1"})
          .decision.hold;
  const Answer answer = ledger.clear(
      {.record = "R1", .amount = "50.00", .operation = Operation::refund, .lifecycle = "L1"});
  CHECK(outcome(answer) == "posted_matched by lifecycle_id");
  CHECK(answer.decision.hold == id);
  CHECK(ledger.balance() == "L=1050.00 H=150.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("clearing credits: a top-up's record posts nothing more", "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "200.00", .operation = Operation::transfer_in, .lifecycle = "L1"});
  const Answer answer = ledger.clear(
      {.record = "R1", .amount = "200.00", .operation = Operation::deposit, .lifecycle = "L1"});
  CHECK(outcome(answer) == "matched_only by lifecycle_id");
  CHECK(answer.decision.amount == 0);
  CHECK(ledger.balance() == "L=1200.00 H=0.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("clearing credits: a top-up that was reversed and clears after all is credited",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "200.00", .stan = 7, .operation = Operation::deposit, .lifecycle = "L1"});
  ledger.take_back({.amount = "200.00", .of = 7});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(outcome(ledger.clear({.record = "R1",
                              .amount = "200.00",
                              .operation = Operation::deposit,
                              .lifecycle = "L1"})) == "posted_matched by lifecycle_id");
  CHECK(ledger.balance() == "L=1200.00 H=0.00");
  CHECK(ledger.exceptions() == "cleared_after_release");
}

TEST_CASE("clearing credits: the reversal of a presentment gives back its amount once",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
  CHECK(outcome(ledger.clear(
            {.record = "R1/reversal", .amount = "60.00", .reversal = true, .presentment = "R1"})) ==
        "posted_matched by presentment");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.exceptions().empty());
  SECTION("the same record again is a duplicate") {
    ledger.clear(
        {.record = "R1/reversal", .amount = "60.00", .reversal = true, .presentment = "R1"});
    CHECK(ledger.exceptions().empty());
  }
  const std::uint64_t events = ledger.state.meta.last_sequence;
  const std::string nothing_to_reverse = "rejected: original_not_found";
  SECTION("another one of the same presentment is rejected") {
    CHECK(outcome(ledger.clear({.record = "R1/reversal/2",
                                .amount = "60.00",
                                .reversal = true,
                                .presentment = "R1"})) == nothing_to_reverse);
  }
  SECTION("one of a presentment that nobody saw is rejected") {
    CHECK(outcome(ledger.clear(
              {.record = "R2", .amount = "60.00", .reversal = true, .presentment = "R0"})) ==
          nothing_to_reverse);
    CHECK(outcome(ledger.clear({.record = "R3", .amount = "60.00", .reversal = true})) ==
          nothing_to_reverse);
  }
  CHECK(ledger.state.meta.last_sequence == events);
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("clearing credits: a reversed top-up presentment takes back what it brought, no more",
          "[engine][clearing]") {
  Ledger ledger;
  const Operation deposit = Operation::deposit;
  ledger.ask({.amount = "200.00", .stan = 7, .operation = deposit, .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "200.00", .operation = deposit, .lifecycle = "L1"});
  ledger.clear({.record = "R2", .amount = "200.00", .operation = deposit, .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=1400.00 H=0.00");
  CHECK(ledger.exceptions() == "over_clearing");
  for (const char* presentment : {"R1", "R2"}) {
    const std::string record = std::string(presentment) + "/reversal";
    ledger.clear({.record = record,
                  .amount = "200.00",
                  .operation = deposit,
                  .reversal = true,
                  .presentment = presentment});
  }
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("clearing credits: a second presentment debits again", "[engine][clearing]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "60.00", .lifecycle = "L1"}).decision.hold;
  const Cleared second{.record = "R2",
                       .amount = "60.00",
                       .lifecycle = "L1",
                       .kind = ClearingKind::second_presentment};
  SECTION("linked to its first") {
    ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
    CHECK(ledger.clear(second).decision.hold == id);
    CHECK(ledger.balance() == "L=880.00 H=0.00");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("or ends the hold when the first never came") {
    ledger.clear(second);
    CHECK(ledger.balance() == "L=940.00 H=0.00");
    CHECK(name(ledger.hold_record(id).status) == "cleared");
  }
}

TEST_CASE("clearing credits: a chargeback moves nothing and is an exception",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "60.00", .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "60.00", .lifecycle = "L1"});
  CHECK(outcome(ledger.clear({.record = "R2",
                              .amount = "60.00",
                              .lifecycle = "L1",
                              .kind = ClearingKind::chargeback})) ==
        "matched_only by lifecycle_id");
  CHECK(ledger.balance() == "L=940.00 H=0.00");
  CHECK(ledger.exceptions() == "chargeback");
}
