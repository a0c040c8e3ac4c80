#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

using Totals = ReconciliationTotals;

// What a sender states; what is left out is not stated.
struct Stated {
  std::vector<std::pair<Totals::Category, std::uint64_t>> counts = {};
  std::vector<std::pair<Totals::Category, std::string_view>> amounts = {};
  std::string_view net = "";
  std::string_view in = "RUB";
  std::string_view link = "processor";
};

bool in_balance(Ledger& ledger, const Stated& stated) {
  Reconcile reconcile;
  reconcile.link = LinkName::cut(stated.link);
  if (!stated.in.empty()) reconcile.currency = currency(stated.in);
  for (const auto& [category, count] : stated.counts) {
    reconcile.stated.counts[category] = count;
    reconcile.states_count |= 1U << category;
  }
  for (const auto& [category, amount] : stated.amounts) {
    reconcile.stated.amounts[category] = minor(amount);
    reconcile.states_amount |= 1U << category;
  }
  if (!stated.net.empty()) reconcile.net = minor(stated.net);
  return ledger.run(reconcile).decision.in_balance;
}

Asked financial(std::string_view amount, Operation operation = Operation::purchase, int stan = 0) {
  return {.amount = amount,
          .stan = stan,
          .operation = operation,
          .kind = AuthorizationKind::posting,
          .link = "processor"};
}

}  // namespace

TEST_CASE("reconciliation: totals of the open period agree by count, amount and net",
          "[engine][reconciliation]") {
  Ledger ledger;
  ledger.ask(financial("100.00", Operation::purchase, 7));
  ledger.ask(financial("50.00"));
  ledger.ask(financial("20.00", Operation::deposit));
  ledger.ask({.amount = "5.00", .link = "processor"});
  ledger.ask({.amount = "9999.00", .link = "processor"});  // declined: not counted
  Reverse reverse;
  reverse.token = digest<CardToken>("C1");
  reverse.original = request_of(financial("100.00", Operation::purchase, 7)).key;
  reverse.transaction = money("100.00");
  reverse.stays = minor("70.00");
  reverse.is_advice = true;
  reverse.link = LinkName::cut("processor");
  ledger.run(reverse, request_of({.stan = 8, .kind = AuthorizationKind::forced_posting}));
  CHECK(in_balance(ledger, {.counts = {{Totals::debits, 2},
                                       {Totals::credits, 1},
                                       {Totals::debit_reversals, 1},
                                       {Totals::credit_reversals, 0},
                                       {Totals::authorizations, 1}},
                            .amounts = {{Totals::debits, "150.00"},
                                        {Totals::credits, "20.00"},
                                        {Totals::debit_reversals, "30.00"}},
                            .net = "-100.00"}));
  CHECK(in_balance(ledger, {}));
  CHECK_FALSE(in_balance(ledger, {.counts = {{Totals::debits, 3}}}));
  CHECK_FALSE(in_balance(ledger, {.amounts = {{Totals::debits, "150.01"}}}));
  CHECK_FALSE(in_balance(ledger, {.net = "-100.01"}));
  CHECK_FALSE(in_balance(ledger, {.counts = {{Totals::debits, 2}}, .link = "other"}));
  CHECK_FALSE(in_balance(ledger, {.counts = {{Totals::debits, 2}}, .in = "EUR"}));
}

TEST_CASE("reconciliation: without a currency all currencies count together",
          "[engine][reconciliation]") {
  Ledger ledger;
  ledger.ask(financial("10.00"));
  Asked euros = financial("2.00");
  euros.in = "EUR";
  ledger.ask(euros);
  CHECK(in_balance(ledger, {.counts = {{Totals::debits, 2}}, .in = ""}));
  CHECK(in_balance(ledger, {.amounts = {{Totals::debits, "2.00"}}, .in = "EUR"}));
}

TEST_CASE("reconciliation: after a cut-over the closed period can be stated, and the open one",
          "[engine][reconciliation]") {
  Ledger ledger;
  const CutOver cut_over{LinkName::cut("processor")};
  auto debits = [&ledger](std::uint64_t count) {
    return in_balance(ledger, {.counts = {{Totals::debits, count}}});
  };
  ledger.ask(financial("10.00"));
  ledger.run(cut_over);
  CHECK(debits(1));
  CHECK(debits(0));
  ledger.ask(financial("20.00"));
  ledger.ask(financial("30.00"));
  CHECK(debits(1));
  CHECK(debits(2));
  CHECK_FALSE(debits(3));
  ledger.run(cut_over);
  CHECK(debits(2));
  CHECK(debits(0));
  CHECK_FALSE(debits(1));
  ledger.run(cut_over);
  CHECK(debits(0));
  CHECK_FALSE(debits(2));
}

TEST_CASE("reconciliation: a retransmission counts once", "[engine][reconciliation]") {
  Ledger ledger;
  ledger.ask(financial("10.00", Operation::purchase, 7));
  ledger.ask(financial("10.00", Operation::purchase, 7));
  CHECK(in_balance(ledger, {.counts = {{Totals::debits, 1}}}));
}
