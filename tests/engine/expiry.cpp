#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

Answer hold_until(Ledger& ledger, std::string_view amount, Instant at) {
  PlaceHold place;
  place.account_id = AccountId::cut("A1");
  place.amount = money(amount);
  place.expires_at = at;
  return ledger.run(place);
}

}  // namespace

TEST_CASE("expiry: a hold ends at its second, not before", "[engine][expiry]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "35.00"}).decision.hold;
  ledger.wait_seconds(7 * 86'400 - 1);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=35.00");
  ledger.wait_seconds(1);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(name(ledger.hold_record(id).status) == "expired");
}

TEST_CASE("expiry: a broken second counts as the next whole one", "[engine][expiry]") {
  Ledger ledger;
  hold_until(ledger, "35.00", {ledger.now.microseconds + 1});
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=35.00");
  ledger.wait_seconds(1);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("expiry: an end in the past is due at once", "[engine][expiry]") {
  Ledger ledger;
  const std::int64_t yesterday = ledger.now.seconds() - 86'400;
  for (const Instant past : {Instant::from_seconds(yesterday), Instant{1}, Instant{-5'000'000}}) {
    hold_until(ledger, "35.00", past);
    CHECK(ledger.balance() == "L=1000.00 H=35.00");
    ledger.expire();
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
}

TEST_CASE("expiry: holds without an end, ended and released ones are left alone",
          "[engine][expiry]") {
  Ledger ledger;
  ledger.hold("1.00");
  const Instant soon = ledger.now.plus_seconds(10);
  const HoldId released = hold_until(ledger, "2.00", soon).decision.hold;
  hold_until(ledger, "4.00", soon);
  ledger.release(released);
  ledger.wait_seconds(10);
  ledger.expire();
  CHECK(ledger.balance() == "L=1000.00 H=1.00");
  CHECK(name(ledger.hold_record(released).status) == "released");
  const std::uint64_t events = ledger.state.meta.last_sequence;
  ledger.expire();
  CHECK(ledger.state.meta.last_sequence == events);
}

TEST_CASE("expiry: a bucket larger than a call's share is ended in several calls",
          "[engine][expiry]") {
  Ledger ledger;
  const Instant soon = ledger.now.plus_seconds(10);
  for (int i = 0; i < 25; ++i) hold_until(ledger, "1.00", soon);
  for (int i = 0; i < 3; ++i) hold_until(ledger, "1.00", soon.plus_seconds(5));
  ledger.wait_seconds(10);
  const Answer first = ledger.run(ExpireDue{10});
  CHECK(first.decision.more);
  CHECK(ledger.balance() == "L=1000.00 H=18.00");
  SECTION("and then the next bucket") {
    CHECK(ledger.expire(10) == 2);
    CHECK(ledger.balance() == "L=1000.00 H=3.00");
  }
  SECTION("also when holds for a second that has passed come meanwhile") {
    hold_until(ledger, "7.00", soon);
    ledger.expire(10);
    CHECK(ledger.balance() == "L=1000.00 H=3.00");
  }
  SECTION("together with a bucket that fell due meanwhile") {
    ledger.wait_seconds(5);
    ledger.expire(10);
    CHECK(ledger.balance() == "L=1000.00 H=0.00");
  }
  SECTION("whatever share is asked for") {
    ledger.expire(0);
    ledger.expire(4'000'000'000);
    CHECK(ledger.balance() == "L=1000.00 H=3.00");
  }
}

TEST_CASE("expiry: a bucket that one call ends exactly is gone in the next", "[engine][expiry]") {
  Ledger ledger;
  for (int i = 0; i < 10; ++i) hold_until(ledger, "1.00", ledger.now.plus_seconds(10));
  ledger.wait_seconds(10);
  CHECK(ledger.run(ExpireDue{10}).decision.more);
  CHECK_FALSE(ledger.run(ExpireDue{10}).decision.more);
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK_FALSE(ledger.state.expiries.first_from(0));
}

TEST_CASE("expiry: the index finds the earliest bucket behind any number of ended ones",
          "[engine][expiry]") {
  ExpiryIndex index;
  for (std::int64_t second = 100; second < 1000; ++second) index.set_head(second, HoldId{1});
  index.erase_before(500);
  CHECK(index.first_from(0)->second == 500);
  index.erase(500);
  CHECK(index.first_from(0)->second == 501);
  index.set_head(200, HoldId{2});
  CHECK(index.first_from(0)->second == 200);
  CHECK(index.first_from(201)->second == 501);
  CHECK_FALSE(index.first_from(1000));
  CHECK_FALSE(index.head(300));
}
