// What came of one step of a replay.
#pragma once

#include <string>
#include <vector>

namespace holdfast::trace {

struct StepOutcome {
  std::vector<std::string> differences;
  // Not empty: the trace cannot go on, and why.
  std::string fatal;

  static StepOutcome difference(std::string text) { return {{std::move(text)}, {}}; }
  static StepOutcome stop(std::string reason) { return {{}, std::move(reason)}; }
};

}  // namespace holdfast::trace
