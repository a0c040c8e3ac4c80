// Core banking is closed for a night in which 10,000 movements happen: cleared authorizations,
// top-ups, postings of other systems. In the morning it takes what gathered, rejects one item of a
// hundred, loses acknowledgements, so that batches are exported again, and answers some of them
// only in the next night, or after it has told its balances. Its books and the engine's must come
// to the same, each posting delivered once; in between every balance is compared with what it must
// be. Usage: closed_night HOLDFAST DIALECTS RULES SEED
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>
#include <utility>

#include "bank.hpp"
#include "bank_life.hpp"
#include "core_banking.hpp"
#include "expected_books.hpp"

namespace {

namespace json = boost::json;
using faults::Acknowledgement;
using faults::Bank;
using faults::CoreBanking;
using faults::CoreBatch;
using faults::CoreItem;
using faults::ExpectedBooks;
using faults::fail;

constexpr int movements_at_night = 10'000;

std::string name_of(int account) {
  return fmt::format("A{}", account);
}

class ClosedNight {
 public:
  ClosedNight(Bank& bank, std::uint64_t seed)
      : bank_(bank),
        random_(seed),
        bank_life_(bank, expected_, random_()),
        core_(std::filesystem::path(bank.the_switch().data_folder()) / "core", random_()) {
    for (int account = 0; account < faults::accounts; ++account) {
      core_.open_account(name_of(account), faults::opening_balance);
    }
  }

  bool run() {
    return phase("a day", [this] { return ordinary_day(); }) &&
           phase("the night", [this] { return closed_night(); }) &&
           phase("the morning", [this] { return morning(); }) &&
           phase("the second night", [this] { return second_night(); }) &&
           phase("the second morning", [this] { return second_morning(); }) &&
           phase("until all is settled", [this] { return settle(); }) && books_agree();
  }

 private:
  template <typename Phase>
  bool phase(const char* name, Phase&& live_through) {
    const int before = bank_life_.movements();
    if (!live_through() || !compare()) return fail(fmt::format("in '{}'", name));
    fmt::print("{}: {} movements, {} batches at core banking\n", name,
               bank_life_.movements() - before, core_.batches().size());
    return true;
  }

  // --- The phases ---------------------------------------------------------------------------

  bool ordinary_day() {
    return live(300) && close_all() && core_takes_all() && answers(Acknowledgement::prompt);
  }

  bool closed_night() {
    if (!bank_.ask("POST", "/v1/core/close-day")) return false;
    is_night_ = true;
    if (!live(movements_at_night) || !close_all()) return false;
    return core_says("status", "closed") && core_.outbox_is_empty();
  }

  bool morning() {
    core_.reject_one_of(100);
    core_.lose_acknowledgements(true);
    if (!bank_.ask("POST", "/v1/core/open-day")) return false;
    is_night_ = false;
    if (!core_takes_all() || !answers(Acknowledgement::prompt)) return false;
    if (!export_lost_ones_again() || !answers(Acknowledgement::prompt)) return false;
    core_.repeat_answers();
    if (!answers_are_read(true) || !compare()) return false;
    if (!live(200) || !close_all() || !resolve_problems()) return false;
    core_.lose_acknowledgements(false);
    return close_all() && mark_the_day() && core_takes_all() && answers(Acknowledgement::prompt);
  }

  // Late answers come, problems are resolved, and core banking has movements of its own.
  bool second_night() {
    if (!bank_.ask("POST", "/v1/core/close-day")) return false;
    is_night_ = true;
    if (!live(150) || !answers(Acknowledgement::late) || !compare()) return false;
    if (!resolve_problems() || !live(150)) return false;
    for (int account = 0; account < faults::accounts; ++account) {
      core_.post(name_of(account), static_cast<std::int64_t>(random_() % 20'000) - 5'000);
    }
    core_.send_balances("balances-second.jsonl", mark_);
    // They are the morning's: after a round they still wait.
    return close_all();
  }

  bool second_morning() {
    if (core_.inbox_is_empty()) return fail("balances were read at night");
    if (!bank_.ask("POST", "/v1/core/open-day")) return false;
    is_night_ = false;
    if (!answers_are_read(false)) return false;
    take_balances_over();
    if (!compare()) return false;
    balances_are_taken_ = true;
    return answers(Acknowledgement::day_late);
  }

  // What was tried again is rejected now and then, too, until core banking takes all.
  bool settle() {
    for (int round = 0; round < 6; ++round) {
      if (round == 2) core_.reject_one_of(0);
      if (!close_all() || !core_takes_all() || !answers(Acknowledgement::prompt)) return false;
      if (!resolve_problems()) return false;
    }
    return true;
  }

  bool books_agree() {
    const auto balances = bank_.balances();
    for (std::size_t account = 0; account < balances.size(); ++account) {
      const std::int64_t core = core_.booked(name_of(static_cast<int>(account)));
      if (balances[account].booked == core && balances[account].pending == 0) continue;
      return fail(fmt::format("account A{}: booked {}, pending {}, in core banking {}", account,
                              balances[account].booked, balances[account].pending, core));
    }
    const auto batches = fmt::to_string(core_.batches().size());
    fmt::print("rejected items: {} tried again, {} moved, {} undone\n", retried_, moved_, undone_);
    if (retried_ * moved_ * undone_ == 0) return fail("a way out of a problem was not taken");
    return expected_.each_was_delivered_once(core_.batches()) && core_says("exports", batches) &&
           core_says("answered_exports", batches) && core_says("waiting_exports", "0") &&
           bank_.ledger_is_zero();
  }

  // --- What happens at the bank -------------------------------------------------------------

  bool live(int movements) {
    const int end = bank_life_.movements() + movements;
    while (bank_life_.movements() < end) {
      if (!bank_life_.go_on(end - bank_life_.movements())) return false;
      if (is_night_ && !core_.outbox_is_empty()) return fail("something was exported at night");
      if (random_() % 4 == 0 && !compare()) return false;
    }
    return true;
  }

  // Every batch is closed and exported, or waits for that; a round of the desk has ended.
  bool close_all() { return bank_life_.close_batch() && wait_a_minute(); }

  bool wait_a_minute() {
    minute_ += 2;
    return bank_
        .ask("POST", "/v1/clock",
             fmt::format(R"({{"now":"2026-11-20T{:02}:{:02}:00Z"}})", 9 + minute_ / 60,
                         minute_ % 60))
        .has_value();
  }

  // An empty batch behind all others: the last one that the balances have in them.
  bool mark_the_day() {
    mark_ = "END-OF-DAY";
    return bank_.ask("POST", "/v1/batches", R"({"batch_id":"END-OF-DAY"})") &&
           bank_.ask("POST", "/v1/batches/END-OF-DAY/close") &&
           bank_.ask("POST", "/v1/batches/END-OF-DAY/export");
  }

  // --- Core banking -------------------------------------------------------------------------

  bool core_takes_all() {
    if (!core_says("waiting_exports", "0") || !core_.take_outbox()) return false;
    // What it has taken, and not answered: no balance has moved.
    return compare();
  }

  bool answers(Acknowledgement which) {
    const auto batches = core_.answer(which);
    if (batches.empty() && which != Acknowledgement::prompt) return fail("no answer was late");
    if (!answers_are_read(!balances_are_taken_)) return false;
    for (const CoreBatch* batch : batches) {
      const bool is_in_balances = balances_are_taken_ && which == Acknowledgement::day_late;
      for (const CoreItem& item : batch->items) expected_.answer(item, is_in_balances);
      answered_.push_back(batch);
    }
    return compare();
  }

  // An answer moves no ledger: at no moment until the last one is read.
  bool answers_are_read(bool ledgers_stand_still) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!core_.inbox_is_empty()) {
      if (std::chrono::steady_clock::now() > deadline) return fail("the inbox is not read");
      if (ledgers_stand_still && !expected_.compare_ledgers(bank_.balances())) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return core_.nothing_was_put_aside();
  }

  bool export_lost_ones_again() {
    std::set<std::string> lost;
    for (const CoreBatch& batch : core_.batches()) {
      if (batch.acknowledgement == Acknowledgement::lost) lost.insert(batch.id);
    }
    if (lost.empty()) return fail("no acknowledgement was lost");
    for (const std::string& id : lost) {
      if (!bank_.ask("POST", "/v1/batches/" + id + "/export")) return false;
    }
    if (!core_takes_all()) return false;
    return std::all_of(core_.batches().begin(), core_.batches().end(),
                       [&lost](const CoreBatch& batch) {
                         const int arrivals = lost.contains(batch.id) ? 2 : 1;
                         if (batch.arrivals == arrivals) return true;
                         return fail(fmt::format("{} came {} times", batch.id, batch.arrivals));
                       });
  }

  // Its balance has the items of `day_late` batches in it, as far as the engine knows.
  void take_balances_over() {
    std::vector<std::int64_t> unanswered(faults::accounts);
    for (const CoreBatch& batch : core_.batches()) {
      if (batch.acknowledgement != Acknowledgement::day_late) continue;
      for (const CoreItem& item : batch.items) {
        unanswered[ExpectedBooks::index_of(item.account)] += item.amount;
      }
    }
    for (int account = 0; account < faults::accounts; ++account) {
      const auto index = static_cast<std::size_t>(account);
      expected_.take_balance(account, core_.booked(name_of(account)) - unanswered[index]);
    }
  }

  // Every rejected item is a problem, nothing else is; and each is tried again, moved or undone.
  bool resolve_problems() {
    for (const CoreBatch* batch : std::exchange(answered_, {})) {
      const auto body = bank_.ask("GET", "/v1/batches/" + batch->id);
      if (!body) return false;
      const json::value answer = json::parse(*body);
      std::set<std::string> problems;
      for (const json::value& problem : answer.at("problems").as_array()) {
        problems.emplace(problem.at("item_id").as_string());
      }
      for (const CoreItem& item : batch->items) {
        const bool is_problem = problems.erase(item.id) == 1;
        if (is_problem == item.accepted) return fail(item.id + " is no problem, or is one");
        if (is_problem && !resolve(item)) return false;
      }
      if (!problems.empty()) return fail(*problems.begin() + " is a problem of nobody");
    }
    return compare();
  }

  bool resolve(const CoreItem& item) {
    const std::string path = "/v1/batch-items/" + item.id;
    switch (random_() % 3) {
      case 0:
        ++retried_;
        return bank_.ask("POST", path + "/retry").has_value();
      case 1:
        ++undone_;
        expected_.undo(item);
        return bank_.ask("POST", path + "/undo").has_value();
      default: {
        const auto from = static_cast<int>(ExpectedBooks::index_of(item.account));
        const int to = (from + 1 + any_account() % (faults::accounts - 1)) % faults::accounts;
        ++moved_;
        expected_.move(item, to);
        return bank_
            .ask("POST", path + "/move", fmt::format(R"({{"account_id":"{}"}})", name_of(to)))
            .has_value();
      }
    }
  }

  // --- Comparing ----------------------------------------------------------------------------

  bool compare() { return expected_.compare(bank_.balances()); }

  bool core_says(const char* key, const std::string& value) {
    const auto body = bank_.ask("GET", "/v1/core");
    if (!body) return false;
    const json::value answer = json::parse(*body);
    const json::value& said = answer.at(key);
    const std::string text =
        said.is_string() ? std::string(said.as_string()) : fmt::to_string(said.as_int64());
    if (text == value) return true;
    return fail(fmt::format("core: {} is {} instead of {}", key, text, value));
  }

  int any_account() { return static_cast<int>(random_() % faults::accounts); }

  Bank& bank_;
  std::mt19937_64 random_;
  ExpectedBooks expected_;
  faults::BankLife bank_life_;
  CoreBanking core_;
  std::vector<const CoreBatch*> answered_;  // and not looked through for problems yet
  std::string mark_;
  bool is_night_ = false;
  bool balances_are_taken_ = false;
  int retried_ = 0;
  int moved_ = 0;
  int undone_ = 0;
  int minute_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Bank bank(argc, argv);
  const std::uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 1;
  if (!bank.start()) return 1;
  fmt::print("seed {}\n", seed);
  ClosedNight night(bank, seed);
  if (night.run() && bank.stop_and_verify()) return 0;
  bank.the_switch().show_log();
  return 1;
}
