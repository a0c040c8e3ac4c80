// The product under load: `holdfast serve` of this very binary, with the repository's rules and
// a data folder of its own.
#pragma once

#include <chrono>
#include <cstdint>
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

// What a data folder takes on the disk.
struct DataSizes {
  std::uintmax_t store_bytes = 0;
  std::uintmax_t journal_bytes = 0;
};

class SwitchServer : public Target {
 public:
  explicit SwitchServer(SwitchPlan plan) : plan_(std::move(plan)) {}

  // Starts the switch and loads accounts and cards through its API.
  Outcome<void> start(const std::function<void(std::size_t)>& progress);
  // Starts it again on the data that is there, with a time limit for its recovery: how long it
  // took until it was ready. Nothing is loaded, and its turn has begun.
  Outcome<std::chrono::nanoseconds> start_again(std::chrono::milliseconds patience);
  // SIGKILL, at once.
  void crash() { process_.reset(); }
  // Waits until the switch has done what it does behind the load, checkpoints above all.
  Outcome<void> settle();
  // Waits, too, for the checkpoint that the switch makes a minute after its last: none that is
  // owed to the load before disturbs the next.
  Outcome<void> settle_checkpoint();
  // SIGTERM; anything else than exit code 0 is an error.
  Outcome<void> stop();
  // `holdfast journal verify` on the data of the stopped switch: what it printed.
  Outcome<std::string> verify() const;

  std::string_view name() const override { return "authorize"; }
  Answering answering() const override { return Answering::authorize; }
  std::uint16_t port() const override { return port_; }
  ProcessUsage usage() const override { return process_ ? process_->usage() : ProcessUsage{}; }
  Outcome<void> begin_turn() override;
  // Settles it and then stops its clock: it must not disturb the turn of a reference.
  Outcome<void> end_turn() override;
  std::string log_tail() const override { return process_ ? process_->log_tail() : std::string(); }
  std::string log() const { return process_ ? process_->log() : std::string(); }

  std::filesystem::path config_file() const { return plan_.folder / "holdfast.toml"; }
  std::filesystem::path data_folder() const { return plan_.folder / "data"; }
  DataSizes data_sizes() const;

 private:
  Outcome<std::string> write_config() const;
  Outcome<void> check_alive();
  Outcome<void> launch(std::chrono::milliseconds patience);

  SwitchPlan plan_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace holdfast::bench
