// For threads of their own: runs commands in the engine and waits for their answers.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "engine/engine.hpp"
#include "runtime/core.hpp"

namespace holdfast {

class BlockingCaller : public engine::Completions {
 public:
  explicit BlockingCaller(const Core& core) : core_(core), stamp_(core.clock, core.calendar) {}

  // Stamps the command with the business time and runs it; waits while the inbox is full. `halted`
  // in the decision when the engine takes nothing more.
  engine::Decision execute(engine::CommandBody body);
  // What `look` saw is durable when this returns. False when the engine takes nothing more.
  bool inspect(std::function<void(const engine::View&)> look);

  void deliver(std::span<engine::Submission* const> finished) override;

 private:
  bool run(engine::Submission& submission);

  const Core& core_;
  TimeStamper stamp_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool is_done_ = false;
};

}  // namespace holdfast
