// The bounded queue in front of the writer thread: many producers, one consumer that takes all
// that waits at once. The busier the system, the larger the batch. Bulk work stands in a queue of
// its own, of which the consumer takes as much as it likes.
#pragma once

#include <algorithm>
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
  bool push(Submission& submission) { return push(waiting_, submission); }
  bool push_bulk(Submission& submission) { return push(bulk_, submission); }
  void wake() {
    {
      std::lock_guard lock(mutex_);
      if (!consumer_sleeps_ || is_empty()) return;
      consumer_sleeps_ = false;
    }
    arrived_.notify_one();
  }

  // Swaps what waits into `taken` (empty on entry), and behind it up to `bulk_max` of the bulk
  // work; waits up to `patience` for something that it may take. Closed, it hands out all. False
  // when the inbox is closed and everything was taken.
  bool take(std::vector<Submission*>& taken, std::size_t bulk_max,
            std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, patience, [&] {
      const bool has_work = !waiting_.empty() || (bulk_max > 0 && !bulk_.empty());
      consumer_sleeps_ = !has_work && !closed_ && !poked_;
      return !consumer_sleeps_;
    });
    consumer_sleeps_ = false;
    poked_ = false;
    taken.swap(waiting_);
    const std::size_t share = closed_ ? bulk_.size() : std::min(bulk_max, bulk_.size());
    const auto count = static_cast<std::ptrdiff_t>(share);
    taken.insert(taken.end(), bulk_.begin(), bulk_.begin() + count);
    bulk_.erase(bulk_.begin(), bulk_.begin() + count);
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
  bool push(std::vector<Submission*>& queue, Submission& submission) {
    std::lock_guard lock(mutex_);
    if (closed_ || queue.size() >= capacity_) return false;
    queue.push_back(&submission);
    return true;
  }
  bool is_empty() const { return waiting_.empty() && bulk_.empty(); }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Submission*> waiting_;
  std::vector<Submission*> bulk_;
  bool consumer_sleeps_ = false;
  bool poked_ = false;
  bool closed_ = false;
};

}  // namespace engine
