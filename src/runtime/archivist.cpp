#include "runtime/archivist.hpp"

#include <spdlog/spdlog.h>

#include "engine/threads.hpp"

namespace holdfast {
namespace {

constexpr std::chrono::hours round_interval{1};
constexpr std::int64_t seconds_of_day = 86'400;

std::optional<engine::Instant> days_before(engine::Instant now,
                                           const std::optional<std::int64_t>& days) {
  if (!days) return std::nullopt;
  return now.plus_seconds(-*days * seconds_of_day);
}

}  // namespace

Archivist::~Archivist() {
  stop();
}

void Archivist::start() {
  if (!core_.config.archive.folder.empty()) thread_ = std::thread([this] { run(); });
}

void Archivist::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wanted_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Archivist::run_round(std::function<void(const Result&)> ended) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back(std::move(ended));
      wanted_.notify_one();
      return;
    }
  }
  ended(Error{"the switch is stopping"});
}

bool Archivist::is_stopping() const {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Archivist::run() {
  engine::enter_thread("archive", engine::ThreadClass::patient);
  for (bool last = false; !last;) {
    const Result result = round();
    if (!result) spdlog::error("archive: {}", result.error().text);
    std::vector<std::function<void(const Result&)>> asked;
    {
      std::unique_lock lock(mutex_);
      wanted_.wait_for(lock, round_interval, [this] { return stopping_ || !waiting_.empty(); });
      asked.swap(waiting_);
      last = stopping_;
    }
    if (asked.empty()) continue;
    const Result wanted = last ? Result(Error{"the switch is stopping"}) : round();
    for (const auto& tell : asked) tell(wanted);
  }
}

Archivist::Result Archivist::round() {
  const ArchiveConfig& policy = core_.config.archive;
  const engine::Instant now = core_.clock.now();
  const auto report = core_.engine.archive(
      {days_before(now, policy.record_days), days_before(now, policy.journal_days)},
      [this] { return !is_stopping(); });
  if (!report) return Error{report.error().detail};
  if (!report->is_empty()) {
    spdlog::info("archive: moved {} holds, {} movements, {} answers, {} journal segments",
                 report->holds, report->movements, report->decisions, report->segments);
  }
  return *report;
}

}  // namespace holdfast
