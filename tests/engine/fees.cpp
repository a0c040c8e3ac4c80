// Fees: known at authorization, held with the amount, posted or returned with it.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

Ledger charging(const std::vector<Charged>& tariffs) {
  Ledger ledger;
  for (const Charged& charged : tariffs) ledger.rules.tariffs.push_back(tariff_of(charged));
  return ledger;
}

MinorUnits fee_of(const Charged& charged, std::string_view amount) {
  return *tariff_of(charged).terms.fee(minor(amount));
}

}  // namespace

TEST_CASE("fees: flat and percent add up, within minimum and maximum, rounded half-up once",
          "[engine][fees]") {
  CHECK(fee_of({.flat = "2.50", .percent = "1.5"}, "100.00") == minor("4.00"));
  CHECK(fee_of({.percent = "1.5"}, "0.33") == minor("0.00"));
  CHECK(fee_of({.percent = "1.5"}, "0.34") == minor("0.01"));
  CHECK(fee_of({.percent = "1", .min = "5.00", .max = "30.00"}, "100.00") == minor("5.00"));
  CHECK(fee_of({.percent = "1", .min = "5.00", .max = "30.00"}, "600.00") == minor("6.00"));
  CHECK(fee_of({.percent = "1", .min = "5.00", .max = "30.00"}, "9000.00") == minor("30.00"));
}

TEST_CASE(
    "fees: the first tariff that fits counts, by operation, channel, region, merchant, "
    "currency and amount",
    "[engine][fees]") {
  Ledger ledger = charging({{.flat = "9.00", .in = "EUR"},
                            {.flat = "1.00", .mcc = {{6010, 6011}}},
                            {.flat = "2.00", .operations = {Operation::cash}},
                            {.flat = "3.00", .channels = {Channel::ecommerce}},
                            {.flat = "4.00", .regions = {Region::foreign}},
                            {.flat = "5.00", .from = "20.00", .to = "30.00"}});
  auto fee = [&ledger](const Asked& asked) { return ledger.ask(asked).decision.fee; };
  CHECK(fee({.amount = "1.00", .operation = Operation::cash, .mcc = 6010}) == minor("1.00"));
  CHECK(fee({.amount = "1.00", .operation = Operation::cash}) == minor("2.00"));
  CHECK(fee({.amount = "1.00", .channel = Channel::ecommerce}) == minor("3.00"));
  CHECK(fee({.amount = "1.00", .region = Region::foreign}) == minor("4.00"));
  CHECK(fee({.amount = "19.99"}) == 0);
  CHECK(fee({.amount = "20.00"}) == minor("5.00"));
  CHECK(fee({.amount = "30.00"}) == minor("5.00"));
  CHECK(fee({.amount = "30.01"}) == 0);
  CHECK(fee({.amount = "25.00", .operation = Operation::deposit}) == 0);
}

TEST_CASE("fees: an amount that fits without its fee is declined", "[engine][fees]") {
  Ledger ledger = charging({{.flat = "2.50"}});
  CHECK(told(ledger.ask({.amount = "997.51"})) == "insufficient_funds");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(told(ledger.ask({.amount = "997.50"})) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=1000.00");
}

TEST_CASE("fees: held with the amount, and posted to fee_income when the hold clears",
          "[engine][fees]") {
  Ledger ledger = charging({{.flat = "2.50", .percent = "1"}});
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=1000.00 H=103.50");
  SECTION("a final record, of less: the fee is what was told") {
    ledger.clear({.record = "R1", .amount = "80.00", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=916.50 H=0.00");
    CHECK(ledger.movements() == "clearing -80.00, fee -3.50");
    CHECK(ledger.internal() == "settlement 80.00, fee_income 3.50");
  }
  SECTION("the first of several records") {
    ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
    CHECK(ledger.balance() == "L=966.50 H=70.00");
    ledger.clear({.record = "R2", .amount = "70.00", .lifecycle = "L1"});
    CHECK(ledger.balance() == "L=896.50 H=0.00");
    CHECK(ledger.internal() == "settlement 100.00, fee_income 3.50");
  }
  SECTION("a second presentment whose first never came") {
    ledger.clear({.record = "R2",
                  .amount = "100.00",
                  .lifecycle = "L1",
                  .kind = ClearingKind::second_presentment});
    CHECK(ledger.movements() == "clearing -100.00, fee -3.50");
  }
}

TEST_CASE("fees: returned in full by a full reversal, a release or expiry", "[engine][fees]") {
  Ledger ledger = charging({{.flat = "2.50"}});
  const HoldId id = ledger.ask({.amount = "100.00", .stan = 7}).decision.hold;
  SECTION("a reversal") {
    CHECK(ledger.take_back({.amount = "100.00", .of = 7}).decision.fee == minor("2.50"));
  }
  SECTION("a release") {
    ledger.release(id);
  }
  SECTION("expiry") {
    ledger.wait_days(7);
    ledger.expire();
  }
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.internal().empty());
}

TEST_CASE("fees: after a partial reversal the percent is reckoned again on what remains",
          "[engine][fees]") {
  Ledger ledger = charging({{.flat = "2.50", .percent = "1"}});
  SECTION("of a hold") {
    ledger.ask({.amount = "100.00", .stan = 7});
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
    CHECK(ledger.balance() == "L=1000.00 H=63.10");
  }
  SECTION("of a hold, by the terms of its day") {
    ledger.ask({.amount = "100.00", .stan = 7});
    ledger.rules.tariffs.clear();
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
    CHECK(ledger.balance() == "L=1000.00 H=63.10");
  }
  SECTION("of a posting") {
    ledger.ask({.amount = "100.00", .stan = 7, .kind = AuthorizationKind::posting});
    CHECK(ledger.balance() == "L=896.50 H=0.00");
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00", .original_class = "020"});
    CHECK(ledger.balance() == "L=936.90 H=0.00");
    CHECK(ledger.movements() == "posting -100.00, fee -3.50, reversal 40.00, fee_return 0.40");
    ledger.take_back({.amount = "100.00", .of = 7, .original_class = "020"});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
    CHECK(ledger.internal().empty());
  }
  SECTION("never more than it was") {
    ledger.rules.tariffs = {tariff_of({.percent = "1", .min = "5.00"})};
    ledger.ask({.amount = "100.00", .stan = 7});
    CHECK(ledger.balance() == "L=1000.00 H=105.00");
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "1.00"});
    CHECK(ledger.balance() == "L=1000.00 H=6.00");
  }
}

TEST_CASE("fees: of an increment, what the whole costs more", "[engine][fees]") {
  Ledger ledger = charging({{.flat = "2.00", .percent = "1"}});
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  CHECK(ledger.balance() == "L=1000.00 H=103.00");
  SECTION("at once") {
    const Answer answer = ledger.ask({.amount = "50.00", .lifecycle = "L1", .increment = true});
    CHECK(answer.decision.fee == minor("0.50"));
    CHECK(ledger.balance() == "L=1000.00 H=153.50");
  }
  SECTION("when clearing has begun, and has posted the flat part") {
    ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
    CHECK(ledger.balance() == "L=967.00 H=70.00");
    const Answer answer = ledger.ask({.amount = "50.00", .lifecycle = "L1", .increment = true});
    CHECK(answer.decision.fee == minor("0.50"));
    ledger.clear({.record = "R2", .amount = "120.00", .lifecycle = "L1"});
    CHECK(ledger.internal() == "settlement 150.00, fee_income 3.50");
  }
}

TEST_CASE("fees: a top-up costs its fee at once, and its reversal returns it", "[engine][fees]") {
  Ledger ledger = charging({{.flat = "1.50", .operations = {Operation::deposit}}});
  ledger.ask({.amount = "100.00", .stan = 7, .operation = Operation::deposit});
  CHECK(ledger.balance() == "L=1098.50 H=0.00");
  CHECK(ledger.internal() == "settlement -100.00, fee_income 1.50");
  ledger.take_back({.amount = "100.00", .of = 7});
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.internal().empty());
}

TEST_CASE("fees: of a completion, reckoned on the final amount", "[engine][fees]") {
  Ledger ledger = charging({{.flat = "2.00", .percent = "1"}});
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  SECTION("that holds") {
    ledger.ask({.amount = "40.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
    CHECK(ledger.balance() == "L=1000.00 H=42.40");
  }
  SECTION("that posts") {
    ledger.ask({.amount = "140.00", .lifecycle = "L1", .kind = AuthorizationKind::forced_posting});
    CHECK(ledger.balance() == "L=856.60 H=0.00");
    CHECK(ledger.movements() == "posting -140.00, fee -3.40");
  }
  SECTION("of nothing") {
    ledger.ask({.amount = "0.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
}
