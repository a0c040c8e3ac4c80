#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("holds: a manual hold is conditional, an arrest is not", "[engine][holds]") {
  Ledger ledger;
  CHECK(told(ledger.hold("1000.01")) == "insufficient_funds");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(told(ledger.hold("400.00")) == "approved");
  CHECK(told(ledger.hold("700.00", HoldKind::manual, false)) == "approved");
  CHECK(ledger.available() == "-100.00");
  CHECK(told(ledger.hold("500.00", HoldKind::arrest)) == "approved");
  CHECK(ledger.balance() == "L=1000.00 H=1600.00");
}

TEST_CASE("holds: account states stop a manual hold, and only closing stops an arrest",
          "[engine][holds]") {
  Ledger ledger;
  ledger.set_account("A1", AccountStatus::debit_blocked);
  CHECK(told(ledger.hold("1.00")) == "account_blocked");
  CHECK(told(ledger.hold("1.00", HoldKind::arrest)) == "approved");
  ledger.set_account("A1", AccountStatus::blocked);
  CHECK(told(ledger.hold("1.00", HoldKind::arrest)) == "approved");
  ledger.set_account("A1", AccountStatus::closed);
  CHECK(told(ledger.hold("1.00", HoldKind::arrest)) == "account_closed");
  CHECK(ledger.balance() == "L=1000.00 H=2.00");
}

TEST_CASE("holds: what is no hold is declined", "[engine][holds]") {
  Ledger ledger;
  CHECK(told(ledger.hold("0.00")) == "bad_amount");
  CHECK(told(ledger.hold("-1.00", HoldKind::arrest)) == "bad_amount");
  CHECK(told(ledger.hold("1.00", HoldKind::manual, true, "A9")) == "unknown_account");
  CHECK(told(ledger.hold("1.00", HoldKind::posting)) == "unsupported_operation");
  PlaceHold euros;
  euros.account_id = AccountId::cut("A1");
  euros.amount = money("1.00", "EUR");
  CHECK(told(ledger.run(euros)) == "currency_mismatch");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("holds: released once, by anyone's id", "[engine][holds]") {
  Ledger ledger;
  const HoldId manual = ledger.hold("100.00").decision.hold;
  const HoldId card = ledger.ask({.amount = "50.00"}).decision.hold;
  const Answer released = ledger.release(manual);
  CHECK(told(released) == "approved");
  CHECK(released.decision.available == minor("950.00"));
  CHECK(released.decision.ledger == minor("1000.00"));
  CHECK(told(ledger.release(manual)) == "hold_ended");
  CHECK(told(ledger.release(card)) == "approved");
  CHECK(told(ledger.release(HoldId{99})) == "unknown_hold");
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("holds: a repeated request with an idempotency key places one hold", "[engine][holds]") {
  Ledger ledger;
  PlaceHold place;
  place.account_id = AccountId::cut("A1");
  place.amount = money("10.00");
  Request request;
  request.key = digest<RequestKey>("idempotency key 1");
  request.content = 1;
  const Answer first = ledger.run(place, request);
  const Answer again = ledger.run(place, request);
  CHECK(again.replayed);
  CHECK(again.decision.hold == first.decision.hold);
  CHECK(again.decision.created);
  CHECK(ledger.balance() == "L=1000.00 H=10.00");
}
