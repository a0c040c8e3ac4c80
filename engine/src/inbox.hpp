// The bounded queue in front of the writer thread: many producers, one consumer that takes all
// that waits at once. The busier the system, the larger the batch.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace engine {

struct Submission;

class Inbox {
 public:
  explicit Inbox(std::size_t capacity) : capacity_(capacity) { waiting_.reserve(capacity); }

  // The consumer sees it at the next wake(), or when it comes back by itself.
  bool push(Submission& submission) {
    std::lock_guard lock(mutex_);
    if (closed_ || waiting_.size() >= capacity_) return false;
    waiting_.push_back(&submission);
    return true;
  }
  void wake() {
    {
      std::lock_guard lock(mutex_);
      if (!consumer_sleeps_ || waiting_.empty()) return;
      consumer_sleeps_ = false;
    }
    arrived_.notify_one();
  }

  // Swaps what waits into `taken` (empty on entry); waits up to `patience` for something to come.
  // False when the inbox is closed and everything was taken.
  bool take(std::vector<Submission*>& taken, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (waiting_.empty() && !closed_) {
      consumer_sleeps_ = true;
      arrived_.wait_for(lock, patience, [this] { return !waiting_.empty() || closed_ || poked_; });
      consumer_sleeps_ = false;
    }
    poked_ = false;
    taken.swap(waiting_);
    return !taken.empty() || !closed_;
  }

  bool is_closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }

  // Wakes the consumer though nothing came.
  void poke() {
    {
      std::lock_guard lock(mutex_);
      poked_ = true;
    }
    arrived_.notify_one();
  }

  // Nothing more is taken in; what waits is still handed out.
  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    arrived_.notify_one();
  }

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Submission*> waiting_;
  bool consumer_sleeps_ = false;
  bool poked_ = false;
  bool closed_ = false;
};

}  // namespace engine
