// Batches: filled by cards and by other systems, closed, undone, exported, answered, resolved.
#include <catch2/catch.hpp>
#include <ctime>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

Posting posting(std::string_view amount, std::string_view batch = "B1",
                std::string_view account = "A1", bool conditional = true) {
  return {BatchId::cut(batch), AccountId::cut(account), money(amount), conditional,
          Reference::cut("ref")};
}
Answer post(Ledger& ledger, std::vector<Posting> postings) {
  return ledger.run(Post{std::move(postings)});
}
BatchView batch(const Ledger& ledger, std::string_view id = "B1") {
  return *View(ledger.state, ledger.rules).batch(BatchId::cut(id));
}
// "external -50.00 waiting, …"
std::string items(const Ledger& ledger, std::string_view id = "B1") {
  std::string text;
  const View view(ledger.state, ledger.rules);
  for (const BatchItemView& item : view.batch_items(batch(ledger, id).number, 0, 100)) {
    if (!text.empty()) text += ", ";
    text += std::string(name(item.kind)) + ' ' + format_amount(item.amount, item.currency) + ' ' +
            std::string(name(item.status));
  }
  return text;
}
// Closes it, and takes it through the queue as the exporter does.
void export_batch(Ledger& ledger, std::string_view id = "B1") {
  REQUIRE(told(ledger.run(CloseBatch{BatchId::cut(id)})) == "approved");
  REQUIRE(told(ledger.run(QueueBatch{BatchId::cut(id)})) == "approved");
  const auto first = View(ledger.state, ledger.rules).first_to_export();
  REQUIRE(first);
  REQUIRE(first->id.view() == id);
  REQUIRE(told(ledger.run(ConfirmExport{first->number})) == "approved");
}
Answer answer(Ledger& ledger, std::uint32_t item, bool accepted, std::string_view id = "B1") {
  return ledger.run(AnswerItems{
      {{BatchId::cut(id), item, accepted, RejectionReason::cut(accepted ? "" : "no account")}}});
}
Answer resolve(Ledger& ledger, std::uint32_t item, ItemAction action,
               std::string_view move_to = "") {
  return ledger.run(ResolveItem{BatchId::cut("B1"), item, action, AccountId::cut(move_to)});
}
Answer take_balance(Ledger& ledger, std::string_view booked, std::string_view last_batch) {
  return ledger.run(
      TakeCoreBalances{BatchId::cut(last_batch), {{AccountId::cut("A1"), money(booked)}}});
}
// How many records a look at the problems goes through.
std::size_t problems_walked(const Ledger& ledger, std::string_view id = "B1") {
  const BatchRecord record = *ledger.state.batch(BatchId::cut(id));
  std::size_t count = 0;
  for (std::uint32_t item = record.last_problem; item != 0; ++count) {
    item = ledger.state.batch_problems.get({record.number, item})->previous;
  }
  return count;
}
// "booked 1000.00 pending -50.00"
std::string parts(const Ledger& ledger, std::string_view account = "A1") {
  const auto view = *View(ledger.state, ledger.rules).account(AccountId::cut(account));
  return "booked " + format_amount(view.booked, view.currency) + " pending " +
         format_amount(view.pending, view.currency);
}

}  // namespace

TEST_CASE("batches: a posting opens the batch it names, and is pending", "[engine][batches]") {
  Ledger ledger;
  const Answer answer = post(ledger, {posting("-50.00")});
  CHECK(told(answer) == "approved");
  CHECK(answer.decision.movement == 2);
  CHECK(answer.decision.item == 1);
  CHECK(answer.decision.available == minor("950.00"));
  CHECK(parts(ledger) == "booked 1000.00 pending -50.00");
  CHECK(ledger.internal() == "suspense 50.00");
  CHECK(batch(ledger).status == BatchStatus::open);
  CHECK(items(ledger) == "external -50.00 waiting");
}

TEST_CASE("batches: a posting is conditional on what is available, overdraft and holds counted",
          "[engine][batches]") {
  Ledger ledger;
  ledger.ask({.amount = "900.00"});
  CHECK(told(post(ledger, {posting("-100.01")})) == "insufficient_funds");
  CHECK(told(post(ledger, {posting("-100.00")})) == "approved");
  CHECK(told(post(ledger, {posting("-0.01")})) == "insufficient_funds");
  CHECK(told(post(ledger, {posting("-300.00", "B1", "A1", false)})) == "approved");
  CHECK(ledger.available() == "-300.00");
  CHECK(told(post(ledger, {posting("5.00")})) == "approved");
}

TEST_CASE("batches: what cannot be posted is refused, and opens no batch", "[engine][batches]") {
  Ledger ledger;
  ledger.open("E1", "10.00", "EUR");
  CHECK(told(post(ledger, {})) == "batch_too_large");
  CHECK(told(post(ledger, {posting("0.00")})) == "bad_amount");
  CHECK(told(post(ledger, {posting("1.00", "B1", "A9")})) == "unknown_account");
  CHECK(told(post(ledger, {posting("1.00", "B1", "E1")})) == "currency_mismatch");
  CHECK(told(post(ledger, {posting("1.00", "stp-000000001")})) == "batch_not_open");
  ledger.set_account("A1", AccountStatus::debit_blocked);
  CHECK(told(post(ledger, {posting("-1.00")})) == "account_blocked");
  ledger.set_account("A1", AccountStatus::closed);
  CHECK(told(post(ledger, {posting("1.00")})) == "account_closed");
  CHECK(ledger.state.meta.batch_count == 0);
  ledger.set_account("A1", AccountStatus::active);
  post(ledger, {posting("1.00")});
  ledger.run(CloseBatch{BatchId::cut("B1")});
  CHECK(told(post(ledger, {posting("1.00")})) == "batch_not_open");
}

TEST_CASE("batches: many postings are posted all or none, and each sees those before it",
          "[engine][batches]") {
  Ledger ledger;
  ledger.open("A2", "0.00");
  const Answer refused = post(ledger, {posting("-600.00"), posting("600.00", "B1", "A2"),
                                       posting("-400.01"), posting("1.00")});
  CHECK(told(refused) == "insufficient_funds");
  CHECK(refused.decision.item == 2);
  CHECK(refused.decision.available == minor("400.00"));
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
  CHECK(ledger.state.meta.batch_count == 0);
  const Answer posted = post(ledger, {posting("-600.00"), posting("600.00", "B2", "A2"),
                                      posting("-500.00", "B2", "A2"), posting("-400.00")});
  CHECK(told(posted) == "approved");
  CHECK(ledger.balance() == "L=0.00 H=0.00");
  CHECK(ledger.balance("A2") == "L=100.00 H=0.00");
  CHECK(items(ledger) == "external -600.00 waiting, external -400.00 waiting");
  CHECK(items(ledger, "B2") == "external 600.00 waiting, external -500.00 waiting");
}

TEST_CASE("batches: card movements go into the engine's own, which closes by size, age and day",
          "[engine][batches]") {
  Ledger ledger;
  ledger.rules.batching.items_max = 2;
  ledger.ask({.amount = "10.00", .operation = Operation::deposit});
  CHECK(items(ledger, "stp-000000001") == "top_up 10.00 waiting");
  CHECK(batch(ledger, "stp-000000001").status == BatchStatus::open);
  ledger.ask({.amount = "20.00", .operation = Operation::deposit});
  CHECK(batch(ledger, "stp-000000001").status == BatchStatus::closed);
  CHECK(batch(ledger, "stp-000000001").is_queued);
  ledger.ask({.amount = "30.00", .operation = Operation::deposit});
  CHECK(items(ledger, "stp-000000002") == "top_up 30.00 waiting");
  ledger.run(CloseDueBatch{});
  CHECK(batch(ledger, "stp-000000002").status == BatchStatus::open);
  ledger.wait_seconds(ledger.rules.batching.age_seconds_max);
  ledger.run(CloseDueBatch{});
  CHECK(batch(ledger, "stp-000000002").status == BatchStatus::closed);
  ledger.ask({.amount = "40.00", .operation = Operation::deposit});
  ledger.wait_days(1);
  ledger.ask({.amount = "50.00", .operation = Operation::deposit});
  CHECK(batch(ledger, "stp-000000003").status == BatchStatus::closed);
  CHECK(items(ledger, "stp-000000004") == "top_up 50.00 waiting");
  const View view(ledger.state, ledger.rules);
  CHECK(view.waiting_exports(10) == 3);
  CHECK(view.first_to_export()->id.view() == "stp-000000001");
}

TEST_CASE("batches: a deleted one leaves nothing but its traces", "[engine][batches]") {
  Ledger ledger;
  post(ledger, {posting("-50.00"), posting("20.00")});
  const auto internal = ledger.internal();
  CHECK(internal == "suspense 30.00");
  CHECK(told(ledger.run(DeleteBatch{BatchId::cut("B1")})) == "approved");
  CHECK(parts(ledger) == "booked 1000.00 pending 0.00");
  CHECK(ledger.internal() == "");
  CHECK(ledger.movements() == "external -50.00, external 20.00, undo -20.00, undo 50.00");
  CHECK(batch(ledger).status == BatchStatus::deleted);
  CHECK(told(post(ledger, {posting("1.00")})) == "batch_not_open");
  CHECK(told(ledger.run(CloseBatch{BatchId::cut("B1")})) == "batch_not_open");
  CHECK(told(ledger.run(QueueBatch{BatchId::cut("B1")})) == "batch_not_closed");
  CHECK(told(ledger.run(DeleteBatch{BatchId::cut("B1")})) == "approved");
  CHECK(parts(ledger) == "booked 1000.00 pending 0.00");
  CHECK(told(ledger.run(DeleteBatch{BatchId::cut("B9")})) == "unknown_batch");
  post(ledger, {posting("1.00", "B2")});
  ledger.run(CloseBatch{BatchId::cut("B2")});
  CHECK(told(ledger.run(DeleteBatch{BatchId::cut("B2")})) == "batch_not_open");
  ledger.ask({.amount = "1.00", .operation = Operation::deposit});
  CHECK(told(ledger.run(DeleteBatch{BatchId::cut("stp-000000003")})) == "batch_not_open");
}

TEST_CASE("batches: acceptance moves pending to booked, and what is available stays",
          "[engine][batches]") {
  Ledger ledger;
  post(ledger, {posting("-50.00"), posting("20.00")});
  CHECK(told(ledger.run(QueueBatch{BatchId::cut("B1")})) == "batch_not_closed");
  CHECK(told(answer(ledger, 1, true)) == "batch_not_closed");
  export_batch(ledger);
  CHECK(batch(ledger).status == BatchStatus::exported);
  CHECK(ledger.available() == "970.00");
  CHECK(told(answer(ledger, 1, true)) == "approved");
  CHECK(parts(ledger) == "booked 950.00 pending 20.00");
  CHECK(ledger.available() == "970.00");
  CHECK(told(answer(ledger, 1, true)) == "approved");
  CHECK(parts(ledger) == "booked 950.00 pending 20.00");
  CHECK(told(answer(ledger, 1, false)) == "same_key_other_content");
  CHECK(told(answer(ledger, 3, true)) == "unknown_item");
  CHECK(told(answer(ledger, 1, true, "B9")) == "unknown_item");
  CHECK(batch(ledger).status == BatchStatus::exported);
  CHECK(told(answer(ledger, 2, true)) == "approved");
  CHECK(batch(ledger).status == BatchStatus::accepted);
  CHECK(parts(ledger) == "booked 970.00 pending 0.00");
}

TEST_CASE("batches: answers of one command are all taken or none, and each once",
          "[engine][batches]") {
  Ledger ledger;
  post(ledger, {posting("-50.00"), posting("20.00")});
  export_batch(ledger);
  const BatchId id = BatchId::cut("B1");
  const Answer refused = ledger.run(AnswerItems{{{id, 1, true, {}}, {id, 7, true, {}}}});
  CHECK(told(refused) == "unknown_item");
  CHECK(refused.decision.item == 1);
  CHECK(parts(ledger) == "booked 1000.00 pending -30.00");
  CHECK(told(ledger.run(AnswerItems{{{id, 1, false, {}}, {id, 1, true, {}}}})) ==
        "same_key_other_content");
  CHECK(told(ledger.run(AnswerItems{{{id, 1, true, {}}, {id, 1, true, {}}, {id, 2, true, {}}}})) ==
        "approved");
  CHECK(parts(ledger) == "booked 970.00 pending 0.00");
}

TEST_CASE("batches: a rejected item stays pending until it is retried, moved or undone",
          "[engine][batches]") {
  Ledger ledger;
  ledger.open("A2", "0.00");
  post(ledger, {posting("-50.00")});
  export_batch(ledger);
  CHECK(told(resolve(ledger, 1, ItemAction::undo)) == "item_not_rejected");
  CHECK(told(answer(ledger, 1, false)) == "approved");
  CHECK(batch(ledger).status == BatchStatus::accepted);
  CHECK(batch(ledger).problems == 1);
  const View view(ledger.state, ledger.rules);
  REQUIRE(view.batch_problems(batch(ledger).number, 10).size() == 1);
  CHECK(view.batch_problems(batch(ledger).number, 10)[0].reason.view() == "no account");
  CHECK(parts(ledger) == "booked 1000.00 pending -50.00");

  SECTION("undone") {
    CHECK(told(resolve(ledger, 1, ItemAction::undo)) == "approved");
    CHECK(parts(ledger) == "booked 1000.00 pending 0.00");
    CHECK(ledger.internal() == "");
    CHECK(items(ledger) == "external -50.00 undone");
  }
  SECTION("retried in a batch of the engine's own") {
    CHECK(told(resolve(ledger, 1, ItemAction::retry)) == "approved");
    CHECK(items(ledger) == "external -50.00 retried");
    CHECK(items(ledger, "stp-000000002") == "external -50.00 waiting");
    CHECK(parts(ledger) == "booked 1000.00 pending -50.00");
    export_batch(ledger, "stp-000000002");
    SECTION("accepted") {
      CHECK(told(answer(ledger, 1, true, "stp-000000002")) == "approved");
    }
    SECTION("accepted, beside the rejection that is told again: two items, no contradiction") {
      CHECK(told(ledger.run(AnswerItems{{{BatchId::cut("B1"), 1, false, {}},
                                         {BatchId::cut("stp-000000002"), 1, true, {}}}})) ==
            "approved");
    }
    CHECK(parts(ledger) == "booked 950.00 pending 0.00");
    // Late, and about what it said before.
    CHECK(told(answer(ledger, 1, false)) == "approved");
    CHECK(told(answer(ledger, 1, true)) == "same_key_other_content");
    CHECK(parts(ledger) == "booked 950.00 pending 0.00");
  }
  SECTION("moved to another account") {
    CHECK(told(resolve(ledger, 1, ItemAction::move, "A9")) == "unknown_account");
    CHECK(told(resolve(ledger, 1, ItemAction::move, "A1")) == "same_account");
    CHECK(told(resolve(ledger, 1, ItemAction::move, "A2")) == "approved");
    CHECK(parts(ledger) == "booked 1000.00 pending 0.00");
    CHECK(parts(ledger, "A2") == "booked 0.00 pending -50.00");
    CHECK(items(ledger) == "external -50.00 moved");
    CHECK(items(ledger, "stp-000000002") == "external -50.00 waiting");
    CHECK(ledger.internal() == "suspense 50.00");
  }
  CHECK(batch(ledger).problems == 0);
  CHECK(view.batch_problems(batch(ledger).number, 10).empty());
  CHECK(told(resolve(ledger, 1, ItemAction::undo)) == "item_not_rejected");
}

TEST_CASE("batches: an item's old rejection may come again beside the answer to its retry",
          "[engine][batches]") {
  Ledger ledger;
  post(ledger, {posting("-50.00")});
  export_batch(ledger);
  answer(ledger, 1, false);
  REQUIRE(told(resolve(ledger, 1, ItemAction::retry)) == "approved");
  export_batch(ledger, "stp-000000002");
  const ItemAnswer old{BatchId::cut("B1"), 1, false, {}};
  ItemAnswer retried{BatchId::cut("stp-000000002"), 1, true, {}};
  SECTION("accepted now") {
    CHECK(told(ledger.run(AnswerItems{{old, retried, old}})) == "approved");
    CHECK(parts(ledger) == "booked 950.00 pending 0.00");
  }
  SECTION("rejected once more") {
    retried.accepted = false;
    CHECK(told(ledger.run(AnswerItems{{old, retried}})) == "approved");
    CHECK(parts(ledger) == "booked 1000.00 pending -50.00");
    CHECK(batch(ledger, "stp-000000002").problems == 1);
  }
}

TEST_CASE("batches: a problem that was resolved is not looked at again", "[engine][batches]") {
  Ledger ledger;
  post(ledger, {posting("1.00"), posting("2.00"), posting("3.00"), posting("4.00")});
  export_batch(ledger);
  for (std::uint32_t item = 1; item <= 4; ++item) answer(ledger, item, false);
  const View view(ledger.state, ledger.rules);
  const auto left = [&] {
    std::string text;
    for (const BatchItemView& item : view.batch_problems(batch(ledger).number, 10)) {
      text += std::to_string(item.item);
    }
    return text;
  };
  CHECK(left() == "4321");
  // In the middle, the newest, the oldest, the last one.
  resolve(ledger, 2, ItemAction::undo);
  CHECK(left() == "431");
  CHECK(problems_walked(ledger) == 3);
  resolve(ledger, 4, ItemAction::undo);
  CHECK(left() == "31");
  CHECK(problems_walked(ledger) == 2);
  resolve(ledger, 1, ItemAction::undo);
  CHECK(left() == "3");
  CHECK(problems_walked(ledger) == 1);
  resolve(ledger, 3, ItemAction::undo);
  CHECK(left().empty());
  CHECK(problems_walked(ledger) == 0);
}

TEST_CASE("batches: opened by name once, of one source", "[engine][batches]") {
  Ledger ledger;
  const OpenBatch open{BatchId::cut("B1"), BatchSource::cut("loans")};
  CHECK(ledger.run(open).decision.created);
  CHECK(told(ledger.run(open)) == "approved");
  CHECK_FALSE(ledger.run(open).decision.created);
  CHECK(told(ledger.run(OpenBatch{BatchId::cut("B1"), BatchSource::cut("cards")})) ==
        "batch_exists");
  CHECK(told(ledger.run(OpenBatch{BatchId::cut("stp-1"), {}})) == "batch_exists");
  // Nothing in it: nothing to be answered.
  export_batch(ledger);
  CHECK(batch(ledger).status == BatchStatus::accepted);
  CHECK(told(ledger.run(open)) == "batch_exists");
}

TEST_CASE("core banking: its balance brings its own movements, whatever is on the way",
          "[engine][batches]") {
  Ledger ledger;
  post(ledger, {posting("-50.00", "B1")});
  post(ledger, {posting("-7.00", "B2")});
  post(ledger, {posting("-1.00", "B3")});
  export_batch(ledger, "B1");
  answer(ledger, 1, true, "B1");
  export_batch(ledger, "B2");

  SECTION("its own salary of 500.00, the last batch not answered yet") {
    // 1000 - 50 - 7 + 500
    CHECK(told(take_balance(ledger, "1443.00", "B2")) == "approved");
    CHECK(ledger.balance() == "L=1442.00 H=0.00");
    answer(ledger, 1, true, "B2");
    CHECK(parts(ledger) == "booked 1443.00 pending -1.00");
    CHECK(told(take_balance(ledger, "1443.00", "B2")) == "approved");
    CHECK(parts(ledger) == "booked 1443.00 pending -1.00");
  }
  SECTION("an item that it had not in it after all") {
    // 1000 - 50 + 500: it rejects the 7.00, and says so late.
    CHECK(told(take_balance(ledger, "1450.00", "B2")) == "approved");
    CHECK(ledger.balance() == "L=1449.00 H=0.00");
    answer(ledger, 1, false, "B2");
    CHECK(parts(ledger) == "booked 1450.00 pending -8.00");
  }
  SECTION("from before a batch that was answered since") {
    answer(ledger, 1, true, "B2");
    CHECK(told(take_balance(ledger, "950.00", "B1")) == "approved");
    CHECK(parts(ledger) == "booked 943.00 pending -1.00");
    CHECK(told(take_balance(ledger, "943.00", "B2")) == "approved");
    CHECK(parts(ledger) == "booked 943.00 pending -1.00");
    // Older than what was taken: it says nothing new.
    CHECK(told(take_balance(ledger, "1.00", "B1")) == "approved");
    CHECK(parts(ledger) == "booked 943.00 pending -1.00");
  }
  SECTION("with a batch that it cannot have") {
    CHECK(told(take_balance(ledger, "950.00", "B3")) == "batch_not_closed");
    CHECK(told(take_balance(ledger, "950.00", "B9")) == "unknown_batch");
  }
  CHECK(ledger.state.ledger_of(currency("RUB")).customers ==
        ledger.state.accounts.get({1})->ledger());
}

TEST_CASE("core banking: a balance without a last batch is one of before any item was accepted",
          "[engine][batches]") {
  Ledger ledger;
  ledger.open("A2", "0.00");
  post(ledger, {posting("-50.00")});
  export_batch(ledger);
  CHECK(told(take_balance(ledger, "1500.00", "")) == "approved");
  CHECK(parts(ledger) == "booked 1500.00 pending -50.00");
  answer(ledger, 1, true);
  CHECK(told(take_balance(ledger, "1450.00", "")) == "unknown_batch");
  CHECK(parts(ledger) == "booked 1450.00 pending 0.00");
  // Another account is no concern of it.
  CHECK(told(ledger.run(TakeCoreBalances{{}, {{AccountId::cut("A2"), money("7.00")}}})) ==
        "approved");
  CHECK(parts(ledger, "A2") == "booked 7.00 pending 0.00");
}

TEST_CASE("core banking: a balance costs what its own account moved since the last one",
          "[engine][batches]") {
  Ledger ledger;
  ledger.open("A2", "0.00");
  post(ledger, {posting("1.00", "B0")});
  // Never answered, before many others.
  export_batch(ledger, "B0");
  for (int i = 1; i <= 40; ++i) {
    const std::string id = numbered("B", i);
    post(ledger, std::vector<Posting>(1000, posting("1.00", id, "A2")));
    export_batch(ledger, id);
  }
  const View view(ledger.state, ledger.rules);
  const TakeCoreBalances balances{BatchId::cut("B1"), {{AccountId::cut("A1"), money("1001.00")}}};
  const auto cpu_seconds = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double begin = cpu_seconds();
  for (int i = 0; i < 300; ++i) REQUIRE(view.core_differences(balances)[0].amount == 0);
  CHECK(cpu_seconds() - begin < 0.05);
}

TEST_CASE("core banking: what a taken balance has settled is not looked at again",
          "[engine][batches]") {
  Ledger ledger;
  const auto settled = [&] { return ledger.state.accounts.get({1})->settled_movements; };
  post(ledger, {posting("-50.00", "B1"), posting("-7.00", "B1")});
  post(ledger, {posting("-1.00", "B2"), posting("-2.00", "B3")});
  export_batch(ledger, "B1");
  answer(ledger, 1, true, "B1");
  CHECK(settled() == 0);
  take_balance(ledger, "943.00", "B1");
  CHECK(settled() == 2);
  export_batch(ledger, "B2");
  answer(ledger, 2, true, "B1");
  take_balance(ledger, "942.00", "B2");
  CHECK(settled() == 3);
  answer(ledger, 1, false, "B2");
  export_batch(ledger, "B3");
  take_balance(ledger, "941.00", "B3");
  CHECK(settled() == 3);
  CHECK(told(ledger.run(ResolveItem{BatchId::cut("B2"), 1, ItemAction::undo, {}})) == "approved");
  answer(ledger, 1, true, "B3");
  post(ledger, {posting("-4.00", "B4")});
  export_batch(ledger, "B4");
  take_balance(ledger, "941.00", "B4");
  // All but what is waiting in B4: the undone item, and what core banking and the undo moved, too.
  CHECK(settled() == 8);
}

TEST_CASE("core banking: closed and open again", "[engine][batches]") {
  Ledger ledger;
  const View view(ledger.state, ledger.rules);
  CHECK(view.core().is_open);
  ledger.run(SetCoreDay{false});
  CHECK_FALSE(view.core().is_open);
  CHECK(view.core().since == ledger.now);
  ledger.wait_seconds(60);
  ledger.run(SetCoreDay{false});
  CHECK(view.core().since.seconds() == ledger.now.seconds() - 60);
  ledger.run(SetCoreDay{true});
  CHECK(view.core().is_open);
}

TEST_CASE("statement: in order, by business dates, with the balance after each",
          "[engine][batches]") {
  Ledger ledger;
  const BusinessDate first{static_cast<std::int32_t>(ledger.now.days())};
  post(ledger, {posting("-50.00"), posting("20.00")});
  ledger.wait_days(2);
  ledger.ask({.amount = "5.00", .operation = Operation::deposit});
  const View view(ledger.state, ledger.rules);
  const auto text = [&](int from, int to, std::uint32_t after = 0, std::size_t count = 100) {
    std::string all;
    const auto found =
        view.statement(AccountId::cut("A1"), {first.days + from}, {first.days + to}, after, count);
    for (const MovementView& movement : *found) {
      if (!all.empty()) all += ", ";
      all += std::to_string(movement.ordinal) + ' ' +
             format_amount(movement.balance_after, currency("RUB")) + ' ' +
             std::string(movement.batch ? movement.batch->view() : "-");
    }
    return all;
  };
  CHECK(text(0, 9) == "1 1000.00 -, 2 950.00 B1, 3 970.00 B1, 4 975.00 stp-000000002");
  CHECK(text(0, 1) == "1 1000.00 -, 2 950.00 B1, 3 970.00 B1");
  CHECK(text(1, 1).empty());
  CHECK(text(1, 2) == "4 975.00 stp-000000002");
  CHECK(text(0, 9, 1, 2) == "2 950.00 B1, 3 970.00 B1");
  CHECK(text(0, 9, 4).empty());
  CHECK(text(0, 9, 4'000'000'000).empty());
  CHECK_FALSE(view.statement(AccountId::cut("A9"), first, first, 0, 1).has_value());
}

TEST_CASE("holds: a part of one is released", "[engine][holds]") {
  Ledger ledger;
  const HoldId id = ledger.hold("100.00").decision.hold;
  const auto release = [&](std::string_view amount) {
    return ledger.run(ReleaseHold{id, minor(amount)});
  };
  CHECK(told(release("100.01")) == "bad_amount");
  CHECK(told(release("0.00")) == "bad_amount");
  const Answer part = release("30.00");
  CHECK(part.decision.amount == minor("30.00"));
  CHECK(part.decision.available == minor("930.00"));
  CHECK(ledger.balance() == "L=1000.00 H=70.00");
  CHECK(ledger.hold_record(id).is_open());
  CHECK(told(release("70.00")) == "approved");
  CHECK(ledger.hold_record(id).status == HoldStatus::released);
  CHECK(ledger.balance() == "L=1000.00 H=0.00");
}
