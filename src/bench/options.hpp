// What a run of the bench is asked to do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace holdfast::bench {

struct BenchOptions {
  bool runs_echo = true;
  bool runs_durable_echo = true;
  bool runs_authorize = true;
  bool runs_codec = true;
  bool runs_clearing = false;  // alone
  bool runs_recovery = false;  // alone

  std::size_t accounts = 1'000'000;
  std::size_t records = 1'000'000;  // in each clearing file; authorizations before a recovery
  std::uint64_t rate = 2'000;       // authorizations a second beside clearing
  std::vector<std::size_t> connections = {1, 8, 64, 256};
  std::vector<std::size_t> windows = {1, 8, 64};
  std::chrono::milliseconds warm_up{1000};    // of each turn, before what is measured
  std::chrono::milliseconds measured{5000};   // of each turn
  std::size_t rounds = 3;                     // how often the targets take turns in each step
  std::uint64_t seed = 1;                     // of the cards and amounts
  std::filesystem::path folder = "/var/tmp";  // a folder in it holds all data of the run
  std::filesystem::path config_folder;        // empty: here, or beside the build
  bool json = false;
  bool keeps_folder = false;
  bool verifies_journal = false;

  bool runs_switch() const { return runs_authorize || runs_clearing || runs_recovery; }
  bool drives_load() const { return runs_echo || runs_durable_echo || runs_authorize; }
};

}  // namespace holdfast::bench
