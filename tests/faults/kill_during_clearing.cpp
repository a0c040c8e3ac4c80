// Kills the switch with SIGKILL while it works off a clearing file and hands the postings over to
// core banking, again and again on one data folder, and proves after each start: the file sent
// again is told of as if nothing had happened, every record is posted once, and the ledger sums to
// zero; at the end, that core banking got each posting once, to the last cent. Usage:
// kill_during_clearing HOLDFAST DIALECTS RULES KILLS FIRST_SEED
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "bank.hpp"

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using faults::Bank;
using faults::fail;

constexpr int records_per_file = 2000;

// A night's file, and what must come of it.
struct Night {
  std::string file;
  std::int64_t posted = 0;
  std::int64_t duplicates = 0;
  std::int64_t rejected = 0;
  std::int64_t posted_amount = 0;  // net debits
  std::vector<std::int64_t> movements = std::vector<std::int64_t>(faults::accounts);
};

Night make_night(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Night night;
  std::string before;
  for (int i = 0; i < records_per_file; ++i) {
    const auto kind = random() % 100;
    if (kind == 0) {
      night.file += "no record\n";
      ++night.rejected;
      continue;
    }
    if (kind == 1 && !before.empty()) {
      night.file += before;
      ++night.duplicates;
      continue;
    }
    const int account = static_cast<int>(random() % faults::accounts);
    const auto amount = static_cast<std::int64_t>(1 + random() % 5000);
    const bool is_refund = kind < 20;
    const bool is_unknown = kind == 99;
    before = fmt::format(R"({{"record_id":"S{}R{}","pan":"{}","processing_code":"{}","amount":{},)"
                         R"("currency":"RUB","local_time":"2026-11-20T12:00:00"}})"
                         "\n",
                         seed, i, is_unknown ? "4000000000000002" : Bank::pan(account),
                         is_refund ? "200000" : "000000", amount);
    night.file += before;
    if (is_unknown) {
      ++night.rejected;
      before.clear();
      continue;
    }
    ++night.posted;
    const std::int64_t change = is_refund ? amount : -amount;
    night.movements[static_cast<std::size_t>(account)] += change;
    night.posted_amount -= change;
  }
  return night;
}

class KillTest {
 public:
  explicit KillTest(Bank& bank) : bank_(bank), ledger_(faults::accounts, faults::opening_balance) {}

  bool round(std::uint64_t seed) {
    const Night night = make_night(seed);
    const std::string heard = send_until_killed(night, seed);
    if (!bank_.start()) return false;
    const auto report = bank_.ask("POST", "/v1/clearing-files?format=jsonl", night.file);
    if (!report) return false;
    fmt::print("seed {}: {}\n", seed, heard.empty() ? "cut short" : "heard of before the kill");
    for (int account = 0; account < faults::accounts; ++account) {
      const auto index = static_cast<std::size_t>(account);
      ledger_[index] += night.movements[index];
      const auto balance = bank_.balance(account);
      if (!balance) return false;
      if (balance->ledger != ledger_[index]) {
        return fail(fmt::format("account A{}: ledger {} instead of {}", account, balance->ledger,
                                ledger_[index]));
      }
    }
    return report_is_right(json::parse(*report), night, !heard.empty()) && bank_.ledger_is_zero();
  }

  // Of all rounds: the sums of what lies in the outbox, and no item twice.
  bool core_banking_has_it_all() {
    if (!bank_.ask("POST", "/v1/clock", R"({"now":"2026-11-20T09:10:00Z"})")) return false;
    std::vector<std::int64_t> sums(faults::accounts);
    std::set<std::string> items;
    const fs::path outbox = fs::path(bank_.the_switch().data_folder()) / "core" / "outbox";
    for (const auto& entry : fs::directory_iterator(outbox)) {
      if (entry.path().extension() != ".jsonl") continue;
      std::istringstream lines(scenarios::read_file(entry.path()));
      std::string line;
      std::getline(lines, line);
      const std::int64_t stated = json::parse(line).at("items").as_int64();
      std::int64_t found = 0;
      for (; std::getline(lines, line); ++found) {
        const json::value item = json::parse(line);
        if (!items.emplace(item.at("item_id").as_string()).second) {
          return fail("an item stands twice: " + line);
        }
        const std::string account(item.at("account_id").as_string());
        sums[std::stoul(account.substr(1))] += item.at("amount").as_int64();
      }
      if (found != stated) return fail(entry.path().string() + " has not the items it states");
    }
    for (std::size_t account = 0; account < sums.size(); ++account) {
      if (faults::opening_balance + sums[account] == ledger_[account]) continue;
      return fail(fmt::format("account A{}: core banking has {}, the ledger {}", account,
                              faults::opening_balance + sums[account], ledger_[account]));
    }
    fmt::print("{} items in the outbox\n", items.size());
    return true;
  }

 private:
  // The report, when it came before the kill.
  std::string send_until_killed(const Night& night, std::uint64_t seed) {
    std::string heard;
    std::thread sender([&] {
      auto api = holdfast::http::ApiClient::from_config(bank_.the_switch().config_file());
      if (!api) return;
      const auto answer = api->request("POST", "/v1/clearing-files?format=jsonl", night.file);
      if (answer && answer->status == 200) heard = answer->body;
    });
    std::mt19937_64 random(seed);
    std::this_thread::sleep_for(std::chrono::milliseconds(2 + random() % 400));
    bank_.the_switch().kill();
    sender.join();
    return heard;
  }

  static bool report_is_right(const json::value& report, const Night& night, bool was_finished) {
    const auto number = [&report](const char* key) { return report.at(key).as_int64(); };
    const auto& amounts = report.at("posted_amounts").as_object();
    const std::int64_t amount = amounts.empty() ? 0 : amounts.at("RUB").as_int64();
    const bool is_same =
        number("rejected") == night.rejected && number("records") == records_per_file;
    const bool as_if_alone =
        number("posted") == night.posted && number("unmatched") == night.posted &&
        number("duplicates") == night.duplicates && amount == night.posted_amount;
    // The kill may come between the last record and the answer.
    const bool all_again = number("posted") == 0 && amount == 0 &&
                           number("duplicates") == night.posted + night.duplicates;
    if (is_same && (all_again || (as_if_alone && !was_finished))) return true;
    return fail("the report is " + json::serialize(report));
  }

  Bank& bank_;
  std::vector<std::int64_t> ledger_;
};

}  // namespace

int main(int argc, char** argv) {
  Bank bank(argc, argv);
  const int kills = argc > 4 ? std::atoi(argv[4]) : 50;
  const std::uint64_t first_seed = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 1;
  if (!bank.start()) return 1;
  KillTest test(bank);
  for (int kill = 0; kill < kills; ++kill) {
    if (!test.round(first_seed + static_cast<std::uint64_t>(kill))) {
      bank.the_switch().show_log();
      return 1;
    }
  }
  return test.core_banking_has_it_all() && bank.stop_and_verify() ? 0 : 1;
}
