// Moves what is old to the archive, by the policy of `[archive]`: once an hour, and when somebody
// asks for it, on a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "error.hpp"
#include "runtime/core.hpp"

namespace holdfast {

class Archivist {
 public:
  using Result = Outcome<engine::ArchiveReport>;

  explicit Archivist(const Core& core) : core_(core) {}
  // Stops.
  ~Archivist();

  // Without an archive in the configuration there is nothing to do, and no round.
  void start();
  // After the step that runs; who waited for a round is told that it was stopped. Any thread.
  void stop();

  // A round that begins after this call; `ended` runs on the archivist's thread. Any thread.
  void run_round(std::function<void(const Result&)> ended);

 private:
  void run();
  Result round();
  bool is_stopping() const;

  const Core& core_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::vector<std::function<void(const Result&)>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace holdfast
