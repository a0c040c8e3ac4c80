// Writes frozen overlays into the store in the background.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store.hpp"

namespace engine {

class Checkpointer {
 public:
  // `finished` runs on the checkpointer's thread after each checkpoint.
  Checkpointer(const Store& store, const State& state, std::function<void()> finished);
  ~Checkpointer();

  // Starts to write what `state` has frozen. One at a time.
  void start(const MetaRecord& meta);
  bool running() const;
  // A finished checkpoint's result, once; nothing while it runs or when none was started.
  std::optional<Result<void>> take_result();
  Result<void> wait();

 private:
  void run();

  const Store& store_;
  const State& state_;
  std::function<void()> finished_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<MetaRecord> job_;
  std::optional<Result<void>> result_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace engine
