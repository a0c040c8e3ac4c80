// The product under load: `holdfast serve` of this very binary, with the repository's rules and
// a data folder of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bench/process.hpp"
#include "bench/target.hpp"
#include "error.hpp"

namespace holdfast::bench {

struct SwitchPlan {
  std::filesystem::path folder;         // for config and data; must exist
  std::filesystem::path config_folder;  // dialects/ and the rule files
  std::size_t accounts = 0;
};

class SwitchServer : public Target {
 public:
  explicit SwitchServer(SwitchPlan plan) : plan_(std::move(plan)) {}

  // Starts the switch and loads accounts and cards through its API.
  Outcome<void> start(const std::function<void(std::size_t)>& progress);
  // SIGTERM; anything else than exit code 0 is an error.
  Outcome<void> stop();
  // `holdfast journal verify` on the data of the stopped switch: what it printed.
  Outcome<std::string> verify() const;

  std::string_view name() const override { return "authorize"; }
  Answering answering() const override { return Answering::authorize; }
  std::uint16_t port() const override { return port_; }
  ProcessUsage usage() const override { return process_ ? process_->usage() : ProcessUsage{}; }
  Outcome<void> begin_turn() override;
  // Waits until the switch has done what it does behind the load, checkpoints above all, and
  // then stops its clock: it must not disturb the turn of a reference.
  Outcome<void> end_turn() override;
  std::string log_tail() const override { return process_ ? process_->log_tail() : std::string(); }

 private:
  Outcome<std::string> write_config() const;

  SwitchPlan plan_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace holdfast::bench
