#include "runtime/blocking_caller.hpp"

#include <thread>

namespace holdfast {

engine::Decision BlockingCaller::execute(engine::CommandBody body) {
  engine::Submission submission;
  const auto stamp = stamp_();
  submission.command = {stamp.now, stamp.business_date, stamp.local_date, {}, std::move(body)};
  if (!run(submission)) submission.answer.decision.decline = engine::Decline::halted;
  return submission.answer.decision;
}

bool BlockingCaller::inspect(std::function<void(const engine::View&)> look) {
  engine::Submission submission;
  submission.inspect = std::move(look);
  return run(submission) && submission.answer.decision.approved();
}

bool BlockingCaller::run(engine::Submission& submission) {
  submission.completions = this;
  is_done_ = false;
  while (!core_.engine.submit(submission)) {
    if (core_.engine.is_stopping()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return is_done_; });
  return true;
}

void BlockingCaller::deliver(std::span<engine::Submission* const>) {
  // Notified under the lock: the caller may be gone as soon as it has seen the answer.
  std::lock_guard lock(mutex_);
  is_done_ = true;
  arrived_.notify_one();
}

}  // namespace holdfast
