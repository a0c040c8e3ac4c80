// The figures for people, printed as they come, and for programs, printed at the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/clearing_bench.hpp"
#include "bench/codec_figures.hpp"
#include "bench/machine.hpp"
#include "bench/options.hpp"
#include "bench/recovery_bench.hpp"
#include "bench/step.hpp"

namespace holdfast::bench {

struct BenchFigures {
  std::string version;
  Machine machine;
  double loading_seconds = 0;
  std::vector<StepFigures> steps;
  std::vector<CodecFigures> codec;
  std::optional<ClearingFigures> clearing;
  std::optional<RecoveryFigures> recovery;
  std::string verification;  // what `journal verify` printed; empty when it was not asked for
};

std::string machine_text(const BenchFigures& figures, const BenchOptions& options);
// Two lines of headings, then a line for each target of a step.
std::string step_headings(const BenchOptions& options);
std::string step_text(const StepFigures& step);
std::string codec_text(const std::vector<CodecFigures>& codec);
std::string clearing_text(const ClearingFigures& clearing, const BenchOptions& options);
std::string recovery_text(const RecoveryFigures& recovery);
std::string json_text(const BenchFigures& figures, const BenchOptions& options);

// True when every reply of every step was what it should be.
bool all_replies_were_right(const BenchFigures& figures);

}  // namespace holdfast::bench
