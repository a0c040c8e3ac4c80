// Runs one scenario against the real switch: over TCP and HTTP, then a stop, then a rebuild from
// the journal that must give the same state. None of the trace's card numbers may stand in a file
// that the switch wrote.
//
//   scenario_runner HOLDFAST DIALECTS RULES SCENARIO.trace [OPTIONS OF REPLAY…]
#include <cstdio>
#include <fstream>
#include <sstream>

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

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::string content(fs::file_size(file), '\0');
  std::ifstream(file, std::ios::binary).read(content.data(), std::ssize(content));
  return content;
}

// Of the statements "card NUMBER …".
std::vector<std::string> card_numbers(const fs::path& trace) {
  std::vector<std::string> numbers;
  std::istringstream lines(content_of(trace));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string statement;
    std::string number;
    if (words >> statement >> number && statement == "card") numbers.push_back(number);
  }
  return numbers;
}

bool keeps_no_card_number(const fs::path& folder, const fs::path& trace) {
  const std::vector<std::string> numbers = card_numbers(trace);
  bool passed = true;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string content = content_of(entry.path());
    for (const std::string& number : numbers) {
      if (content.find(number) == std::string::npos) continue;
      std::fprintf(stderr, "%s holds the card number %s\n", entry.path().c_str(), number.c_str());
      passed = false;
    }
  }
  return passed;
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
  if (!keeps_no_card_number(holdfast.folder(), replay_arguments.front())) passed = false;
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
