// What networks tell late, twice, or with other words: money moves once all the same.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("reversal: one thing may be told otherwise than by the original", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "40.00", .stan = 7, .terminal = "T1", .rrn = "R1"});
  SECTION("a reference of its own") {
    ledger.take_back({.amount = "40.00", .of = 7, .terminal = "T1", .rrn = "R9"});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("another terminal") {
    ledger.take_back({.amount = "40.00", .of = 7, .terminal = "T9", .rrn = "R1"});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("but not both: another terminal may have had the same trace number") {
    ledger.take_back({.amount = "40.00", .of = 7, .terminal = "T9", .rrn = "R9"});
    CHECK(ledger.balance() == "L=1000.00 H=40.00");
    CHECK(ledger.exceptions() == "original_not_found");
  }
  SECTION("and not where nothing else agrees") {
    ledger.take_back({.amount = "40.00", .of = 7, .terminal = "T9"});
    CHECK(ledger.balance() == "L=1000.00 H=40.00");
  }
}

TEST_CASE("reversal: before its original it is kept, whatever one thing it tells otherwise",
          "[engine][reversal]") {
  Ledger ledger;
  ledger.take_back({.amount = "40.00", .of = 7, .terminal = "T1", .rrn = "R9"});
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 7, .terminal = "T1", .rrn = "R1"})) ==
        "already_reversed");
  CHECK(told(ledger.ask({.amount = "40.00", .stan = 7, .terminal = "T2", .rrn = "R2"})) ==
        "approved");
}

TEST_CASE("reversal: of an increment takes back the increment, once", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "25.00", .stan = 1, .lifecycle = "L1"});
  ledger.ask({.amount = "15.00", .stan = 2, .lifecycle = "L1", .increment = true});
  SECTION("whole, and again with a trace number of its own") {
    for (int i = 0; i < 3; ++i) ledger.take_back({.amount = "15.00", .of = 2});
    CHECK(ledger.balance() == "L=1000.00 H=25.00");
  }
  SECTION("in part, and again") {
    for (int i = 0; i < 3; ++i) ledger.take_back({.amount = "15.00", .of = 2, .stays = "5.00"});
    CHECK(ledger.balance() == "L=1000.00 H=30.00");
    ledger.take_back({.amount = "15.00", .of = 2});
    CHECK(ledger.balance() == "L=1000.00 H=25.00");
  }
  SECTION("the first message, too, and then the increment") {
    ledger.take_back({.amount = "25.00", .of = 1, .stays = "10.00"});
    CHECK(ledger.balance() == "L=1000.00 H=25.00");
    ledger.take_back({.amount = "15.00", .of = 2});
    CHECK(ledger.balance() == "L=1000.00 H=10.00");
  }
  SECTION("more than it added is no more than it added") {
    ledger.take_back({.amount = "20.00", .of = 2});
    CHECK(ledger.balance() == "L=1000.00 H=25.00");
    CHECK(ledger.exceptions() == "reversal_above_hold");
  }
  SECTION("the sum is all of it") {
    ledger.take_back({.amount = "40.00", .of = 1});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
}

TEST_CASE("reversal: amounts of two currencies say nothing of each other", "[engine][reversal]") {
  Ledger ledger;
  SECTION("of a completion in another currency: the whole goes back") {
    ledger.ask({.amount = "641.00", .lifecycle = "L1"});
    ledger.ask({.amount = "10.00",
                .stan = 2,
                .in = "EUR",
                .lifecycle = "L1",
                .kind = AuthorizationKind::forced_posting});
    CHECK(ledger.balance() == "L=359.00 H=0.00");
    ledger.take_back({.amount = "10.00", .of = 2, .in = "EUR", .original_class = "022"});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("of an increment, told in another currency: the increment") {
    ledger.ask({.amount = "10.00", .in = "EUR", .lifecycle = "L1"});
    ledger.ask({.amount = "2.00", .stan = 2, .in = "EUR", .lifecycle = "L1", .increment = true});
    ledger.take_back({.amount = "128.20", .of = 2});
    CHECK(ledger.balance() == "L=1000.00 H=641.00");
  }
}

TEST_CASE("reversal: of what was completed higher takes back all of it", "[engine][reversal]") {
  Ledger ledger;
  ledger.ask({.amount = "30.00", .stan = 1, .lifecycle = "L1", .preauthorization = true});
  ledger.ask({.amount = "50.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
  ledger.take_back({.amount = "30.00", .of = 1});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("advice: a posting that clearing has brought is not posted again, whatever its amount",
          "[engine][advices]") {
  Ledger ledger;
  ledger.rules.tariffs.push_back(tariff_of({.percent = "1", .operations = {Operation::purchase}}));
  const bool credit = GENERATE(false, true);
  const Operation operation = credit ? Operation::refund : Operation::purchase;
  ledger.ask({.amount = "100.00", .operation = operation, .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "80.00", .operation = operation, .lifecycle = "L1"});
  const std::string before = ledger.balance();
  ledger.ask({.amount = "80.00",
              .operation = operation,
              .lifecycle = "L1",
              .kind = AuthorizationKind::forced_posting});
  CHECK(ledger.balance() == before);
  CHECK(ledger.exceptions() == "advice_after_clearing");
}

TEST_CASE("advice: a posting whose clearing came first, without authorization, is not posted again",
          "[engine][advices]") {
  Ledger ledger;
  ledger.clear({.record = "R1", .amount = "80.00", .lifecycle = "L1"});
  ledger.ask({.amount = "80.00", .lifecycle = "L1", .kind = AuthorizationKind::forced_posting});
  CHECK(ledger.balance() == "L=920.00 H=0.00");
  CHECK(ledger.exceptions() == "unmatched, advice_after_clearing");
}

TEST_CASE("advice: an increment that cannot be added completes nothing", "[engine][advices]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  SECTION("of another currency it stands for itself") {
    ledger.ask({.amount = "0.50",
                .in = "EUR",
                .lifecycle = "L1",
                .kind = AuthorizationKind::advice,
                .increment = true});
    CHECK(ledger.balance() == "L=1000.00 H=132.05");
  }
  SECTION("of nothing it changes nothing") {
    ledger.ask({.amount = "0.00",
                .lifecycle = "L1",
                .kind = AuthorizationKind::advice,
                .increment = true});
    CHECK(ledger.balance() == "L=1000.00 H=100.00");
    CHECK(ledger.exceptions() == "advice_not_applied");
  }
}

TEST_CASE("fees: after a part has cleared the fee is that of the whole", "[engine][fees]") {
  Ledger ledger;
  ledger.rules.tariffs.push_back(tariff_of({.percent = "1"}));
  ledger.ask({.amount = "100.00", .stan = 1, .lifecycle = "L1"});
  ledger.clear({.record = "R1", .amount = "40.00", .lifecycle = "L1", .final = false});
  ledger.ask({.amount = "50.00", .stan = 2, .lifecycle = "L1", .increment = true});
  SECTION("completed") {
    ledger.ask({.amount = "150.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
    CHECK(ledger.balance() == "L=959.00 H=110.50");
    ledger.clear({.record = "R2", .amount = "110.00", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=848.50 H=0.00");
  }
  SECTION("reversed to less than was charged for") {
    ledger.take_back({.amount = "150.00", .of = 1, .stays = "70.00"});
    CHECK(ledger.balance() == "L=959.00 H=30.00");
  }
}

TEST_CASE("clearing: of equal holds the one that is still held is taken", "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  ledger.wait_days(8);
  ledger.expire();
  ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
  ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=900.00 H=0.00");
}

TEST_CASE("clearing: a credit that moved is not credited again under another name",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "45.00", .operation = Operation::transfer_in, .lifecycle = "L1"});
  ledger.clear(
      {.record = "R1", .amount = "45.00", .operation = Operation::refund, .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=1045.00 H=0.00");
  ledger.ask({.amount = "20.00", .operation = Operation::refund, .lifecycle = "L2"});
  const Answer answer = ledger.clear(
      {.record = "R2", .amount = "20.00", .operation = Operation::deposit, .lifecycle = "L2"});
  CHECK(outcome(answer) == "posted_matched by lifecycle_id");
  CHECK(ledger.balance() == "L=1065.00 H=0.00");
}

TEST_CASE("clearing: what a reversal gave back of a posting is posted when it is presented again",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00", .lifecycle = "L1", .kind = AuthorizationKind::posting});
  auto present = [&ledger](std::string_view record, std::string_view amount, bool final) {
    return outcome(
        ledger.clear({.record = record, .amount = amount, .lifecycle = "L1", .final = final}));
  };
  auto reverse = [&ledger](std::string_view record, std::string_view amount,
                           std::string_view presentment) {
    ledger.clear({.record = record,
                  .amount = amount,
                  .lifecycle = "L1",
                  .reversal = true,
                  .presentment = presentment});
  };
  SECTION("a part, and then the rest") {
    present("P1", "40.00", false);
    reverse("P1-R", "40.00", "P1");
    CHECK(ledger.balance() == "L=940.00 H=0.00");
    present("P2", "40.00", false);
    CHECK(present("P3", "60.00", true) == "posted_matched by lifecycle_id");
    CHECK(ledger.balance() == "L=900.00 H=0.00");
    CHECK(ledger.exceptions().empty());
  }
  SECTION("all of it, once") {
    present("P1", "100.00", false);
    reverse("P1-R", "100.00", "P1");
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
    CHECK(present("P2", "100.00", false) == "posted_matched by lifecycle_id");
    CHECK(present("P3", "100.00", true) == "matched_only by lifecycle_id");
    CHECK(ledger.balance() == "L=900.00 H=0.00");
    CHECK(ledger.exceptions() == "posting_differs");
  }
  SECTION("what clearing had posted before the rest moved, too") {
    Ledger other;
    other.ask({.amount = "100.00", .lifecycle = "L1"});
    other.clear({.record = "P1", .amount = "40.00", .lifecycle = "L1", .final = false});
    other.ask({.amount = "100.00", .lifecycle = "L1", .kind = AuthorizationKind::forced_posting});
    CHECK(other.balance() == "L=900.00 H=0.00");
    other.clear({.record = "R1",
                 .amount = "40.00",
                 .lifecycle = "L1",
                 .reversal = true,
                 .presentment = "P1"});
    other.clear({.record = "P2", .amount = "40.00", .lifecycle = "L1", .final = false});
    other.clear({.record = "P3", .amount = "60.00", .lifecycle = "L1"});
    CHECK(other.balance() == "L=900.00 H=0.00");
  }
  SECTION("parts that are more than was posted are told") {
    present("P1", "40.00", false);
    present("P2", "70.00", true);
    CHECK(ledger.balance() == "L=900.00 H=0.00");
    CHECK(ledger.exceptions() == "posting_differs");
  }
}

TEST_CASE("clearing: a reversal takes the rate result back, too", "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "455.50", .operation = Operation::transfer_in, .lifecycle = "L1"});
  const Cleared record{.record = "R1",
                       .amount = "7.16",
                       .operation = Operation::transfer_in,
                       .in = "EUR",
                       .lifecycle = "L1"};
  ledger.clear(record);
  CHECK(ledger.internal() == "fx_position -445.35, fx_result -10.15");
  Cleared reversal = record;
  reversal.record = "R2";
  reversal.reversal = true;
  reversal.presentment = "R1";
  ledger.clear(reversal);
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.internal().empty());
  CHECK(ledger.internal("EUR").empty());
}

TEST_CASE("clearing: the reversal of a record that moved nothing takes its rate result back",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.ask({.amount = "45.00", .operation = Operation::transfer_in, .lifecycle = "L1"});
  auto credit = [&ledger](Cleared record) {
    record.amount = "45.00";
    record.operation = Operation::transfer_in;
    record.lifecycle = "L1";
    ledger.clear(record);
  };
  credit({.record = "P1", .final = false});
  credit({.record = "P2"});
  CHECK(ledger.internal() == "settlement -90.00, fx_result 45.00");
  credit({.record = "R2", .reversal = true, .presentment = "P2"});
  CHECK(ledger.internal() == "settlement -45.00");
}

TEST_CASE("clearing: a reversal without ARN finds what was presented without authorization",
          "[engine][clearing]") {
  Ledger ledger;
  ledger.clear({.record = "R1", .amount = "50.00", .rrn = "999"});
  CHECK(ledger.exceptions() == "unmatched");
  // A second one without authorization is not matched by the first.
  CHECK(outcome(ledger.clear({.record = "R2", .amount = "50.00", .rrn = "999"})) ==
        "posted_unmatched");
  for (int i = 0; i < 3; ++i) {
    ledger.clear({.record = numbered("X", i), .amount = "50.00", .rrn = "999", .reversal = true});
  }
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("holds: a part released by a bank's system is no part of what a reversal leaves",
          "[engine][holds]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "100.00", .stan = 1}).decision.hold;
  ledger.run(ReleaseHold{id, minor("40.00")});
  ledger.take_back({.amount = "100.00", .of = 1, .stays = "50.00"});
  CHECK(ledger.balance() == "L=1000.00 H=50.00");
  ledger.take_back({.amount = "100.00", .of = 1});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("holds: a part released after a part has cleared is a part of the whole",
          "[engine][holds]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "100.00", .stan = 1, .lifecycle = "L1"}).decision.hold;
  ledger.clear({.record = "P1", .amount = "40.00", .lifecycle = "L1", .final = false});
  ledger.run(ReleaseHold{id, minor("30.00")});
  ledger.take_back({.amount = "100.00", .of = 1, .stays = "45.00"});
  CHECK(ledger.balance() == "L=960.00 H=5.00");
}

TEST_CASE("limits: a programme's usage never falls below nothing", "[engine][limits]") {
  Ledger ledger;
  ledger.issue("C2", "A1", 2812, "gold");
  ledger.ask({.amount = "40.00", .card = "C2"});
  ledger.ask({.amount = "40.00", .card = "C2"});
  // Younger than the holds: it never counted them.
  ledger.set_profile("gold", {{.amount = "100.00", .scope = LimitScope::programme}});
  ledger.ask({.amount = "50.00", .card = "C2", .mcc = 5542});
  ledger.wait_days(8);
  ledger.expire();
  CHECK(ledger.used("limit", "C2") == "0.00/0");
}

TEST_CASE("time: a manual clock that was moved is where it was after a restart", "[engine]") {
  Ledger ledger;
  ledger.wait_seconds(100);
  ExpireDue move;
  move.moves_time = true;
  ledger.run(move);
  CHECK(ledger.state.meta.last_command_at == ledger.now);
  const auto sequence = ledger.state.meta.last_sequence;
  ledger.run(move);
  CHECK(ledger.state.meta.last_sequence == sequence);
}
