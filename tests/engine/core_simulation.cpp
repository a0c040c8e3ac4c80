// Random work between the engine and a core banking system that keeps its own books: postings,
// batches, exports that come twice, answers that are lost, late or no, movements of core's own, and
// its balances in between. The ledger is compared after every step with what the two books say, by
// looking through all postings from the first; at the end both books must be the same.
//
//   HOLDFAST_SEEDS=1000 HOLDFAST_STEPS=1000 build/engine_tests "[core-simulation]"
//   HOLDFAST_SEED=17 build/engine_tests "[core-simulation]"            a failing seed alone
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "ledger.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr std::size_t account_count = 4;

std::uint64_t variable(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

enum class Fate { waiting, accepted, rejected, gone };

// A posting that counts in the engine until it is gone: undone, or deleted with its batch.
struct Posted {
  std::size_t account = 0;
  MinorUnits amount = 0;
  std::string batch;
  std::uint32_t item = 0;
  Fate told = Fate::waiting;  // what the engine has heard
};

struct Item {
  std::size_t posted = 0;
  bool is_processed = false;
  bool is_accepted = false;
  bool is_answered = false;
};
struct Batch {
  std::string id;
  bool is_open = true;
  bool is_deleted = false;
  std::size_t export_number = 0;  // 0: not exported
  std::vector<Item> items;
};

class CoreSimulation {
 public:
  explicit CoreSimulation(std::uint64_t seed) : random_(seed) {
    ledger_.rules.batching.items_max = 5;
    for (std::size_t i = 0; i < account_count; ++i) {
      ledger_.open(name_of(i), "500.00");
      core_booked_[i] = expected_[i] = minor("500.00");
    }
  }

  void step() {
    const int kind = below(100);
    if (kind < 35) {
      post();
    } else if (kind < 40) {
      close();
    } else if (kind < 43) {
      remove();
    } else if (kind < 55) {
      export_next();
    } else if (kind < 80) {
      answer();
    } else if (kind < 86) {
      resolve();
    } else if (kind < 92) {
      core_works();
    } else if (kind < 97) {
      send_balances();
    } else {
      ledger_.wait_seconds(below(100'000));
      ledger_.run(CloseDueBatch{});
      sync_own_batches();
    }
    compare();
    compare_differences();
  }

  // Everything is exported, answered and resolved: both books are the same.
  void finish() {
    accepts_all_ = true;
    // The second round is for what the first one tried again.
    for (int round = 0; round < 3; ++round) {
      for (Batch& batch : batches_) {
        if (!batch.is_open || batch.id.starts_with(own_batch_prefix)) continue;
        REQUIRE(told(ledger_.run(CloseBatch{BatchId::cut(batch.id)})) == "approved");
        batch.is_open = false;
      }
      ledger_.wait_days(1);
      ledger_.run(CloseDueBatch{});
      sync_own_batches();
      for (const Batch& batch : batches_) {
        if (!batch.is_deleted) ledger_.run(QueueBatch{BatchId::cut(batch.id)});
      }
      while (export_next()) {
      }
      for (std::size_t i = 0; i < batches_.size(); ++i) {
        for (std::size_t k = 0; k < batches_[i].items.size(); ++k) answer(i, k);
      }
      while (resolve()) {
      }
      compare();
    }
    send_balances();
    compare();
    for (std::size_t i = 0; i < account_count; ++i) {
      const AccountRecord account = *ledger_.state.account(AccountId::cut(name_of(i)));
      REQUIRE(account.booked == core_booked_[i]);
      REQUIRE(account.pending == 0);
    }
  }

  std::string last;

 private:
  static std::string name_of(std::size_t account) {
    return numbered("K", static_cast<std::int64_t>(account));
  }
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  Batch& batch_of(const std::string& id) {
    for (Batch& batch : batches_) {
      if (batch.id == id) return batch;
    }
    return batches_.emplace_back(Batch{id, true, false, 0, {}});
  }
  void add(std::size_t account, MinorUnits amount, const std::string& batch_id) {
    Batch& batch = batch_of(batch_id);
    posted_.push_back(
        {account, amount, batch_id, static_cast<std::uint32_t>(batch.items.size() + 1)});
    batch.items.push_back({posted_.size() - 1});
  }

  void post() {
    const auto account = static_cast<std::size_t>(below(account_count));
    const MinorUnits amount = below(2) == 0 ? -1 - below(30'000) : 1 + below(30'000);
    const std::string id = numbered("B", static_cast<std::int64_t>(exports_) + below(8));
    last = fmt::format("post {} to {} in {}", amount, account, id);
    const bool is_open = std::none_of(batches_.begin(), batches_.end(), [&id](const Batch& batch) {
      return batch.id == id && !batch.is_open;
    });
    const bool fits = amount > 0 || expected_[account] + amount >= 0;
    const std::string expected = !is_open ? "batch_not_open"
                                 : fits   ? "approved"
                                          : "insufficient_funds";
    Posting posting{
        BatchId::cut(id), AccountId::cut(name_of(account)), {amount, currency("RUB")}, true, {}};
    REQUIRE(told(ledger_.run(Post{{posting}})) == expected);
    if (expected != "approved") return;
    expected_[account] += amount;
    add(account, amount, id);
  }

  void close() {
    if (batches_.empty()) return;
    Batch& batch = batches_[random_() % batches_.size()];
    last = "close " + batch.id;
    const bool fails = batch.is_deleted;
    REQUIRE((told(ledger_.run(CloseBatch{BatchId::cut(batch.id)})) == "approved") == !fails);
    if (!fails) batch.is_open = false;
    if (!fails) ledger_.run(QueueBatch{BatchId::cut(batch.id)});
  }

  void remove() {
    if (batches_.empty()) return;
    Batch& batch = batches_[random_() % batches_.size()];
    last = "delete " + batch.id;
    const bool is_own = batch.id.starts_with(own_batch_prefix);
    const bool works = batch.is_deleted || (batch.is_open && !is_own);
    REQUIRE((told(ledger_.run(DeleteBatch{BatchId::cut(batch.id)})) == "approved") == works);
    if (!works || batch.is_deleted) return;
    batch.is_open = false;
    batch.is_deleted = true;
    for (const Item& item : batch.items) {
      Posted& posted = posted_[item.posted];
      posted.told = Fate::gone;
      expected_[posted.account] -= posted.amount;
    }
  }

  bool export_next() {
    const auto next = View(ledger_.state, ledger_.rules).first_to_export();
    if (!next) return false;
    Batch& batch = batch_of(std::string(next->id.view()));
    last = "export " + batch.id;
    REQUIRE(!batch.is_open);
    REQUIRE(next->items == batch.items.size());
    REQUIRE(told(ledger_.run(ConfirmExport{next->number})) == "approved");
    // A crash in between: the same batch once more.
    if (below(3) == 0) REQUIRE(told(ledger_.run(ConfirmExport{next->number})) == "approved");
    batch.export_number = ++exports_;
    // Core works batch after batch.
    for (Item& item : batch.items) {
      item.is_processed = true;
      item.is_accepted = accepts_all_ || below(5) != 0;
      if (item.is_accepted)
        core_booked_[posted_[item.posted].account] += posted_[item.posted].amount;
    }
    return true;
  }

  void answer() {
    if (batches_.empty()) return;
    const std::size_t batch = random_() % batches_.size();
    if (batches_[batch].items.empty()) return;
    answer(batch, random_() % batches_[batch].items.size());
  }
  void answer(std::size_t batch_index, std::size_t item_index) {
    const Batch& batch = batches_[batch_index];
    Item& item = batches_[batch_index].items[item_index];
    last = fmt::format("answer {}-{}", batch.id, item_index + 1);
    ItemAnswer said{
        BatchId::cut(batch.id), static_cast<std::uint32_t>(item_index + 1), item.is_accepted, {}};
    if (!item.is_processed) {
      REQUIRE_FALSE(ledger_.run(AnswerItems{{said}}).decision.approved());
      return;
    }
    if (item.is_answered && below(2) == 0) {
      said.accepted = !said.accepted;
      REQUIRE(told(ledger_.run(AnswerItems{{said}})) == "same_key_other_content");
      return;
    }
    REQUIRE(told(ledger_.run(AnswerItems{{said, said}})) == "approved");
    if (item.is_answered) return;
    item.is_answered = true;
    Posted& posted = posted_[item.posted];
    posted.told = item.is_accepted ? Fate::accepted : Fate::rejected;
    // The balance that was taken seemed to have it.
    if (!item.is_accepted && batch.export_number <= taken_export_) {
      expected_[posted.account] += posted.amount;
    }
  }

  bool resolve() {
    std::vector<std::size_t> rejected;
    for (std::size_t i = 0; i < posted_.size(); ++i) {
      if (posted_[i].told == Fate::rejected) rejected.push_back(i);
    }
    if (rejected.empty()) return false;
    Posted& posted = posted_[rejected[random_() % rejected.size()]];
    const auto action = static_cast<ItemAction>(below(3));
    const auto target = static_cast<std::size_t>(below(account_count));
    last = fmt::format("{} {}-{}", name(action), posted.batch, posted.item);
    const Answer answer = ledger_.run(ResolveItem{BatchId::cut(posted.batch), posted.item, action,
                                                  AccountId::cut(name_of(target))});
    if (action == ItemAction::move && target == posted.account) {
      REQUIRE(told(answer) == "same_account");
      return true;
    }
    REQUIRE(told(answer) == "approved");
    const Posted before = posted;
    posted.told = Fate::gone;
    if (action != ItemAction::retry) expected_[before.account] -= before.amount;
    if (action == ItemAction::move) expected_[target] += before.amount;
    if (action != ItemAction::undo) {
      const std::size_t account = action == ItemAction::move ? target : before.account;
      add(account, before.amount, own_batch_of_last_event());
    }
    sync_own_batches();
    return true;
  }
  // Where the last event put its item.
  std::string own_batch_of_last_event() {
    for (const Effect& effect : ledger_.last_event.effects) {
      BatchNumber number;
      if (const auto* resolved = std::get_if<ItemResolved>(&effect)) number = resolved->into;
      if (const auto* posted = std::get_if<MovementPosted>(&effect)) number = posted->batch;
      if (number) return std::string(ledger_.state.batches.get(number)->id.view());
    }
    FAIL("no item");
    return {};
  }
  void sync_own_batches() {
    for (Batch& batch : batches_) {
      const auto record = ledger_.state.batch(BatchId::cut(batch.id));
      if (batch.id.starts_with(own_batch_prefix))
        batch.is_open = record->status == BatchStatus::open;
    }
  }

  // A salary, a standing order.
  void core_works() {
    const auto account = static_cast<std::size_t>(below(account_count));
    const MinorUnits amount = below(20'000) - 10'000;
    last = fmt::format("core posts {} to {}", amount, account);
    core_booked_[account] += amount;
  }

  // With all exports in it, for core works each as it comes.
  void send_balances() {
    last = "balances";
    TakeCoreBalances command;
    for (const Batch& batch : batches_) {
      if (batch.export_number == exports_ && exports_ > 0) {
        command.last_batch = BatchId::cut(batch.id);
      }
    }
    for (std::size_t i = 0; i < account_count; ++i) {
      command.balances.push_back({AccountId::cut(name_of(i)), {core_booked_[i], currency("RUB")}});
    }
    REQUIRE(told(ledger_.run(command)) == "approved");
    taken_export_ = exports_;
    for (std::size_t i = 0; i < account_count; ++i) expected_[i] = core_booked_[i];
    for (const Posted& posted : posted_) {
      if (posted.told == Fate::gone) continue;
      const bool is_exported = batch_of(posted.batch).export_number != 0;
      // Not in core's books, as far as the engine knows.
      if (!is_exported || posted.told == Fate::rejected) expected_[posted.account] += posted.amount;
    }
  }

  void compare() {
    INFO(last);
    MinorUnits sum = 0;
    for (std::size_t i = 0; i < account_count; ++i) {
      INFO(name_of(i));
      const AccountRecord account = *ledger_.state.account(AccountId::cut(name_of(i)));
      REQUIRE(account.ledger() == expected_[i]);
      sum += account.ledger();
    }
    const AccountRecord other = *ledger_.state.account(AccountId::cut("A1"));
    REQUIRE(ledger_.state.ledger_of(currency("RUB")).customers == sum + other.ledger());
  }

  // By looking at all items of all exports: what a balance of 0 with some last batch in it differs
  // by, whatever was taken before.
  void compare_differences() {
    if (exports_ == 0) return;
    const std::size_t last_export = 1 + random_() % exports_;
    TakeCoreBalances command;
    for (const Batch& batch : batches_) {
      if (batch.export_number == last_export) command.last_batch = BatchId::cut(batch.id);
    }
    MinorUnits on_the_way[account_count] = {};
    for (const Posted& posted : posted_) {
      const std::size_t exported = batch_of(posted.batch).export_number;
      if (exported == 0) continue;
      const bool is_contained = exported <= last_export;
      if (is_contained && posted.told == Fate::waiting) on_the_way[posted.account] += posted.amount;
      if (!is_contained && posted.told == Fate::accepted) {
        on_the_way[posted.account] -= posted.amount;
      }
    }
    for (std::size_t i = 0; i < account_count; ++i) {
      command.balances.push_back({AccountId::cut(name_of(i)), {0, currency("RUB")}});
    }
    const auto differences = View(ledger_.state, ledger_.rules).core_differences(command);
    for (std::size_t i = 0; i < account_count; ++i) {
      INFO(last << ", then a balance of " << name_of(i) << " after export " << last_export);
      REQUIRE(differences[i].is_outdated == (last_export < taken_export_));
      if (!differences[i].is_outdated)
        REQUIRE(differences[i].amount == -differences[i].booked - on_the_way[i]);
    }
  }

  std::mt19937_64 random_;
  Ledger ledger_;
  std::vector<Posted> posted_;
  std::vector<Batch> batches_;
  MinorUnits core_booked_[account_count] = {};
  MinorUnits expected_[account_count] = {};
  std::size_t exports_ = 0;
  std::size_t taken_export_ = 0;
  bool accepts_all_ = false;
};

}  // namespace

TEST_CASE("core simulation: the engine's books and core banking's come to the same",
          "[engine][core-simulation]") {
  const std::uint64_t alone = variable("HOLDFAST_SEED", 0);
  const std::uint64_t seeds = alone != 0 ? 1 : variable("HOLDFAST_SEEDS", 30);
  const std::uint64_t steps = variable("HOLDFAST_STEPS", 400);
  for (std::uint64_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = alone != 0 ? alone : 1 + i;
    CoreSimulation simulation(seed);
    for (std::uint64_t step = 0; step < steps; ++step) {
      INFO("HOLDFAST_SEED=" << seed << ", step " << step);
      simulation.step();
    }
    INFO("HOLDFAST_SEED=" << seed << ", at the end");
    simulation.finish();
  }
}
