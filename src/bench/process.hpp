// The servers under load are child processes. None outlives the bench, however that ends: the
// destructor kills them, and the kernel does when the bench itself is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "error.hpp"

namespace holdfast::bench {

struct ProcessUsage {
  std::chrono::nanoseconds cpu{0};  // user and system, of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t resident_bytes_max = 0;  // ever
  std::uint64_t anonymous_bytes = 0;     // the resident part that no file stands behind
};

class Process {
 public:
  // stdout and stderr go to `<log_prefix>.out` and `<log_prefix>.err`, so that nothing ever waits
  // for a reader.
  static Outcome<Process> start(const std::vector<std::string>& command,
                                const std::filesystem::path& log_prefix);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  // The first line of stdout once it is whole. An error when the process ends before, or takes
  // longer than `patience`; it tells the end of the log.
  Outcome<std::string> first_line(std::chrono::milliseconds patience);
  // SIGTERM; then the exit code, 128 + signal for a killed one.
  Outcome<int> terminate(std::chrono::milliseconds patience);
  // Waits for an end that comes by itself.
  Outcome<int> wait(std::chrono::milliseconds patience);
  // The whole process stands still until resume().
  void pause();
  void resume();
  bool is_running();

  ProcessUsage usage() const;
  std::string output() const;
  std::string log() const;
  // The last lines of what it logged.
  std::string log_tail() const;

 private:
  Process(pid_t pid, const std::filesystem::path& log_prefix);
  void kill();
  bool has_ended();

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::filesystem::path output_file_;
  std::filesystem::path log_file_;
};

}  // namespace holdfast::bench
