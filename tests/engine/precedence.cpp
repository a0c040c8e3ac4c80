// Of several reasons to decline, the first in the documented order answers.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr std::string_view limit_name = "limit";

// Reasons in the order of the interface: each makes a request of 500.00 RUB fail in one way.
struct Reason {
  const char* decline;
  void (*arrange)(Ledger&, Asked&);
};

void answered_already(Ledger& ledger, Asked& asked) {
  Asked other = asked;
  other.stan = asked.stan = 7;
  other.amount = "499.00";
  ledger.ask(other);
}
void reversed_already(Ledger& ledger, Asked& asked) {
  asked.stan = 7;
  ledger.take_back({.amount = asked.amount, .of = 7, .card = asked.card});
}

const Reason reasons[] = {
    {"same_key_other_content", answered_already},
    {"already_reversed", reversed_already},
    {"unsupported_operation", [](Ledger&, Asked& a) { a.operation = Operation::unsupported; }},
    {"bad_amount", [](Ledger&, Asked& a) { a.amount = "0.00"; }},
    {"unknown_card", [](Ledger&, Asked& a) { a.card = "C9"; }},
    {"lost_card", [](Ledger& l, Asked&) { l.set_card("C1", CardStatus::lost); }},
    {"stolen_card", [](Ledger& l, Asked&) { l.set_card("C1", CardStatus::stolen); }},
    {"expired_card", [](Ledger& l, Asked&) { l.issue("C1", "A1", 2602); }},
    {"card_blocked", [](Ledger& l, Asked&) { l.set_card("C1", CardStatus::blocked); }},
    {"account_blocked", [](Ledger& l, Asked&) { l.set_account("A1", AccountStatus::blocked); }},
    {"account_closed", [](Ledger& l, Asked&) { l.set_account("A1", AccountStatus::closed); }},
    {"no_rate", [](Ledger&, Asked& a) { a.in = "USD"; }},
    {"original_not_found",
     [](Ledger&, Asked& a) {
       a.increment = true;
       a.lifecycle = "L9";
     }},
    {"amount_limit",
     [](Ledger& l, Asked&) { l.set_own("C1", {{.name = limit_name, .amount = "100.00"}}); }},
    {"count_limit", [](Ledger& l, Asked&) { l.set_own("C1", {{.name = "count", .count = 0}}); }},
    {"insufficient_funds", [](Ledger& l, Asked&) { l.hold("900.00", HoldKind::arrest, false); }},
};

// Two that cannot hold together: a card or an account has one status, a request one amount.
bool exclude(std::string_view a, std::string_view b) {
  auto both = [&](std::string_view x, std::string_view y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  const bool statuses = both("lost_card", "stolen_card") || both("lost_card", "card_blocked") ||
                        both("stolen_card", "card_blocked") ||
                        both("account_blocked", "account_closed");
  const bool stages = both("same_key_other_content", "already_reversed");
  // Nothing is asked of limits, funds or rates for nothing; own rules replace each other.
  const bool amounts = both("bad_amount", "amount_limit") || both("bad_amount", "count_limit") ||
                       both("bad_amount", "insufficient_funds");
  const bool rules = both("amount_limit", "count_limit");
  // An increment is not counted, so the count cannot refuse it.
  return statuses || stages || amounts || rules || both("original_not_found", "count_limit");
}

}  // namespace

TEST_CASE("precedence: of every two reasons the first in the order answers",
          "[engine][precedence]") {
  for (std::size_t first = 0; first < std::size(reasons); ++first) {
    for (std::size_t second = first + 1; second < std::size(reasons); ++second) {
      if (exclude(reasons[first].decline, reasons[second].decline)) continue;
      Ledger ledger;
      Asked asked{.amount = "500.00"};
      // What is about the request is arranged before what looks at it.
      reasons[second].arrange(ledger, asked);
      reasons[first].arrange(ledger, asked);
      INFO(reasons[first].decline << " before " << reasons[second].decline);
      CHECK(told(ledger.ask(asked)) == reasons[first].decline);
    }
  }
}

TEST_CASE("precedence: each reason alone answers", "[engine][precedence]") {
  for (const Reason& reason : reasons) {
    Ledger ledger;
    Asked asked{.amount = "500.00"};
    reason.arrange(ledger, asked);
    CHECK(told(ledger.ask(asked)) == reason.decline);
  }
}

TEST_CASE("precedence: an amount that comes to nothing answers before the card's state",
          "[engine][precedence]") {
  Ledger ledger;
  ledger.set_rate("JPY", "0.001", "0.002");
  ledger.set_card("C1", CardStatus::lost);
  CHECK(told(ledger.ask({.amount = "1", .in = "JPY"})) == "bad_amount");
}

TEST_CASE("precedence: a breached amount answers before a breached count", "[engine][precedence]") {
  Ledger ledger;
  ledger.set_own("C1", {{.name = "count", .count = 0}, {.name = "amount", .amount = "100.00"}});
  CHECK(told(ledger.ask({.amount = "500.00"})) == "amount_limit");
}
