#include <fmt/format.h>

#include <charconv>

#include "bench/target.hpp"

namespace holdfast::bench {
namespace {

constexpr std::chrono::seconds start_patience{30};
constexpr std::chrono::seconds stop_patience{10};
constexpr std::string_view ready = "ready port=";

}  // namespace

std::filesystem::path own_binary() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored);
}

Outcome<void> ReferenceServer::begin_turn() {
  const auto program = own_binary().parent_path() / ("bench-" + name_);
  if (!std::filesystem::exists(program)) {
    return Error{
        fmt::format("{}: not found; it is built together with holdfast", program.string())};
  }
  std::vector<std::string> command{program.string()};
  if (name_ == "durable-echo") command.push_back(folder_.string());
  auto process = Process::start(command, folder_ / name_);
  if (!process) return process.error();
  process_ = std::move(*process);
  const auto line = process_->first_line(start_patience);
  if (!line) return Error{fmt::format("bench-{} {}", name_, line.error().text)};
  const std::string_view port =
      std::string_view(*line).substr(line->starts_with(ready) ? ready.size() : line->size());
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), port_);
  if (error != std::errc{}) return Error{fmt::format("bench-{} said '{}'", name_, *line)};
  return {};
}

Outcome<void> ReferenceServer::end_turn() {
  const auto exit_code = process_->terminate(stop_patience);
  if (!exit_code) return Error{fmt::format("bench-{} {}", name_, exit_code.error().text)};
  if (*exit_code != 0) {
    return Error{
        fmt::format("bench-{} ended with {}\n{}", name_, *exit_code, process_->log_tail())};
  }
  process_.reset();
  return {};
}

}  // namespace holdfast::bench
