// The writer thread: decide, apply, journal, then one durable write for the whole batch, then
// every caller hears.
#pragma once

#include <mutex>
#include <thread>

#include "archive.hpp"
#include "checkpointer.hpp"
#include "data_lock.hpp"
#include "decide.hpp"
#include "engine/engine.hpp"
#include "inbox.hpp"
#include "journal_file.hpp"

namespace engine {

class Engine::Writer {
 public:
  Writer(const EngineOptions& options, Rules rules, DataLock lock);
  ~Writer();

  Result<void> open();
  bool enqueue(Submission& submission) {
    return submission.is_bulk ? inbox_.push_bulk(submission) : inbox_.push(submission);
  }
  void wake() { inbox_.wake(); }
  Result<void> stop();
  bool is_stopping() const { return inbox_.is_closed(); }
  const RecoveryReport& recovery() const { return recovery_; }
  std::string halted() const;
  std::string journal_trouble() const { return journal_->preparation_failure(); }
  int store_fill_percent() const { return store_->fill_percent(); }
  Result<ArchiveReport> archive(const ArchivePolicy& policy, const std::function<bool()>& go_on);

 private:
  void run();
  // How much bulk work the next batches may have in them.
  std::size_t bulk_share() const;
  // Handles taken_[from...] until the batch is full or all are handled; returns how far it came.
  std::size_t fill_batch(std::size_t from);
  void handle(Submission& submission, std::chrono::steady_clock::time_point now);
  // Makes the batch durable and delivers the submissions [from, to).
  void commit(std::size_t from, std::size_t to);
  void deliver(std::size_t from, std::size_t to);
  void refuse(Submission& submission, Decline reason);
  void halt(const EngineError& error);
  void tend_checkpoints();
  void start_checkpoint();
  bool renew_snapshots();
  bool finish_checkpoint(const Result<void>& result);

  const EngineOptions options_;
  const Rules rules_;
  DataLock lock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Archive> archive_;
  State state_;
  Inbox inbox_;
  std::unique_ptr<FileJournal> journal_;
  // Behind the inbox: it pokes it when a checkpoint ends, which may be while we are destroyed.
  std::unique_ptr<Checkpointer> checkpointer_;
  RecoveryReport recovery_;

  std::vector<Submission*> taken_;
  std::vector<std::pair<Completions*, std::vector<Submission*>>> deliveries_;
  BatchBuffer batch_;
  Event event_;
  std::chrono::steady_clock::time_point last_deadline_seen_;
  std::chrono::steady_clock::time_point last_renewal_;

  mutable std::mutex halted_mutex_;
  std::string halted_reason_;
  bool halted_ = false;  // the writer thread's own copy
  std::thread thread_;
};

}  // namespace engine
