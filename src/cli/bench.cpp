#include "cli/bench.hpp"

#include <fmt/format.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "bench/bench.hpp"
#include "bench/population.hpp"
#include "cli/failure.hpp"

namespace holdfast::cli {
namespace {

constexpr std::size_t connections_max = 1000;
constexpr std::size_t window_max = 1000;
// Trace numbers in flight must differ.
constexpr std::size_t in_flight_max = 500'000;
constexpr std::size_t records_max = 10'000'000;
constexpr std::uint64_t rate_max = 1'000'000;

struct BenchArguments {
  std::string what = "all";
  double seconds = 5;
  double warm_up_seconds = 1;
  std::string folder = "/var/tmp";
  std::string config_folder;
  bench::BenchOptions options;
};

// The first thing that makes no sense; empty when all does.
std::string find_nonsense(const BenchArguments& arguments) {
  const auto out_of = [](const std::vector<std::size_t>& values, std::size_t max) {
    return values.empty() || std::any_of(values.begin(), values.end(), [max](std::size_t value) {
             return value < 1 || value > max;
           });
  };
  const bench::BenchOptions& options = arguments.options;
  if (out_of(options.connections, connections_max)) {
    return fmt::format("--connections: numbers from 1 to {}", connections_max);
  }
  if (out_of(options.windows, window_max)) {
    return fmt::format("--window: numbers from 1 to {}", window_max);
  }
  if (*std::max_element(options.connections.begin(), options.connections.end()) *
          *std::max_element(options.windows.begin(), options.windows.end()) >
      in_flight_max) {
    return fmt::format("connections × window is at most {}", in_flight_max);
  }
  if (options.records < 1 || options.records > records_max) {
    return fmt::format("--records: 1 to {}", records_max);
  }
  if (options.rate < 1 || options.rate > rate_max) return fmt::format("--rate: 1 to {}", rate_max);
  if (options.accounts < 1 || options.accounts > bench::accounts_max) {
    return fmt::format("--accounts: 1 to {}", bench::accounts_max);
  }
  if (!(arguments.seconds > 0) || !(arguments.warm_up_seconds >= 0)) {
    return "--seconds: above 0";
  }
  return options.rounds < 1 ? "--rounds: 1 or more" : std::string();
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

int run(const BenchArguments& arguments) {
  if (const std::string nonsense = find_nonsense(arguments); !nonsense.empty()) {
    fmt::print(stderr, "holdfast bench: {}\n", nonsense);
    return exit_bad_usage;
  }
  bench::BenchOptions options = arguments.options;
  const bool all = arguments.what == "all";
  options.runs_echo = all || arguments.what == "echo";
  // What authorize reaches says something only beside what can be reached.
  options.runs_durable_echo =
      all || arguments.what == "durable-echo" || arguments.what == "authorize";
  options.runs_authorize = all || arguments.what == "authorize";
  options.runs_codec = all || arguments.what == "codec";
  options.runs_clearing = arguments.what == "clearing";
  options.runs_recovery = arguments.what == "recover";
  options.measured = milliseconds(arguments.seconds);
  options.warm_up = milliseconds(arguments.warm_up_seconds);
  options.folder = arguments.folder;
  options.config_folder = arguments.config_folder;
  const auto done = bench::run_bench(options);
  if (!done) {
    fmt::print(stderr, "holdfast bench: {}\n", done.error().text);
    return exit_failed;
  }
  return *done ? exit_success : exit_failed;
}

}  // namespace

void add_bench_command(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<BenchArguments>();
  bench::BenchOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "bench", "Measures the switch and its references in turn, clearing, and recovery");
  command
      ->add_option("what", arguments->what,
                   "all, echo, durable-echo, authorize (with durable-echo) or codec; clearing and "
                   "recover are not part of all")
      ->check(CLI::IsMember(
          {"all", "echo", "durable-echo", "authorize", "codec", "clearing", "recover"}))
      ->capture_default_str();
  command->add_option("--accounts", options.accounts, "Accounts, each with a card")
      ->capture_default_str();
  command
      ->add_option("--records", options.records,
                   "clearing: of each of the two files; recover: authorizations before")
      ->capture_default_str();
  command->add_option("--rate", options.rate, "clearing: authorizations a second beside it")
      ->capture_default_str();
  command->add_option("--connections", options.connections, "Numbers of connections")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--window", options.windows, "Requests in flight of each connection")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--seconds", arguments->seconds, "Measured time of each turn")
      ->capture_default_str();
  command->add_option("--warm-up", arguments->warm_up_seconds, "Seconds of each turn before that")
      ->capture_default_str();
  command->add_option("--rounds", options.rounds, "How often the targets take turns in a step")
      ->capture_default_str();
  command->add_option("--seed", options.seed, "Of the cards and amounts")->capture_default_str();
  command->add_option("--dir", arguments->folder, "Where the data of the run lies, on a real disk")
      ->capture_default_str();
  command->add_option("--config-dir", arguments->config_folder,
                      "The folder with dialects/ and the rule files");
  command->add_flag("--json", options.json, "The figures as JSON");
  command->add_flag("--keep", options.keeps_folder, "Leaves data, config and logs behind");
  command->add_flag("--verify", options.verifies_journal,
                    "Verifies the journal of the run at its end");
  command->callback([arguments, &action] { action = [arguments] { return run(*arguments); }; });
}

}  // namespace holdfast::cli
