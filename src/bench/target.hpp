// What the load is driven against: a reference program or the switch, in a process of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bench/process.hpp"
#include "bench/reply_checker.hpp"
#include "error.hpp"

namespace holdfast::bench {

// Targets take turns. Only the one whose turn it is runs; all others stand still or are gone.
class Target {
 public:
  virtual ~Target() = default;

  virtual std::string_view name() const = 0;
  virtual Answering answering() const = 0;
  // Where it listens on 127.0.0.1, during its turn.
  virtual std::uint16_t port() const = 0;
  virtual ProcessUsage usage() const = 0;
  virtual Outcome<void> begin_turn() = 0;
  virtual Outcome<void> end_turn() = 0;
  // The last lines of its log, for an error that names it.
  virtual std::string log_tail() const = 0;
};

// `bench-echo` or `bench-durable-echo`, which lie beside the command: started for each turn.
class ReferenceServer : public Target {
 public:
  ReferenceServer(std::string name, std::filesystem::path folder)
      : name_(std::move(name)), folder_(std::move(folder)) {}

  std::string_view name() const override { return name_; }
  Answering answering() const override { return Answering::echo; }
  std::uint16_t port() const override { return port_; }
  ProcessUsage usage() const override { return process_ ? process_->usage() : ProcessUsage{}; }
  Outcome<void> begin_turn() override;
  Outcome<void> end_turn() override;
  std::string log_tail() const override { return process_ ? process_->log_tail() : std::string(); }

 private:
  std::string name_;
  std::filesystem::path folder_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

// This program; the references lie beside it.
std::filesystem::path own_binary();

}  // namespace holdfast::bench
