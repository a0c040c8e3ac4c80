#include "checkpointer.hpp"

#include "engine/threads.hpp"

namespace engine {

Checkpointer::Checkpointer(const Store& store, const State& state, std::function<void()> finished)
    : store_(store), state_(state), finished_(std::move(finished)), thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Checkpointer::start(const MetaRecord& meta) {
  {
    std::lock_guard lock(mutex_);
    ENGINE_ASSERT(!job_ && !result_);
    job_ = meta;
  }
  changed_.notify_all();
}

bool Checkpointer::running() const {
  std::lock_guard lock(mutex_);
  return job_ || result_;
}

std::optional<Result<void>> Checkpointer::take_result() {
  std::lock_guard lock(mutex_);
  return std::exchange(result_, std::nullopt);
}

Result<void> Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  ENGINE_ASSERT(job_ || result_);
  changed_.wait(lock, [this] { return result_.has_value(); });
  return *std::exchange(result_, std::nullopt);
}

void Checkpointer::run() {
  enter_thread("checkpoint", ThreadClass::patient);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || job_; });
    if (!job_) return;
    const MetaRecord meta = *job_;
    lock.unlock();
    Result<void> result = store_.write_frozen(state_, meta);
    lock.lock();
    job_.reset();
    result_ = std::move(result);
    changed_.notify_all();
    lock.unlock();
    finished_();
    lock.lock();
  }
}

}  // namespace engine
