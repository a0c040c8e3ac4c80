// The machine that the figures are of, and the folder where the durable ones were made.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "error.hpp"

namespace holdfast::bench {

struct Machine {
  unsigned cores = 0;
  std::string processor;
  std::string kernel;
  std::string filesystem;  // of the folder: its type
  bool filesystem_is_memory = false;
  // Of appending 8 KiB to a pre-written file and syncing it.
  std::chrono::nanoseconds sync_p50{};
  std::chrono::nanoseconds sync_p99{};
};

// Measures in `folder`; takes about a second.
Outcome<Machine> describe_machine(const std::filesystem::path& folder);

// "Release", or what makes the figures meaningless.
std::string build_type();
bool is_optimised_build();

// A folder that goes away with this object, unless it is kept.
class TemporaryFolder {
 public:
  static Outcome<TemporaryFolder> create(const std::filesystem::path& parent);
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace holdfast::bench
