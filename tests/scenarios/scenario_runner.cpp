// Runs one scenario against the real switch: over TCP and HTTP, then a stop, then a rebuild from
// the journal that must give the same state.
//
//   scenario_runner HOLDFAST DIALECTS RULES SCENARIO.trace [OPTIONS OF REPLAY…]
#include <cstdio>

#include "switch_under_test.hpp"

namespace {

using scenarios::CommandResult;
using scenarios::SwitchUnderTest;

bool report(const char* what, const CommandResult& result) {
  if (result.exit_code == 0) return true;
  std::fprintf(stderr, "%s: exit %d\n%s%s", what, result.exit_code, result.output.c_str(),
               result.errors.c_str());
  return false;
}

bool run_scenario(SwitchUnderTest& holdfast, const std::vector<std::string>& replay_arguments) {
  if (!holdfast.start()) {
    std::fprintf(stderr, "the switch did not become ready\n");
    return false;
  }
  std::vector<std::string> replay{"replay", "--config", holdfast.config_file()};
  replay.insert(replay.end(), replay_arguments.begin(), replay_arguments.end());
  const CommandResult replayed = holdfast.run(std::move(replay));
  std::fputs(replayed.output.c_str(), stdout);
  bool passed = report("replay", replayed);
  const auto stopped = holdfast.stop();
  if (stopped != 0) {
    std::fprintf(stderr, "serve: exit %d on SIGTERM\n", stopped.value_or(-1));
    passed = false;
  }
  return report("journal verify", holdfast.run({"journal", "verify", holdfast.data_folder()})) &&
         passed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr,
                 "usage: scenario_runner HOLDFAST DIALECTS RULES SCENARIO.trace [OPTIONS…]\n");
    return 2;
  }
  SwitchUnderTest holdfast(argv[1], argv[2], argv[3]);
  if (run_scenario(holdfast, {argv + 4, argv + argc})) return 0;
  holdfast.show_log();
  return 1;
}
