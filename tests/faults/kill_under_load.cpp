// Kills the switch with SIGKILL under load, again and again on one data folder, and proves after
// each start: every acknowledged approval is there once, every retransmission gets the answer of
// its first, held amounts are exactly those of the approvals, the ledger sums to zero, and
// `journal verify` agrees. Usage: kill_under_load HOLDFAST DIALECTS RULES KILLS FIRST_SEED
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "bank.hpp"

namespace {

using faults::Bank;
using faults::fail;
using faults::Fields;

constexpr int clients = 6;

struct Sent {
  Fields message;
  std::optional<Fields> reply;  // what was heard before the kill, or of the retransmission
  int account = 0;
  std::int64_t amount = 0;
  bool is_reversal = false;
  std::size_t original = 0;  // of a reversal: the index in the history
};

class KillTest {
 public:
  KillTest(Bank& bank, std::uint32_t first_trace) : bank_(bank), trace_(first_trace) {}

  bool round(std::uint64_t seed) {
    const std::size_t round_begin = history_.size();
    load_until_killed(seed);
    const auto verify =
        bank_.the_switch().run({"journal", "verify", bank_.the_switch().data_folder()});
    if (verify.exit_code != 0) return fail("journal verify after the kill: " + verify.errors);
    if (!bank_.start()) return false;
    const std::size_t heard = heard_count(round_begin);
    fmt::print("seed {}: {} sent, {} heard before the kill\n", seed, history_.size() - round_begin,
               heard);
    if (heard == 0) return fail("nothing was heard: the load never reached the switch");
    return retransmit(round_begin) && balances_agree() && bank_.ledger_is_zero();
  }

 private:
  void load_until_killed(std::uint64_t seed) {
    std::vector<std::thread> threads;
    for (int client = 0; client < clients; ++client) {
      threads.emplace_back(
          [this, seed, client] { load(seed * 100 + static_cast<unsigned>(client)); });
    }
    std::mt19937_64 random(seed);
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + random() % 400));
    bank_.the_switch().kill();
    for (std::thread& thread : threads) thread.join();
  }

  // One client: sends, waits for the answer, until the connection breaks.
  void load(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    faults::LinkClient client(bank_.dialect(), bank_.link());
    while (client.is_open()) {
      const std::size_t index = next_message(random);
      Fields message;
      {
        std::lock_guard lock(mutex_);
        message = history_[index].message;
      }
      if (!client.send(message)) return;
      auto reply = client.receive();
      if (!reply) return;
      std::lock_guard lock(mutex_);
      history_[index].reply = std::move(reply);
    }
  }

  std::size_t next_message(std::mt19937_64& random) {
    std::lock_guard lock(mutex_);
    Sent sent;
    ++trace_;
    const std::size_t candidate = history_.empty() ? 0 : random() % history_.size();
    const bool reverses = random() % 6 == 0 && !history_.empty() &&
                          !history_[candidate].is_reversal && history_[candidate].reply &&
                          !reversed_.contains(candidate);
    if (reverses) {
      const Sent& original = history_[candidate];
      sent.message = Bank::reversal_of(original.message, trace_);
      sent.is_reversal = true;
      sent.original = candidate;
      sent.account = original.account;
      reversed_.insert(candidate);
    } else {
      sent.account = static_cast<int>(random() % faults::accounts);
      // Some are far above any balance: declines must be remembered, too.
      sent.amount =
          random() % 10 == 0 ? 900'000'000 : static_cast<std::int64_t>(1 + random() % 5000);
      sent.message = Bank::purchase(sent.account, sent.amount, trace_);
    }
    history_.push_back(std::move(sent));
    return history_.size() - 1;
  }

  std::size_t heard_count(std::size_t from) const {
    std::size_t count = 0;
    for (std::size_t i = from; i < history_.size(); ++i) count += history_[i].reply ? 1 : 0;
    return count;
  }

  // Every message of the round again, as a repeat: the first answer, byte for byte but for MTI.
  bool retransmit(std::size_t from) {
    faults::LinkClient client(bank_.dialect(), bank_.link());
    for (std::size_t i = from; i < history_.size(); ++i) {
      Sent& sent = history_[i];
      Fields repeat = sent.message;
      repeat[0] = sent.is_reversal ? "0421" : "0101";
      if (!client.send(repeat)) return fail("a retransmission cannot be sent");
      auto reply = client.receive();
      if (!reply) return fail("a retransmission is not answered");
      if (sent.reply && *sent.reply != *reply) {
        return fail(fmt::format("message {}: first answered {}/{}, then {}/{}", i,
                                (*sent.reply)[39], (*sent.reply)[38], (*reply)[39], (*reply)[38]));
      }
      sent.reply = std::move(reply);
    }
    return true;
  }

  bool balances_agree() {
    std::vector<std::int64_t> held(faults::accounts);
    std::vector<std::multiset<std::string>> codes(faults::accounts);
    for (std::size_t i = 0; i < history_.size(); ++i) {
      Sent& sent = history_[i];
      if (sent.is_reversal || (*sent.reply)[39] != "00" || reversed_.contains(i)) continue;
      held[static_cast<std::size_t>(sent.account)] += sent.amount;
      codes[static_cast<std::size_t>(sent.account)].insert((*sent.reply)[38]);
    }
    for (int account = 0; account < faults::accounts; ++account) {
      const auto balance = bank_.balance(account);
      if (!balance) return false;
      const std::int64_t expected = held[static_cast<std::size_t>(account)];
      if (balance->held != expected || balance->ledger != faults::opening_balance) {
        return fail(fmt::format("account A{}: held {} instead of {}, ledger {}", account,
                                balance->held, expected, balance->ledger));
      }
      if (open_codes(account) != codes[static_cast<std::size_t>(account)]) {
        return fail(fmt::format("account A{}: its open holds are not the approvals", account));
      }
    }
    return true;
  }

  std::multiset<std::string> open_codes(int account) {
    std::multiset<std::string> codes;
    const auto body = bank_.ask("GET", fmt::format("/v1/accounts/A{}/holds", account));
    if (!body) return codes;
    const boost::json::value answer = boost::json::parse(*body);
    for (const boost::json::value& hold : answer.at("holds").as_array()) {
      codes.emplace(hold.at("auth_code").as_string());
    }
    return codes;
  }

  Bank& bank_;
  std::mutex mutex_;
  std::uint32_t trace_;
  std::vector<Sent> history_;
  std::set<std::size_t> reversed_;
};

}  // namespace

int main(int argc, char** argv) {
  Bank bank(argc, argv);
  const int kills = argc > 4 ? std::atoi(argv[4]) : 20;
  const std::uint64_t first_seed = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : 1;
  if (!bank.start()) return 1;
  KillTest test(bank, 0);
  for (int kill = 0; kill < kills; ++kill) {
    if (!test.round(first_seed + static_cast<std::uint64_t>(kill))) {
      bank.the_switch().show_log();
      return 1;
    }
  }
  return bank.stop_and_verify() ? 0 : 1;
}
