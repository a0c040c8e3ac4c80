// Where batches go to core banking and its answers come back: one round after another on a thread
// of its own. A round closes the engine's batch that is due, exports what waits, while core banking
// is open, and takes what core banking has sent. Nothing of it is lost by a crash in between: what
// was done twice is the same.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core_banking/adapter.hpp"
#include "core_banking/balance_report.hpp"
#include "runtime/blocking_caller.hpp"

namespace holdfast::core_banking {

class CoreDesk {
 public:
  CoreDesk(const Core& core, std::unique_ptr<CoreAdapter> adapter);
  // Stops.
  ~CoreDesk();

  void start();
  // After the round that runs; what waited for one is told that it has ended. Any thread.
  void stop();

  // A round that begins after this call; `ended` runs on the desk's thread. Any thread.
  void run_round(std::function<void()> ended);
  // The same, and hands the batch over once more: it was exported before.
  void deliver_again(const engine::BatchId& batch, std::function<void()> ended);

  // Why the last export failed; empty when it did not. Any thread.
  std::string failure() const;
  // Of the last balances that were taken. Any thread.
  std::optional<BalanceReport> last_balances() const;

 private:
  void run();
  void round(const std::vector<engine::BatchId>& again);
  void receive();
  // `later`: it waits where it is. `stopped`: so does everything, the engine takes nothing.
  enum class Taken { done, later, stopped };
  bool take(const std::string& name);
  Outcome<Taken> take_answers(std::string_view text);
  Outcome<Taken> take_balances(const std::string& name, std::string_view text);
  Outcome<Taken> take_group(const BalanceGroup& group, BalanceReport& report);
  bool waits_for_export(const engine::BatchId& batch);
  void keep(const BalanceReport& report);
  void export_waiting();
  bool deliver(const engine::BatchView& batch);
  void tell_failure(std::string reason);

  const Core& core_;
  BlockingCaller engine_;
  std::unique_ptr<CoreAdapter> adapter_;
  std::filesystem::path reports_;

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::vector<std::function<void()>> waiting_;
  std::vector<engine::BatchId> again_;
  std::string failure_;
  std::optional<BalanceReport> last_balances_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace holdfast::core_banking
