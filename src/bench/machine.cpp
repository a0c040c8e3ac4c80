#include "bench/machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "bench/interrupt.hpp"
#include "bench/latency_histogram.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t append_size = std::size_t{8} << 10;
constexpr std::size_t appends_max = 1000;
constexpr std::chrono::seconds probe_time{1};

std::string processor_name() {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

// Lines of mountinfo: "36 35 98:0 /root /mount/point options - type source …".
std::string filesystem_type(const fs::path& folder) {
  std::ifstream stream("/proc/self/mountinfo");
  std::string type = "unknown";
  std::size_t longest = 0;
  const std::string wanted = folder.string() + "/";
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string word;
    std::string mount_point;
    for (int i = 0; i < 4; ++i) words >> word;
    words >> mount_point;
    while (words >> word && word != "-") {
    }
    words >> word;
    const std::string prefix = mount_point == "/" ? mount_point : mount_point + "/";
    // A later mount hides an earlier one at the same place.
    if (prefix.size() < longest || !wanted.starts_with(prefix)) continue;
    longest = prefix.size();
    type = word;
  }
  return type;
}

Outcome<void> measure_sync(const fs::path& folder, Machine& machine) {
  const fs::path file = folder / "sync-probe";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto failure = [&](const char* what) {
    Error error{fmt::format("{}: {}: {}", file.string(), what, std::strerror(errno))};
    if (descriptor >= 0) ::close(descriptor);
    return error;
  };
  if (descriptor < 0) return failure("creating");
  const std::vector<char> bytes(append_size, 'x');
  const auto append = [&](std::size_t i) {
    const auto offset = static_cast<off_t>(i * bytes.size());
    return ::pwrite(descriptor, bytes.data(), bytes.size(), offset) ==
           static_cast<ssize_t>(bytes.size());
  };
  for (std::size_t i = 0; i < appends_max; ++i) {
    if (!append(i)) return failure("writing");
  }
  if (::fsync(descriptor) != 0) return failure("syncing");
  LatencyHistogram latency;
  const auto end = Clock::now() + probe_time;
  for (std::size_t i = 0; i < appends_max && Clock::now() < end && !is_interrupted(); ++i) {
    const auto begin = Clock::now();
    if (!append(i)) return failure("writing");
    if (::fdatasync(descriptor) != 0) return failure("syncing");
    latency.record(Clock::now() - begin);
  }
  ::close(descriptor);
  std::error_code ignored;
  fs::remove(file, ignored);
  machine.sync_p50 = latency.percentile(0.5);
  machine.sync_p99 = latency.percentile(0.99);
  return {};
}

}  // namespace

Outcome<Machine> describe_machine(const fs::path& folder) {
  Machine machine;
  machine.cores = std::thread::hardware_concurrency();
  machine.processor = processor_name();
  utsname system{};
  if (::uname(&system) == 0) machine.kernel = fmt::format("{} {}", system.sysname, system.release);
  machine.filesystem = filesystem_type(folder);
  machine.filesystem_is_memory = machine.filesystem == "tmpfs" || machine.filesystem == "ramfs";
  if (auto measured = measure_sync(folder, machine); !measured) return measured.error();
  return machine;
}

std::string build_type() {
  std::string type;
#ifndef NDEBUG
  type += "with assertions";
#endif
#ifndef __OPTIMIZE__
  type += type.empty() ? "not optimised" : ", not optimised";
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  type += type.empty() ? "with sanitizers" : ", with sanitizers";
#endif
  return type.empty() ? "Release" : type;
}

bool is_optimised_build() {
  return build_type() == "Release";
}

Outcome<TemporaryFolder> TemporaryFolder::create(const fs::path& parent) {
  std::error_code error;
  fs::create_directories(parent, error);
  const fs::path absolute = fs::canonical(parent, error);
  std::string name = ((error ? parent : absolute) / "holdfast-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{fmt::format("{}: {}", name, std::strerror(errno))};
  }
  return TemporaryFolder(name);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())), kept_(other.kept_) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty() && !kept_) fs::remove_all(path_, ignored);
}

}  // namespace holdfast::bench
