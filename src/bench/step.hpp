// One step of the load: a number of connections and a window, for which the targets take turns.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/load_generator.hpp"
#include "bench/options.hpp"
#include "bench/process.hpp"
#include "bench/target.hpp"
#include "error.hpp"

namespace holdfast::bench {

// What one target did in all its turns of a step.
struct TargetFigures {
  std::string name;
  std::vector<double> messages_per_second;  // a number for each turn
  LatencyHistogram latency;                 // of all turns
  ReplyCounts counts;
  std::vector<double> cpu_us_per_message;        // of the server, all threads
  std::vector<double> generator_us_per_message;  // of the load generator
  ProcessUsage usage_at_start;                   // of the first turn
  ProcessUsage usage_at_end;                     // of the last turn
  std::chrono::milliseconds catching_up{};       // after the turns, on what the load left behind
};

struct StepFigures {
  std::size_t connections = 0;
  std::size_t window = 0;
  std::vector<TargetFigures> targets;  // in the order of their turns

  const TargetFigures* find(std::string_view name) const;
  // Median of what each round's authorize reached of the same round's durable-echo; nothing
  // when one of them was not run.
  std::optional<double> ratio() const;
};

// The median, 0 when there is none.
double median(std::vector<double> values);

// Runs all rounds of a step. A target that breaks is an error that names it.
Outcome<StepFigures> run_step(const BenchOptions& options, std::size_t connections,
                              std::size_t window, const std::vector<Target*>& targets,
                              RequestMaker& requests, const iso8583::Dialect& dialect);

}  // namespace holdfast::bench
