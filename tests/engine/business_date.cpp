#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

std::int32_t date_of_last(const Ledger& ledger) {
  const AccountRecord account = *ledger.state.account(AccountId::cut("A1"));
  return ledger.state.movements.get({account.number, account.movement_count})->business_date.days;
}

}  // namespace

TEST_CASE("business date: each movement carries its command's", "[engine][business_date]") {
  Ledger ledger;
  ledger.business_date = BusinessDate{20'515};
  ledger.ask({.amount = "10.00", .stan = 7, .kind = AuthorizationKind::posting});
  CHECK(date_of_last(ledger) == 20'515);
  ledger.business_date = BusinessDate{20'516};
  ledger.take_back({.amount = "10.00", .of = 7, .original_class = "020"});
  CHECK(date_of_last(ledger) == 20'516);
  // The reversal is the new date's: the closed one keeps what it had.
  const AccountRecord account = *ledger.state.account(AccountId::cut("A1"));
  CHECK(ledger.state.movements.get({account.number, 2})->business_date.days == 20'515);
}

TEST_CASE("business date: once closed it never comes back, whatever a command says",
          "[engine][business_date]") {
  Ledger ledger;
  ledger.business_date = BusinessDate{20'516};
  ledger.ask({.amount = "10.00", .kind = AuthorizationKind::posting});
  ledger.business_date = BusinessDate{20'515};
  ledger.now = ledger.now.plus_seconds(-3600);
  const Instant before = ledger.state.meta.last_command_at;
  ledger.ask({.amount = "20.00", .kind = AuthorizationKind::posting});
  CHECK(date_of_last(ledger) == 20'516);
  CHECK(ledger.state.meta.last_command_at == before);
}

TEST_CASE("business date: usage follows it, not the clock", "[engine][business_date]") {
  Ledger ledger;
  ledger.set_own("C1", {{.amount = "100.00"}});
  ledger.business_date = BusinessDate{20'515};
  CHECK(told(ledger.ask({.amount = "100.00"})) == "approved");
  CHECK(told(ledger.ask({.amount = "1.00"})) == "amount_limit");
  ledger.business_date = BusinessDate{20'516};
  CHECK(told(ledger.ask({.amount = "100.00"})) == "approved");
  // A command that was overtaken on its way is the new date's.
  ledger.business_date = BusinessDate{20'515};
  CHECK(told(ledger.ask({.amount = "1.00"})) == "amount_limit");
}
