// What a person has undone or moved, because core banking rejected it, is not given back a second
// time when its reversal comes.
#include <catch2/catch.hpp>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

// Account A1 with 1000.00, A2 with nothing, and tariffs if asked for.
class Bank : public Ledger {
 public:
  Bank() { open("A2", "0.00"); }

  // Has the engine's own batch rejected by core banking, all of it.
  void reject_all() {
    const std::string id(own_id());
    const std::uint32_t count = View(state, rules).batch(BatchId::cut(id))->items;
    REQUIRE(told(run(CloseBatch{BatchId::cut(id)})) == "approved");
    REQUIRE(told(run(ConfirmExport{View(state, rules).first_to_export()->number})) == "approved");
    AnswerItems answers;
    for (std::uint32_t item = 1; item <= count; ++item) {
      answers.answers.push_back({BatchId::cut(id), item, false, RejectionReason::cut("closed")});
    }
    REQUIRE(told(run(answers)) == "approved");
    rejected_ = id;
  }
  void resolve(std::uint32_t item, ItemAction action) {
    const auto to = AccountId::cut(action == ItemAction::move ? "A2" : "");
    REQUIRE(told(run(ResolveItem{BatchId::cut(rejected_), item, action, to})) == "approved");
  }

 private:
  std::string own_id() const {
    return std::string(state.batches.get(state.meta.own_batch)->id.view());
  }
  std::string rejected_;
};

}  // namespace

TEST_CASE("resolved postings: the reversal of a presentment does not give back what was undone",
          "[engine][batches]") {
  Bank bank;
  const ItemAction action = GENERATE(ItemAction::undo, ItemAction::move);
  bank.clear({.record = "P1", .amount = "100.00"});
  CHECK(bank.balance() == "L=900.00 H=0.00");
  bank.reject_all();
  bank.resolve(1, action);
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  CHECK(bank.balance("A2") == (action == ItemAction::move ? "L=-100.00 H=0.00" : "L=0.00 H=0.00"));

  const Answer reversal =
      bank.clear({.record = "P2", .amount = "100.00", .reversal = true, .presentment = "P1"});
  CHECK(outcome(reversal) == "matched_only by presentment");
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  CHECK(bank.exceptions() == "unmatched, posting_was_resolved");
  // Once is enough.
  CHECK(outcome(bank.clear(
            {.record = "P3", .amount = "100.00", .reversal = true, .presentment = "P1"})) ==
        "rejected: original_not_found");
}

TEST_CASE("resolved postings: one that is retried is given back as ever", "[engine][batches]") {
  Bank bank;
  bank.clear({.record = "P1", .amount = "100.00"});
  bank.reject_all();
  bank.resolve(1, ItemAction::retry);
  CHECK(bank.balance() == "L=900.00 H=0.00");
  CHECK(outcome(bank.clear(
            {.record = "P2", .amount = "100.00", .reversal = true, .presentment = "P1"})) ==
        "posted_matched by presentment");
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  // Rejected once more, and undone then: it is the customer's money all the same, once.
  bank.reject_all();
  bank.resolve(1, ItemAction::undo);
  bank.resolve(2, ItemAction::undo);
  CHECK(bank.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("resolved postings: the reversal of a financial message gives nothing back again",
          "[engine][batches]") {
  Bank bank;
  bank.ask({.amount = "40.00", .stan = 7, .kind = AuthorizationKind::posting});
  CHECK(bank.balance() == "L=960.00 H=0.00");
  bank.reject_all();
  bank.resolve(1, GENERATE(ItemAction::undo, ItemAction::move));
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  CHECK(told(bank.take_back({.amount = "40.00", .of = 7, .stan = 8, .original_class = "020"})) ==
        "approved");
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  CHECK(bank.exceptions() == "posting_was_resolved");
  // Its clearing record only matches, as before.
  CHECK(outcome(bank.clear({.record = "P1", .amount = "40.00", .auth_code = ""})) !=
        "posted_matched by rrn");
}

TEST_CASE("resolved postings: a top-up that was undone is not taken back by its reversal",
          "[engine][batches]") {
  Bank bank;
  bank.ask({.amount = "500.00",
            .stan = 7,
            .operation = Operation::deposit,
            .rrn = "R1",
            .lifecycle = "L1"});
  CHECK(bank.balance() == "L=1500.00 H=0.00");
  bank.reject_all();
  bank.resolve(1, ItemAction::undo);
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  SECTION("by message") {
    bank.take_back({.amount = "500.00", .of = 7, .stan = 8});
    CHECK(bank.exceptions() == "posting_was_resolved");
  }
  SECTION("by clearing") {
    CHECK(outcome(bank.clear({.record = "P1",
                              .amount = "500.00",
                              .operation = Operation::deposit,
                              .lifecycle = "L1"})) == "matched_only by lifecycle_id");
    CHECK(outcome(bank.clear({.record = "P2",
                              .amount = "500.00",
                              .operation = Operation::deposit,
                              .lifecycle = "L1",
                              .reversal = true,
                              .presentment = "P1"})) == "matched_only by presentment");
    CHECK(bank.exceptions() == "posting_was_resolved");
  }
  CHECK(bank.balance() == "L=1000.00 H=0.00");
}

TEST_CASE("resolved postings: a fee that was undone is not returned again", "[engine][batches]") {
  Bank bank;
  bank.rules.tariffs = {tariff_of({.flat = "3.00"})};
  bank.ask({.amount = "40.00", .stan = 7, .kind = AuthorizationKind::posting});
  CHECK(bank.balance() == "L=957.00 H=0.00");
  bank.reject_all();
  bank.resolve(2, ItemAction::undo);
  CHECK(bank.balance() == "L=960.00 H=0.00");
  bank.take_back({.amount = "40.00", .of = 7, .stan = 8, .original_class = "020"});
  CHECK(bank.balance() == "L=1000.00 H=0.00");
  CHECK(bank.exceptions().empty());
}
