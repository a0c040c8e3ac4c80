#include "bench/usage_watch.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace holdfast::bench {
namespace {

constexpr std::chrono::milliseconds look_interval{100};

}  // namespace

UsageWatch::UsageWatch(std::function<ProcessUsage()> usage) : usage_(std::move(usage)) {
  figures_.before = usage_();
  look(figures_.before);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!never.wait_for(lock, stop, look_interval, [&] { return stop.stop_requested(); })) {
      look(usage_());
    }
  });
}

UsageFigures UsageWatch::end() {
  thread_.request_stop();
  thread_.join();
  figures_.after = usage_();
  look(figures_.after);
  return figures_;
}

void UsageWatch::look(const ProcessUsage& usage) {
  figures_.resident_bytes_max = std::max(figures_.resident_bytes_max, usage.resident_bytes);
  figures_.anonymous_bytes_max = std::max(figures_.anonymous_bytes_max, usage.anonymous_bytes);
}

}  // namespace holdfast::bench
