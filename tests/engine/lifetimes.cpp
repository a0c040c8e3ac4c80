#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("lifetimes: the longest rule that fits, a merchant's category before a kind",
          "[engine][rules]") {
  HoldLifetimes lifetimes;
  lifetimes.rules = {
      {{}, HoldKind::preauthorization, {}, 30},
      {{}, {}, Channel::ecommerce, 10},
      {{{3501, 3790}, {7011, 7011}}, {}, {}, 30},
      {{{5542, 5542}}, {}, {}, 2},
  };
  constexpr auto plain = HoldKind::authorization;
  CHECK(lifetimes.days(5411, plain, Channel::pos) == 7);
  CHECK(lifetimes.days(5411, plain, Channel::ecommerce) == 10);
  CHECK(lifetimes.days(5411, HoldKind::preauthorization, Channel::ecommerce) == 30);
  CHECK(lifetimes.days(7011, plain, Channel::pos) == 30);
  CHECK(lifetimes.days(3501, plain, Channel::pos) == 30);
  CHECK(lifetimes.days(3500, plain, Channel::pos) == 7);
  CHECK(lifetimes.days(5542, plain, Channel::ecommerce) == 2);
}

TEST_CASE("lifetimes: a hold of an authorization ends when its rule says", "[engine][rules]") {
  Ledger ledger;
  ledger.rules.lifetimes.rules = {{{{5542, 5542}}, {}, {}, 2}};
  const HoldId fuel = ledger.ask({.amount = "10.00", .mcc = 5542}).decision.hold;
  const HoldId food = ledger.ask({.amount = "10.00", .mcc = 5411}).decision.hold;
  CHECK(ledger.hold_record(fuel).expires_at == ledger.now.plus_seconds(2 * 86'400));
  CHECK(ledger.hold_record(food).expires_at == ledger.now.plus_seconds(7 * 86'400));
}
