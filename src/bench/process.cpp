#include "bench/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>

#include "bench/interrupt.hpp"

namespace holdfast::bench {
namespace {

constexpr int exit_cannot_run = 127;
constexpr int exit_signal_base = 128;
constexpr std::size_t log_tail_lines = 12;
constexpr std::chrono::milliseconds poll_interval{2};

void redirect(int descriptor, const char* file) {
  const int opened = ::open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (opened < 0 || ::dup2(opened, descriptor) < 0) ::_exit(exit_cannot_run);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// "VmRSS:     1234 kB" of /proc/PID/status.
std::uint64_t status_bytes(const std::string& status, std::string_view name) {
  const auto at = status.find(name);
  if (at == std::string::npos) return 0;
  return std::strtoull(status.c_str() + at + name.size(), nullptr, 10) << 10;
}

std::chrono::nanoseconds cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Outcome<Process> Process::start(const std::vector<std::string>& command,
                                const std::filesystem::path& log_prefix) {
  // Everything that allocates comes before fork().
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string output = log_prefix.string() + ".out";
  const std::string log = log_prefix.string() + ".err";
  // What an earlier process of this name said must not be taken for this one's words.
  std::error_code ignored;
  std::filesystem::remove(output, ignored);
  std::filesystem::remove(log, ignored);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return Error{fmt::format("cannot fork: {}", std::strerror(errno))};
  if (pid > 0) return Process(pid, log_prefix);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Away from the terminal's Ctrl-C: the bench decides how its servers end.
  ::setpgid(0, 0);
  std::signal(SIGPIPE, SIG_DFL);
  if (::getppid() != parent) ::_exit(exit_cannot_run);
  redirect(STDOUT_FILENO, output.c_str());
  redirect(STDERR_FILENO, log.c_str());
  ::execv(arguments[0], arguments.data());
  ::_exit(exit_cannot_run);
}

Process::Process(pid_t pid, const std::filesystem::path& log_prefix)
    : pid_(pid),
      output_file_(log_prefix.string() + ".out"),
      log_file_(log_prefix.string() + ".err") {}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_code_(other.exit_code_),
      output_file_(std::move(other.output_file_)),
      log_file_(std::move(other.log_file_)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  kill();
  pid_ = std::exchange(other.pid_, -1);
  exit_code_ = other.exit_code_;
  output_file_ = std::move(other.output_file_);
  log_file_ = std::move(other.log_file_);
  return *this;
}

Process::~Process() {
  kill();
}

void Process::kill() {
  if (pid_ <= 0 || exit_code_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = exit_signal_base + SIGKILL;
}

bool Process::has_ended() {
  int status = 0;
  if (!exit_code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : exit_signal_base + WTERMSIG(status);
  }
  return exit_code_.has_value();
}

bool Process::is_running() {
  return !has_ended();
}

Outcome<int> Process::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!has_ended()) {
    if (is_interrupted()) return interrupted_error();
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{fmt::format("did not end within {} ms\n{}", patience.count(), log_tail())};
    }
    std::this_thread::sleep_for(poll_interval);
  }
  return *exit_code_;
}

Outcome<int> Process::terminate(std::chrono::milliseconds patience) {
  if (!has_ended()) {
    ::kill(pid_, SIGCONT);
    ::kill(pid_, SIGTERM);
  }
  return wait(patience);
}

Outcome<std::string> Process::first_line(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const bool ended = has_ended();
    const std::string said = output();
    const auto end = said.find('\n');
    if (end != std::string::npos) return {boost::system::in_place_value, said.substr(0, end)};
    if (ended) return Error{fmt::format("ended with exit code {}\n{}", *exit_code_, log_tail())};
    if (is_interrupted()) return interrupted_error();
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{fmt::format("was not ready within {} ms\n{}", patience.count(), log_tail())};
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

void Process::pause() {
  if (!has_ended()) ::kill(pid_, SIGSTOP);
}
void Process::resume() {
  if (!has_ended()) ::kill(pid_, SIGCONT);
}

ProcessUsage Process::usage() const {
  const std::string status = read_file(fmt::format("/proc/{}/status", pid_));
  ProcessUsage usage;
  usage.cpu = cpu_time(pid_);
  usage.resident_bytes = status_bytes(status, "VmRSS:");
  usage.resident_bytes_max = status_bytes(status, "VmHWM:");
  usage.anonymous_bytes = status_bytes(status, "RssAnon:");
  return usage;
}

std::string Process::output() const {
  return read_file(output_file_);
}

std::string Process::log() const {
  return read_file(log_file_);
}

std::string Process::log_tail() const {
  std::istringstream text(log());
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  std::string tail;
  const std::size_t first = lines.size() - std::min(lines.size(), log_tail_lines);
  for (std::size_t i = first; i < lines.size(); ++i) tail += "  | " + lines[i] + "\n";
  return tail;
}

}  // namespace holdfast::bench
