// Financial messages and top-ups: posted at authorization, never again at clearing.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr auto posting = AuthorizationKind::posting;

}  // namespace

TEST_CASE("postings: a debit is posted when the available balance allows it",
          "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "900.00"});
  CHECK(told(ledger.ask({.amount = "100.01", .kind = posting})) == "insufficient_funds");
  const Answer answer = ledger.ask({.amount = "100.00", .kind = posting});
  CHECK(told(answer) == "approved");
  CHECK(answer.decision.ledger == minor("900.00"));
  CHECK(answer.decision.available == 0);
  CHECK(ledger.balance() == "L=900.00 H=900.00");
}

TEST_CASE("postings: a credit is posted, a refund too", "[engine][postings]") {
  Ledger ledger;
  for (const Operation operation :
       {Operation::deposit, Operation::transfer_in, Operation::refund}) {
    ledger.ask({.amount = "10.00", .operation = operation, .kind = posting});
  }
  CHECK(ledger.balance() == "L=1030.00 H=0.00");
  CHECK(ledger.movements() == "top_up 10.00, top_up 10.00, posting 10.00");
}

TEST_CASE("postings: clearing only matches, and another record for it posts as over-clearing",
          "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = posting});
  CHECK(outcome(ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"})) ==
        "matched_only by lifecycle_id");
  CHECK(ledger.balance() == "L=900.00 H=0.00");
  CHECK(ledger.exceptions().empty());
  ledger.clear({.record = "R2", .amount = "100.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=800.00 H=0.00");
  CHECK(ledger.exceptions() == "over_clearing");
}

TEST_CASE("postings: a record of another amount only matches, and is an exception",
          "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = posting});
  const Answer answer = ledger.clear({.record = "R1", .amount = "90.00", .lifecycle = "L1"});
  CHECK(outcome(answer) == "matched_only by lifecycle_id");
  CHECK(ledger.balance() == "L=900.00 H=0.00");
  CHECK(ledger.exceptions() == "posting_differs");
  CHECK(ledger.internal() == "settlement 90.00, fx_result 10.00");
}

TEST_CASE("postings: several records confirm what moved, each its part", "[engine][postings]") {
  Ledger ledger;
  const Operation operation = GENERATE(Operation::deposit, Operation::purchase);
  ledger.ask(
      {.amount = "100.00", .stan = 7, .operation = operation, .lifecycle = "L1", .kind = posting});
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00", .original_class = "020"});
  auto clear = [&](std::string_view record, std::string_view amount, bool final) {
    return outcome(ledger.clear({.record = record,
                                 .amount = amount,
                                 .operation = operation,
                                 .lifecycle = "L1",
                                 .final = final}));
  };
  CHECK(clear("R1", "30.00", false) == "matched_only by lifecycle_id");
  CHECK(clear("R2", "30.00", true) == "matched_only by lifecycle_id");
  CHECK(ledger.balance() ==
        (operation == Operation::deposit ? "L=1060.00 H=0.00" : "L=940.00 H=0.00"));
  CHECK(ledger.internal() ==
        (operation == Operation::deposit ? "settlement -60.00" : "settlement 60.00"));
}

TEST_CASE("postings: reversals of a top-up take the money back, below zero if it was spent",
          "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "500.00", .stan = 7, .operation = Operation::deposit});
  ledger.ask({.amount = "1400.00"});
  ledger.take_back({.amount = "500.00", .of = 7});
  CHECK(ledger.balance() == "L=1000.00 H=1400.00");
  CHECK(ledger.available() == "-400.00");
  ledger.take_back({.amount = "500.00", .of = 7});
  CHECK(ledger.balance() == "L=1000.00 H=1400.00");
}

TEST_CASE("postings: a reversal after clearing does not credit", "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .stan = 7, .lifecycle = "L1", .kind = posting});
  ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"});
  ledger.take_back({.amount = "100.00", .of = 7, .original_class = "020"});
  CHECK(ledger.balance() == "L=900.00 H=0.00");
  CHECK(ledger.exceptions() == "reversal_after_clearing");
  SECTION("the presentment's reversal does, once") {
    CHECK(outcome(ledger.clear(
              {.record = "R2", .amount = "100.00", .lifecycle = "L1", .reversal = true})) ==
          "posted_matched by presentment");
    CHECK(outcome(ledger.clear(
              {.record = "R3", .amount = "100.00", .lifecycle = "L1", .reversal = true})) ==
          "rejected: original_not_found");
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
}

TEST_CASE("postings: a partial reversal in proportion leaves no remainder when the rate changed",
          "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "3.00", .stan = 7, .in = "EUR"});
  CHECK(ledger.balance() == "L=1000.00 H=192.30");
  ledger.set_rate("EUR", "70", "80");
  ledger.take_back({.amount = "3.00", .of = 7, .stays = "1.00", .in = "EUR"});
  CHECK(ledger.balance() == "L=1000.00 H=64.10");
  ledger.take_back({.amount = "3.00", .of = 7, .in = "EUR"});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("postings: a partial reversal that keeps more than remains does nothing but tell",
          "[engine][postings]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .stan = 7});
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "80.00"});
  CHECK(ledger.balance() == "L=1000.00 H=60.00");
  CHECK(ledger.exceptions() == "reversal_without_effect");
}

TEST_CASE(
    "postings: what was completed to nothing, and is posted in another currency after all, "
    "can be reversed",
    "[engine][postings]") {
  Ledger ledger;
  const auto advice = AuthorizationKind::advice;
  const auto forced = AuthorizationKind::forced_posting;
  ledger.ask({.amount = "100.00", .stan = 7, .lifecycle = "L1"});
  ledger.ask({.amount = "0.00", .stan = 8, .lifecycle = "L1", .kind = advice});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  ledger.ask({.amount = "1.00", .stan = 9, .in = "EUR", .lifecycle = "L1", .kind = forced});
  CHECK(ledger.balance() == "L=935.90 H=0.00");
  SECTION("by its own message") {
    ledger.take_back({.amount = "1.00", .of = 9, .in = "EUR", .original_class = "022"});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("and its clearing record posts nothing more") {
    ledger.clear({.record = "R1", .amount = "1.00", .in = "EUR", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=935.90 H=0.00");
  }
}
