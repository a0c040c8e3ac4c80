// Replays traces against a switch: steps in order, at a speed, with every difference kept.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "trace/link_runner.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

struct ReplaySettings {
  LinkRunner::FindTarget find_target;
  http::ApiClient* api = nullptr;     // null: the traces have no steps that need one
  std::filesystem::path core_folder;  // data_dir/core; empty: no step of the traces needs it
  double speed = 0;                   // 0: as fast as possible, 1: real time, 10: ten times faster
  std::chrono::milliseconds reply_timeout{5000};
  LinkRunner::Watch watch;  // empty: nobody looks on
};

struct LocatedDifference {
  std::string file;
  int line = 0;
  std::string text;
};

struct ReplayReport {
  std::size_t traces = 0;
  LinkStatistics link;
  std::vector<LocatedDifference> differences;
  std::chrono::nanoseconds elapsed{0};
};

// Adds what came of one trace to the report. A trace that cannot go on (a broken connection, a
// value that never came) ends with a difference that says why.
void replay_trace(const Trace& trace, const ReplaySettings& settings, ReplayReport& report);

// "file:line: …" for each difference, then the summary, for people.
std::string report_text(const ReplayReport& report);
// The same as one JSON object.
std::string report_json(const ReplayReport& report);

}  // namespace holdfast::trace
