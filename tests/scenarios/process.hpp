// Child processes of a test. None outlives the test, however that ends: the kernel kills the
// children of a test that is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace scenarios {

class Process {
 public:
  // stdout and stderr go to files, so that nothing ever waits for a reader.
  Process(const std::vector<std::string>& command, std::filesystem::path stdout_file,
          std::filesystem::path stderr_file);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void terminate();
  // SIGKILL, and waits until it is gone.
  void kill();
  pid_t pid() const { return pid_; }
  // The exit code, 128 + signal for a killed one; nothing when it still runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);
  std::string stdout_text() const;
  std::string stderr_text() const;

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::filesystem::path stdout_file_;
  std::filesystem::path stderr_file_;
};

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace scenarios
