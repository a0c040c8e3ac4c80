// What the bank gains or loses between authorization and clearing.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("rate result: a top-up credited 455.50 RUB and cleared as 7.16 EUR costs the bank 10.15",
          "[engine][rates]") {
  Ledger ledger;
  ledger.ask({.amount = "7.16",
              .operation = Operation::deposit,
              .in = "EUR",
              .billed = "455.50",
              .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=1455.50 H=0.00");
  const Answer answer = ledger.clear({.record = "R1",
                                      .amount = "7.16",
                                      .operation = Operation::deposit,
                                      .in = "EUR",
                                      .lifecycle = "L1"});
  CHECK(outcome(answer) == "matched_only by lifecycle_id");
  CHECK(answer.decision.fx_result == minor("-10.15"));
  CHECK(ledger.balance() == "L=1455.50 H=0.00");
  // The network's 7.16 EUR are in the position, at 445.35 RUB.
  CHECK(ledger.internal("RUB") == "fx_position -445.35, fx_result -10.15");
  CHECK(ledger.internal("EUR") == "settlement -7.16, fx_position 7.16");
}

TEST_CASE("rate result: a debit posted at authorization is settled at the sell side",
          "[engine][rates]") {
  Ledger ledger;
  ledger.ask(
      {.amount = "5.00", .in = "EUR", .lifecycle = "L1", .kind = AuthorizationKind::posting});
  CHECK(ledger.balance() == "L=679.50 H=0.00");
  ledger.set_rate("EUR", "60", "63");
  const Answer answer =
      ledger.clear({.record = "R1", .amount = "5.00", .in = "EUR", .lifecycle = "L1"});
  CHECK(answer.decision.fx_result == minor("5.50"));
  CHECK(ledger.internal("RUB") == "fx_position 315.00, fx_result 5.50");
  CHECK(ledger.internal("EUR") == "settlement 5.00, fx_position -5.00");
}

TEST_CASE("rate result: the settlement amount of the record counts before the transaction's",
          "[engine][rates]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .operation = Operation::deposit, .lifecycle = "L1"});
  const Answer answer = ledger.clear({.record = "R1",
                                      .amount = "100.00",
                                      .operation = Operation::deposit,
                                      .settled = "98.00",
                                      .lifecycle = "L1"});
  CHECK(answer.decision.fx_result == minor("-2.00"));
  CHECK(ledger.internal() == "settlement -98.00, fx_result -2.00");
  CHECK(ledger.exceptions().empty());
}

TEST_CASE("rate result: without a rate it is an exception, and the record counts all the same",
          "[engine][rates]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .operation = Operation::deposit, .lifecycle = "L1"});
  const Answer answer = ledger.clear({.record = "R1",
                                      .amount = "100.00",
                                      .operation = Operation::deposit,
                                      .settled = "1.10",
                                      .settled_in = "USD",
                                      .lifecycle = "L1"});
  CHECK(outcome(answer) == "matched_only by lifecycle_id");
  CHECK(ledger.exceptions() == "rate_result_unknown");
}

TEST_CASE("rate result: what is settled beyond what had moved is the bank's, on the right side",
          "[engine][rates]") {
  Ledger ledger;
  const bool credit = GENERATE(true, false);
  const Operation operation = credit ? Operation::deposit : Operation::purchase;
  ledger.ask({.amount = "100.00",
              .operation = operation,
              .lifecycle = "L1",
              .kind = AuthorizationKind::posting});
  ledger.clear({.record = "R1",
                .amount = "100.00",
                .operation = operation,
                .lifecycle = "L1",
                .final = false});
  ledger.clear({.record = "R2", .amount = "5.00", .operation = operation, .lifecycle = "L1"});
  CHECK(ledger.internal() ==
        (credit ? "settlement -105.00, fx_result 5.00" : "settlement 105.00, fx_result -5.00"));
}
