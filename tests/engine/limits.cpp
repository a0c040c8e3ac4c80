// Limits: usage follows the hold, in the window that it was placed in.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

// C1 and C2 of A1 are under "standard", with these rules.
Ledger limited(const std::vector<Limited>& limits) {
  Ledger ledger;
  ledger.set_profile("standard", limits);
  ledger.put_under("C1", "standard");
  ledger.issue("C2", "A1", 2812, "standard");
  return ledger;
}

}  // namespace

TEST_CASE("limits: an amount up to the maximum passes, a minor unit more is declined",
          "[engine][limits]") {
  Ledger ledger = limited({{.amount = "500.00"}});
  CHECK(told(ledger.ask({.amount = "300.00"})) == "approved");
  CHECK(told(ledger.ask({.amount = "200.01"})) == "amount_limit");
  CHECK(told(ledger.ask({.amount = "200.00"})) == "approved");
  CHECK(ledger.used() == "500.00/2");
  CHECK(told(ledger.ask({.amount = "0.01"})) == "amount_limit");
  CHECK(ledger.balance() == "L=1000.00 H=500.00");
}

TEST_CASE("limits: as many as the count passes, one more is declined", "[engine][limits]") {
  Ledger ledger = limited({{.count = 2}});
  CHECK(told(ledger.ask({.amount = "1.00"})) == "approved");
  CHECK(told(ledger.ask({.amount = "1.00"})) == "approved");
  CHECK(told(ledger.ask({.amount = "1.00"})) == "count_limit");
}

TEST_CASE("limits: a window begins anew when its time has come, not before", "[engine][limits]") {
  struct Row {
    LimitWindow window;
    std::int64_t still_seconds;  // from Monday, 2026-03-02, 10:00
    std::int64_t anew_seconds;
  };
  constexpr std::int64_t hour = 3600;
  constexpr std::int64_t day = 24 * hour;
  for (const Row& row :
       {Row{LimitWindow::day, 13 * hour, 14 * hour},
        Row{LimitWindow::week, 6 * day + 13 * hour, 6 * day + 14 * hour},
        Row{LimitWindow::month, 29 * day + 13 * hour, 29 * day + 14 * hour},
        Row{LimitWindow::rolling, day - 1, day}, Row{LimitWindow::transaction, 0, 0}}) {
    for (const LimitScope scope : {LimitScope::card, LimitScope::account}) {
      Ledger ledger = limited(
          {{.amount = "100.00", .window = row.window, .scope = scope, .rolling_seconds = day}});
      const Instant start = ledger.now;
      INFO(name(row.window) << " of the " << name(scope));
      CHECK(told(ledger.ask({.amount = "100.00"})) == "approved");
      ledger.now = start.plus_seconds(row.still_seconds);
      const bool counts = row.window != LimitWindow::transaction;
      CHECK(told(ledger.ask({.amount = "0.01"})) == (counts ? "amount_limit" : "approved"));
      ledger.now = start.plus_seconds(row.anew_seconds);
      CHECK(told(ledger.ask({.amount = "100.01"})) == "amount_limit");
      CHECK(told(ledger.ask({.amount = "100.00"})) == "approved");
    }
  }
}

TEST_CASE("limits: a programme's rolling window moves on in steps of a sixtieth",
          "[engine][limits]") {
  Ledger ledger = limited({{.amount = "100.00",
                            .window = LimitWindow::rolling,
                            .scope = LimitScope::programme,
                            .rolling_seconds = 3600}});
  CHECK(told(ledger.ask({.amount = "100.00"})) == "approved");
  ledger.wait_seconds(3600);
  CHECK(told(ledger.ask({.amount = "0.01", .card = "C2"})) == "amount_limit");
  ledger.wait_seconds(61);
  CHECK(told(ledger.ask({.amount = "100.00", .card = "C2"})) == "approved");
}

TEST_CASE("limits: usage adds up over the card, the account or the programme", "[engine][limits]") {
  struct Row {
    LimitScope scope;
    const char* other_card_of_account;
    const char* other_account;
  };
  for (const Row& row : {Row{LimitScope::card, "approved", "approved"},
                         Row{LimitScope::account, "amount_limit", "approved"},
                         Row{LimitScope::programme, "amount_limit", "amount_limit"}}) {
    Ledger ledger = limited({{.amount = "100.00", .scope = row.scope}});
    ledger.open("A3", "1000.00");
    ledger.issue("C3", "A3", 2812, "standard");
    CHECK(told(ledger.ask({.amount = "60.00"})) == "approved");
    INFO(name(row.scope));
    CHECK(told(ledger.ask({.amount = "60.00", .card = "C2"})) == row.other_card_of_account);
    CHECK(told(ledger.ask({.amount = "60.00", .card = "C3"})) == row.other_account);
  }
}

TEST_CASE("limits: an account's rule counts what cards without it have used", "[engine][limits]") {
  Ledger ledger = limited({{.amount = "100.00", .scope = LimitScope::account}});
  ledger.issue("C4", "A1");
  CHECK(told(ledger.ask({.amount = "99.00", .card = "C4"})) == "approved");
  CHECK(told(ledger.ask({.amount = "500.00", .card = "C4"})) == "approved");
  CHECK(told(ledger.ask({.amount = "1.00"})) == "amount_limit");
  CHECK(ledger.used() == "599.00/2");
}

TEST_CASE("limits: a rule is for its operations, channels, regions and merchants",
          "[engine][limits]") {
  Ledger ledger = limited({{.count = 0,
                            .operations = {Operation::cash},
                            .channels = {Channel::atm},
                            .regions = {Region::foreign},
                            .mcc = {{6010, 6011}}}});
  const Asked hit{.amount = "1.00",
                  .operation = Operation::cash,
                  .channel = Channel::atm,
                  .mcc = 6011,
                  .region = Region::foreign};
  CHECK(told(ledger.ask(hit)) == "count_limit");
  Asked miss = hit;
  SECTION("another operation") {
    miss.operation = Operation::purchase;
  }
  SECTION("another channel") {
    miss.channel = Channel::pos;
  }
  SECTION("another region") {
    miss.region = Region::domestic;
  }
  SECTION("another merchant") {
    miss.mcc = 6012;
  }
  CHECK(told(ledger.ask(miss)) == "approved");
}

TEST_CASE("limits: without operations a rule is for every debit, and for debits alone",
          "[engine][limits]") {
  Ledger ledger = limited({{.count = 0}});
  for (const Operation operation :
       {Operation::purchase, Operation::cash, Operation::cashback, Operation::transfer_out}) {
    INFO(name(operation));
    CHECK(told(ledger.ask({.amount = "1.00", .operation = operation})) == "count_limit");
  }
  for (const Operation operation :
       {Operation::refund, Operation::deposit, Operation::transfer_in}) {
    INFO(name(operation));
    CHECK(told(ledger.ask({.amount = "1.00", .operation = operation})) == "approved");
  }
}

TEST_CASE(
    "limits: what ends without a posting gives its amount back, and its count when nothing "
    "was posted",
    "[engine][limits]") {
  Ledger ledger = limited({{.amount = "500.00", .count = 5}});
  const HoldId id = ledger.ask({.amount = "100.00", .stan = 7, .lifecycle = "L1"}).decision.hold;
  REQUIRE(ledger.used() == "100.00/1");
  SECTION("a full reversal") {
    ledger.take_back({.amount = "100.00", .of = 7});
    CHECK(ledger.used() == "0.00/0");
  }
  SECTION("a partial reversal") {
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "70.00"});
    CHECK(ledger.used() == "70.00/1");
  }
  SECTION("a release by hand") {
    ledger.release(id);
    CHECK(ledger.used() == "0.00/0");
  }
  SECTION("a completion of less") {
    ledger.ask({.amount = "40.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
    CHECK(ledger.used() == "40.00/1");
  }
  SECTION("a completion of nothing") {
    ledger.ask({.amount = "0.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
    CHECK(ledger.used() == "0.00/0");
  }
  SECTION("a final clearing of less") {
    ledger.clear({.record = "R1", .amount = "80.00", .lifecycle = "L1"});
    CHECK(ledger.used() == "80.00/1");
  }
  SECTION("a clearing that is not final, and the release of what it left") {
    ledger.clear({.record = "R1", .amount = "30.00", .lifecycle = "L1", .final = false});
    CHECK(ledger.used() == "100.00/1");
    ledger.release(id);
    CHECK(ledger.used() == "30.00/1");
  }
  SECTION("a clearing above the hold uses no more") {
    ledger.clear({.record = "R1", .amount = "150.00", .lifecycle = "L1"});
    CHECK(ledger.used() == "100.00/1");
  }
  SECTION("a clearing that was not authorized uses nothing") {
    ledger.clear({.record = "R1", .amount = "150.00"});
    CHECK(ledger.used() == "100.00/1");
  }
  SECTION("a refund gives nothing back") {
    ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"});
    ledger.clear({.record = "R2", .amount = "100.00", .operation = Operation::refund});
    CHECK(ledger.used() == "100.00/1");
  }
  SECTION("a reversal after clearing gives nothing back") {
    ledger.clear({.record = "R1", .amount = "100.00", .lifecycle = "L1"});
    ledger.take_back({.amount = "100.00", .of = 7});
    CHECK(ledger.used() == "100.00/1");
  }
}

TEST_CASE("limits: expiry gives back to a window that still counts", "[engine][limits]") {
  Ledger ledger = limited(
      {{.amount = "500.00", .window = LimitWindow::month}, {.name = "a day", .amount = "500.00"}});
  ledger.ask({.amount = "100.00"});
  ledger.wait_days(7);
  CHECK(ledger.used() == "100.00/1");
  ledger.ask({.amount = "5.00"});
  ledger.expire();
  CHECK(ledger.used() == "5.00/1");
  CHECK(ledger.used("a day") == "5.00/1");
}

TEST_CASE("limits: what is given back goes to the window that it was taken from",
          "[engine][limits]") {
  Ledger ledger = limited({{.amount = "500.00"}});
  ledger.ask({.amount = "300.00", .stan = 7});
  ledger.wait_days(1);
  ledger.ask({.amount = "400.00"});
  ledger.take_back({.amount = "300.00", .of = 7});
  CHECK(ledger.used() == "400.00/1");
  CHECK(told(ledger.ask({.amount = "100.01"})) == "amount_limit");
}

TEST_CASE("limits: postings count, and their reversals give back", "[engine][limits]") {
  Ledger ledger = limited({{.amount = "500.00"}});
  ledger.ask({.amount = "300.00", .stan = 7, .kind = AuthorizationKind::posting});
  CHECK(ledger.used() == "300.00/1");
  SECTION("in part") {
    ledger.take_back({.amount = "300.00", .of = 7, .stays = "100.00", .original_class = "020"});
    CHECK(ledger.used() == "100.00/1");
  }
  SECTION("in full") {
    ledger.take_back({.amount = "300.00", .of = 7, .original_class = "020"});
    CHECK(ledger.used() == "0.00/0");
  }
}

TEST_CASE("limits: the reversal of a part of an acknowledged refund gives back that part",
          "[engine][limits]") {
  Ledger ledger = limited({{.amount = "500.00", .operations = {Operation::refund}}});
  ledger.ask({.amount = "100.00", .stan = 7, .operation = Operation::refund});
  ledger.take_back({.amount = "100.00", .of = 7, .stays = "60.00"});
  CHECK(ledger.used() == "60.00/1");
  ledger.take_back({.amount = "100.00", .of = 7});
  CHECK(ledger.used() == "0.00/0");
}

TEST_CASE("limits: an advice counts, and is never refused", "[engine][limits]") {
  Ledger ledger = limited({{.amount = "100.00", .count = 1}});
  const Asked advice{.amount = "150.00", .kind = AuthorizationKind::advice};
  CHECK(told(ledger.ask(advice)) == "approved");
  CHECK(told(ledger.ask(advice)) == "approved");
  CHECK(ledger.used() == "300.00/2");
  CHECK(ledger.balance() == "L=1000.00 H=300.00");
  CHECK(told(ledger.ask({.amount = "0.01"})) == "amount_limit");
}

TEST_CASE("limits: an increment uses its amount, and no count", "[engine][limits]") {
  Ledger ledger =
      limited({{.amount = "200.00", .count = 1},
               {.name = "one", .amount = "150.00", .window = LimitWindow::transaction}});
  ledger.ask({.amount = "100.00", .lifecycle = "L1"});
  CHECK(told(ledger.ask({.amount = "50.00", .lifecycle = "L1", .increment = true})) == "approved");
  CHECK(ledger.used() == "150.00/1");
  // A limit of one transaction is one of all of it.
  CHECK(told(ledger.ask({.amount = "0.01", .lifecycle = "L1", .increment = true})) ==
        "amount_limit");
  CHECK(ledger.why().limit.view() == "one");
}

TEST_CASE("limits: the most restrictive rule answers, amounts before counts", "[engine][limits]") {
  Ledger ledger = limited({{.name = "wide", .amount = "90.00"},
                           {.name = "narrow", .amount = "50.00"},
                           {.name = "count", .count = 0},
                           {.name = "fits", .amount = "900.00"}});
  CHECK(told(ledger.ask({.amount = "100.00"})) == "amount_limit");
  CHECK(ledger.why().limit.view() == "narrow");
  CHECK(ledger.why().limit_source == LimitSource::profile);
  CHECK(ledger.why().limit_used == 0);
  CHECK(ledger.why().limit_max == minor("50.00"));
  CHECK(told(ledger.ask({.amount = "10.00"})) == "count_limit");
  CHECK(ledger.why().limit.view() == "count");
}

TEST_CASE("limits: own rules of the card, then of the account, replace those of the same name",
          "[engine][limits]") {
  Ledger ledger = limited({{.name = "a day", .amount = "100.00"}, {.name = "other", .count = 2}});
  CHECK(told(ledger.set_own_of_account("A1", {{.name = "a day", .amount = "200.00"}})) ==
        "approved");
  CHECK(told(ledger.ask({.amount = "150.00"})) == "approved");
  CHECK(told(ledger.set_own("C1", {{.name = "a day", .amount = "300.00"}})) == "approved");
  SECTION("a raised limit knows what was used before") {
    CHECK(ledger.used("a day") == "150.00/1");
    CHECK(told(ledger.ask({.amount = "150.01"})) == "amount_limit");
    CHECK(ledger.why().limit_source == LimitSource::card);
    CHECK(told(ledger.ask({.amount = "150.00"})) == "approved");
    CHECK(told(ledger.ask({.amount = "0.01"})) == "amount_limit");
  }
  SECTION("what has no rule of the same name goes on") {
    CHECK(told(ledger.ask({.amount = "1.00"})) == "approved");
    CHECK(told(ledger.ask({.amount = "1.00"})) == "count_limit");
    CHECK(ledger.why().limit.view() == "other");
  }
  SECTION("dropped again, the profile's counts again") {
    ledger.set_own("C1", {});
    ledger.set_own_of_account("A1", {});
    CHECK(ledger.used("a day") == "150.00/1");
    CHECK(told(ledger.ask({.amount = "0.01"})) == "amount_limit");
    CHECK(ledger.why().limit_source == LimitSource::profile);
  }
}

TEST_CASE("limits: own rules may not be wider than what they are about", "[engine][limits]") {
  Ledger ledger;
  CHECK(told(ledger.set_own("C1", {{.count = 1, .scope = LimitScope::account}})) ==
        "not_permitted");
  CHECK(told(ledger.set_own_of_account("A1", {{.count = 1, .scope = LimitScope::programme}})) ==
        "not_permitted");
}

TEST_CASE("limits: a rule that was dropped and comes back in its window knows what passed it by",
          "[engine][limits]") {
  const LimitScope scope = GENERATE(LimitScope::card, LimitScope::account);
  const std::vector<Limited> limits{{.amount = "500.00", .scope = scope}};
  Ledger ledger = limited(limits);
  ledger.ask({.amount = "100.00", .stan = 7});
  ledger.set_profile("standard", {});
  INFO(name(scope));
  SECTION("a hold") {
    ledger.ask({.amount = "250.00"});
    ledger.set_profile("standard", limits);
    CHECK(ledger.used() == "350.00/2");
    ledger.ask({.amount = "50.00"});
    CHECK(ledger.used() == "400.00/3");
  }
  SECTION("a reversal") {
    ledger.take_back({.amount = "100.00", .of = 7, .stays = "30.00"});
    ledger.set_profile("standard", limits);
    CHECK(ledger.used() == "30.00/1");
  }
  SECTION("nothing") {
    ledger.set_profile("standard", limits);
    CHECK(ledger.used() == "100.00/1");
  }
  SECTION("a profile's rules that the card was not under meanwhile") {
    ledger.set_profile("standard", limits);
    ledger.set_profile("none", {});
    ledger.put_under("C1", "none");
    ledger.ask({.amount = "250.00"});
    ledger.put_under("C1", "standard");
    CHECK(ledger.used() == "350.00/2");
  }
}

TEST_CASE("limits: a rule that is new counts what was used before it in its window",
          "[engine][limits]") {
  Ledger ledger;
  ledger.ask({.amount = "100.00"});
  ledger.set_own("C1", {{.amount = "150.00"}});
  CHECK(ledger.used() == "100.00/1");
  CHECK(told(ledger.ask({.amount = "50.01"})) == "amount_limit");
  CHECK(told(ledger.ask({.amount = "50.00"})) == "approved");
  CHECK(ledger.used() == "150.00/2");
}
