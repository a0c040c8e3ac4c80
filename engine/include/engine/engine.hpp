// Start here. An Engine is the balance engine of one partition: one writer thread owns the state,
// drains a bounded inbox, decides every waiting command, makes the batch durable once, and then
// completes every caller. Nobody hears of a decision before it is on disk.
//
//   auto engine = Engine::open(options, rules);     // recovers from store and journal
//   submission.command = {now, business_date, request, Authorize{...}};
//   engine->submit(submission);                     // false: overloaded, nothing happened
//   ...                                             // submission.completions->deliver(...)
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/archive.hpp"
#include "engine/decision.hpp"
#include "engine/error.hpp"
#include "engine/rules.hpp"
#include "engine/view.hpp"

namespace engine {

class FileOperations;
struct Submission;

// Where finished submissions go. deliver() runs on the writer thread once per batch: it hands
// them over and returns at once.
class Completions {
 public:
  virtual void deliver(std::span<Submission* const> finished) = 0;

 protected:
  ~Completions() = default;
};

// A command on its way through the engine. Owned by the submitter, who leaves it alone from
// submit() until it is delivered.
struct Submission {
  Command command;
  // When set, runs instead of a command, on the writer thread; delivered when all that it could
  // have seen is durable.
  std::function<void(const View&)> inspect;
  // Past this moment the command is not decided any more: `overloaded`, and nothing happened.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  // Of long work that nobody waits for by the clock: while commands with a deadline come, they go
  // first, and little of this is in a batch.
  bool is_bulk = false;
  Completions* completions = nullptr;
  Answer answer;
};

struct EngineOptions {
  std::filesystem::path data_dir;  // journal/, store/ and lock lie in it
  std::size_t inbox_capacity = 65'536;
  // Where the archive is, once there is one; empty: nowhere.
  std::filesystem::path archive_dir;
  // LMDB's address space, set once and large; disk is used as records come.
  std::size_t store_map_size = std::size_t{64} << 30;
  std::size_t archive_map_size = std::size_t{256} << 30;
  std::size_t journal_segment_size = std::size_t{64} << 20;
  // A checkpoint starts when this many records have changed, or after this time.
  std::size_t checkpoint_records = 4'000'000;
  std::chrono::seconds checkpoint_interval{60};
  // Asserts the ledger's invariants after every event.
#ifdef NDEBUG
  bool check_invariants = false;
#else
  bool check_invariants = true;
#endif
  FileOperations* files = nullptr;  // tests make disks fail
};

struct RecoveryReport {
  std::uint64_t events_replayed = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t accounts = 0;
  std::uint64_t cards = 0;
  Instant last_command_at;  // business time must not start before it
  std::string torn_tail;    // empty, or what was found behind the last whole batch
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> open(const EngineOptions& options, Rules rules);
  // Stops, if stop() was not called.
  ~Engine();

  // Takes the submission; false when the inbox is full or the engine takes nothing more, and
  // then nothing happened. Any thread.
  bool submit(Submission& submission);
  // The same in two steps, for many at once: the writer begins with what was enqueued at wake().
  bool enqueue(Submission& submission);
  void wake();
  // Finishes what was taken, checkpoints and ends the writer. Errors: the last checkpoint's.
  Result<void> stop();

  // True from stop() on: a submit() that is refused now will be refused for good. Any thread.
  bool is_stopping() const;

  const RecoveryReport& recovery() const;
  // Why the engine takes no more commands; empty while it does. Any thread.
  std::string halted() const;
  // Moves what the policy names to EngineOptions::archive_dir, and asks `go_on` now and then.
  // Blocks for as long as it takes, while commands are decided: for a thread of its own, one at a
  // time, that ends before stop(). Errors: no archive, or a disk that refuses; the engine goes on.
  Result<ArchiveReport> archive(const ArchivePolicy& policy, const std::function<bool()>& go_on);

  // Why the journal's next segment cannot be made, where it cannot: the disk is full, most likely.
  // When the current one is full, the engine halts. Empty: it is there. Any thread.
  std::string journal_trouble() const;

  // How much of EngineOptions::store_map_size the store has used. When it is full, the next
  // checkpoint fails and the engine halts: the map must be larger at the next start. Any thread.
  int store_fill_percent() const;

 private:
  class Writer;
  explicit Engine(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace engine
