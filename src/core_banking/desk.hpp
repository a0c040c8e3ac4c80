// Where batches go to core banking and its answers come back: one round after another on a thread
// of its own. A round closes the engine's batch that is due, takes what core banking has sent, and
// exports what waits, while core banking is open. Nothing of it is lost by a crash in between: what
// was done twice is the same.
#pragma once

#include <atomic>
#include <chrono>
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
  // After the batch, file or part of one that is dealt with just now; what waited for a round is
  // told that it has ended. Any thread.
  void stop();

  // A round that begins after this call, and tries again what failed before; `ended` runs on the
  // desk's thread. Any thread.
  void run_round(std::function<void()> ended);
  // The same, and hands the batch over once more: it was exported before.
  void deliver_again(const engine::BatchId& batch, std::function<void()> ended);

  // Why the last export failed; empty when it did not. Any thread.
  std::string export_failure() const;
  // Why what core banking has sent cannot be read or put away; empty when it can. Any thread.
  std::string inbox_failure() const;
  // Of the last balances that were taken. Any thread.
  std::optional<BalanceReport> last_balances() const;

 private:
  void run();
  void guarded_round(bool is_asked, const std::vector<engine::BatchId>& again);
  void round(bool is_asked, const std::vector<engine::BatchId>& again);
  // Whether something waits for an export that is under way.
  Outcome<bool> receive();
  // `later`: it waits for an export. `stopped`: so does everything, the engine takes nothing.
  enum class Taken { done, later, stopped };
  Outcome<Taken> take(const std::string& sent_name);
  // What was dealt with, and is not put away yet.
  struct Dealt {
    std::string name;
    std::optional<std::string> refusal;
  };
  Outcome<void> put_away();
  Outcome<Taken> take_answers(std::string_view text);
  Outcome<Taken> take_balances(const std::string& name, std::string_view text);
  Outcome<Taken> take_group(const BalanceGroup& group, BalanceReport& report);
  bool waits_for_export(const engine::BatchId& batch);
  void keep(const BalanceReport& report);
  void export_waiting(bool is_asked);
  bool deliver(const engine::BatchView& batch);
  Outcome<void> write(const engine::BatchView& batch);
  void tell(std::string& failure, std::string_view what, std::string_view reason);

  const Core& core_;
  BlockingCaller engine_;
  std::unique_ptr<CoreAdapter> adapter_;
  std::filesystem::path reports_;
  std::optional<Dealt> dealt_;
  std::chrono::steady_clock::time_point next_export_;
  std::chrono::milliseconds export_delay_{0};

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::vector<std::function<void()>> waiting_;
  std::vector<engine::BatchId> again_;
  std::string export_failure_;
  std::string inbox_failure_;
  std::optional<BalanceReport> last_balances_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace holdfast::core_banking
