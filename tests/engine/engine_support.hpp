// The whole engine on a temporary folder, for tests.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/journal.hpp"
#include "journal_support.hpp"
#include "ledger.hpp"

namespace engine::testing {

// Submits and waits.
class Client : public Completions {
 public:
  explicit Client(Engine& engine) : engine_(engine) {}

  Answer call(Submission& submission);
  Answer call(CommandBody body, const Request& request = {});
  Answer ask(const Asked& asked) { return call(authorize_of(asked), request_of(asked)); }
  // Submits alone; false when refused. wait() then waits for all that were taken.
  bool submit(Submission& submission);
  void wait();
  void deliver(std::span<Submission* const> finished) override;

  // All there is to see, as text: accounts, their holds, the ledger, how many exceptions.
  std::string describe(const std::vector<std::string>& accounts);

 private:
  Engine& engine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t outstanding_ = 0;
};

// Small segments and a small store; no checkpoint but the last, unless asked for.
EngineOptions options_for(const std::filesystem::path& folder);
Rules rules_for_tests();
// REQUIREs success.
std::unique_ptr<Engine> open_engine(const EngineOptions& options);
Submission submission_of(CommandBody body, const Request& request = {});

// Accounts A0 … with 100000.00 RUB and a card C0 … each.
void issue_accounts(Client& client, int count);
std::vector<std::string> account_names(int count);

}  // namespace engine::testing
