// What a process takes while something is done: its CPU time, and its memory before, after and at
// most, as it is seen ten times a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "bench/process.hpp"

namespace holdfast::bench {

struct UsageFigures {
  ProcessUsage before;
  ProcessUsage after;
  std::uint64_t resident_bytes_max = 0;  // in between, not ever
  std::uint64_t anonymous_bytes_max = 0;

  std::chrono::nanoseconds cpu() const { return after.cpu - before.cpu; }
};

class UsageWatch {
 public:
  // `usage` is called from a thread of its own until end().
  explicit UsageWatch(std::function<ProcessUsage()> usage);
  UsageFigures end();

 private:
  void look(const ProcessUsage& usage);

  std::function<ProcessUsage()> usage_;
  UsageFigures figures_;
  std::jthread thread_;
};

}  // namespace holdfast::bench
