// The real switch, on free ports and in a folder of its own, with a clock that the test moves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "process.hpp"

namespace scenarios {

struct CommandResult {
  int exit_code = -1;
  std::string output;  // stdout
  std::string errors;  // stderr
};

class SwitchUnderTest {
 public:
  // Files of `rules` (limits.toml, tariffs.toml, fx_rates.toml, holds.toml) that exist are used.
  SwitchUnderTest(std::filesystem::path binary, const std::filesystem::path& dialects,
                  const std::filesystem::path& rules);
  ~SwitchUnderTest();

  // True once it has said that it is ready.
  bool start();
  // A subcommand of the binary, ended after 50 seconds.
  CommandResult run(std::vector<std::string> arguments);
  // SIGTERM, and its exit code; nothing when it does not end.
  std::optional<int> stop();
  // SIGKILL: what a power cut looks like to the switch, but for the disk's own cache.
  void kill() { process_->kill(); }
  const Process& process() const { return *process_; }
  // Keeps the folder for people to look at, and prints what the switch logged.
  void show_log();

  std::string config_file() const { return (folder_ / "holdfast.toml").string(); }
  std::string data_folder() const { return (folder_ / "data").string(); }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path binary_;
  std::filesystem::path folder_;
  std::optional<Process> process_;
  bool keep_folder_ = false;
};

}  // namespace scenarios
