// Why a card transaction was answered as it was.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("explanation: tells what was asked, the account before, rate and fee",
          "[engine][explanation]") {
  Ledger ledger;
  ledger.rules.tariffs.push_back(tariff_of({.name = "foreign", .flat = "2.50"}));
  ledger.ask({.amount = "100.00"});
  ledger.ask({.amount = "2.00", .in = "EUR", .rrn = "R1", .region = Region::foreign});
  const Explanation why = ledger.why();
  CHECK(why.kind == AuthorizationKind::request);
  CHECK(why.region == Region::foreign);
  CHECK(why.rrn.view() == "R1");
  CHECK(why.transaction == money("2.00", "EUR"));
  CHECK_FALSE(why.billing.currency);
  CHECK(why.amount == minor("128.20"));
  CHECK(why.fee == minor("2.50"));
  CHECK(why.tariff.view() == "foreign");
  CHECK(why.ledger == minor("1000.00"));
  CHECK(why.held == minor("102.50"));
  CHECK(why.rate == ScaledRate::parse("64.10")->scaled());
  CHECK(why.rate_version == 3);
  CHECK(why.limit.empty());
}

TEST_CASE("explanation: a decline tells the figures too", "[engine][explanation]") {
  Ledger ledger;
  CHECK(told(ledger.ask({.amount = "1000.01"})) == "insufficient_funds");
  CHECK(ledger.why().amount == minor("1000.01"));
  CHECK(ledger.why().ledger == minor("1000.00"));
  ledger.set_card("C1", CardStatus::lost);
  CHECK(told(ledger.ask({.amount = "1.00"})) == "lost_card");
  CHECK(ledger.why().ledger == minor("1000.00"));
}

TEST_CASE("explanation: a reversal, an increment and a completion name their original",
          "[engine][explanation]") {
  Ledger ledger;
  const HoldId id = ledger.ask({.amount = "10.00", .stan = 7, .lifecycle = "L1"}).decision.hold;
  ledger.ask({.amount = "5.00", .lifecycle = "L1", .increment = true});
  CHECK(ledger.why().original == id);
  ledger.ask({.amount = "12.00", .lifecycle = "L1", .kind = AuthorizationKind::advice});
  CHECK(ledger.why().original == id);
  ledger.take_back({.amount = "12.00", .of = 7});
  CHECK(ledger.why().original == id);
  CHECK(ledger.why().is_reversal);
}

TEST_CASE("explanation: a key that was used before names its first answer",
          "[engine][explanation]") {
  Ledger ledger;
  ledger.ask({.amount = "10.00", .stan = 7, .rrn = "R1"});
  CHECK(told(ledger.ask({.amount = "11.00", .stan = 7, .rrn = "R1"})) == "same_key_other_content");
  const View view(ledger.state, ledger.rules);
  const auto found = view.authorizations(FixedText<12>::cut("R1"), 10);
  REQUIRE(found.size() == 2);
  CHECK(found[0].decision.decline == Decline::same_key_other_content);
  CHECK(found[0].why.transaction == money("11.00"));
  CHECK(found[0].why.first_answer == found[1].id);
  // It is no answer that a retransmission could get.
  CHECK(told(ledger.ask({.amount = "10.00", .stan = 7, .rrn = "R1"})) == "approved");
  CHECK(told(ledger.ask({.amount = "11.00", .stan = 7, .rrn = "R1"})) == "same_key_other_content");
}

TEST_CASE("explanation: decisions about one RRN are found, newest first", "[engine][explanation]") {
  Ledger ledger;
  ledger.ask({.amount = "10.00", .stan = 7, .rrn = "R1"});
  ledger.ask({.amount = "20.00", .rrn = "R2"});
  ledger.take_back({.amount = "10.00", .of = 7, .rrn = "R1"});
  const View view(ledger.state, ledger.rules);
  const auto found = view.authorizations(FixedText<12>::cut("R1"), 10);
  REQUIRE(found.size() == 2);
  CHECK(found[0].why.is_reversal);
  CHECK(found[1].decision.amount == minor("10.00"));
  CHECK(found[1].account_id->view() == "A1");
  CHECK(view.authorizations(FixedText<12>::cut("R1"), 1).size() == 1);
  CHECK_FALSE(view.authorization(1).has_value());
}
