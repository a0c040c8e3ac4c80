#include "bench/bench.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "bench/interrupt.hpp"
#include "bench/machine.hpp"
#include "bench/report.hpp"
#include "bench/step.hpp"
#include "bench/switch_server.hpp"
#include "cli/progress_line.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view link_dialect = "iso87-ascii";

void show(const BenchOptions& options, const std::string& text) {
  if (options.json) return;
  fmt::print("{}", text);
  std::fflush(stdout);
}

Outcome<std::string> find_config_folder(const BenchOptions& options) {
  // A build's folder may lie in another one's: build/asan/holdfast.
  const fs::path build = own_binary().parent_path();
  std::vector<fs::path> folders{"config", build / "../config", build / "../../config"};
  if (!options.config_folder.empty()) folders = {options.config_folder};
  std::error_code error;
  for (const fs::path& folder : folders) {
    const fs::path found = fs::canonical(folder, error);
    if (!error && fs::is_directory(found / "dialects", error)) {
      return {boost::system::in_place_value, found.string()};
    }
  }
  return Error{fmt::format("{}: no folder with dialects/ and the rule files; say --config-dir",
                           folders.front().string())};
}

// What `holdfast --version` says.
Outcome<std::string> own_version(const fs::path& folder) {
  constexpr std::chrono::seconds patience{10};
  auto process = Process::start({own_binary().string(), "--version"}, folder / "version");
  if (!process) return process.error();
  return process->first_line(patience);
}

// Everything that a run needs while it lasts. The children end before their folder goes.
class Run {
 public:
  Run(const BenchOptions& options, fs::path config_folder, fs::path folder)
      : options_(options), config_folder_(std::move(config_folder)), folder_(std::move(folder)) {}

  Outcome<void> measure() {
    auto version = own_version(folder_);
    if (!version) return version.error();
    figures_.version = std::move(*version);
    auto machine = describe_machine(folder_);
    if (!machine) return machine.error();
    figures_.machine = std::move(*machine);
    show(options_, machine_text(figures_, options_));
    if (options_.runs_codec) {
      auto codec = measure_codec(config_folder_ / "dialects", folder_);
      if (!codec) return codec.error();
      figures_.codec = std::move(*codec);
      show(options_, "\n" + codec_text(figures_.codec));
    }
    if (options_.runs_clearing) return run_clearing();
    if (options_.runs_recovery) return run_recovery();
    return options_.drives_load() ? drive_steps() : Outcome<void>();
  }

  const BenchFigures& figures() const { return figures_; }

 private:
  struct Traffic {
    iso8583::Dialect dialect;
    RequestMaker requests;
  };
  Outcome<Traffic> prepare_traffic() const {
    auto dialect =
        iso8583::load_dialect(config_folder_ / fmt::format("dialects/{}.toml", link_dialect));
    if (!dialect) return Error{iso8583::to_string(dialect.error())};
    auto requests = RequestMaker::create(*dialect, options_.accounts, options_.seed);
    if (!requests) return requests.error();
    return Traffic{std::move(*dialect), std::move(*requests)};
  }

  Outcome<void> drive_steps() {
    auto traffic = prepare_traffic();
    if (!traffic) return traffic.error();
    if (auto made = make_targets(); !made) return made;
    show(options_, "\n" + step_headings(options_));
    std::vector<Target*> targets;
    for (const auto& target : references_) targets.push_back(target.get());
    if (switch_) targets.push_back(switch_.get());
    for (const std::size_t connections : options_.connections) {
      for (const std::size_t window : options_.windows) {
        progress_.show(fmt::format("{} connections, window {} …", connections, window));
        auto step =
            run_step(options_, connections, window, targets, traffic->requests, traffic->dialect);
        progress_.clear();
        if (!step) return step.error();
        figures_.steps.push_back(std::move(*step));
        show(options_, step_text(figures_.steps.back()));
      }
    }
    return switch_ ? end_switch(*switch_) : Outcome<void>();
  }

  Outcome<void> make_targets() {
    if (options_.runs_echo) {
      references_.push_back(std::make_unique<ReferenceServer>("echo", folder_));
    }
    if (options_.runs_durable_echo) {
      references_.push_back(std::make_unique<ReferenceServer>("durable-echo", folder_));
    }
    if (!options_.runs_authorize) return {};
    switch_ = std::make_unique<SwitchServer>(switch_plan());
    return start_switch(*switch_);
  }

  Outcome<void> run_clearing() {
    auto traffic = prepare_traffic();
    if (!traffic) return traffic.error();
    SwitchServer server(switch_plan());
    if (auto started = start_switch(server); !started) return started;
    const ClearingPlan plan{folder_,          config_folder_,    options_.records, options_.rate,
                            options_.warm_up, options_.measured, options_.seed};
    auto measured =
        measure_clearing(plan, server, traffic->requests, traffic->dialect, progress_teller());
    progress_.clear();
    if (!measured) return measured.error();
    figures_.clearing = std::move(*measured);
    show(options_, "\n" + clearing_text(*figures_.clearing, options_));
    return end_switch(server);
  }

  Outcome<void> run_recovery() {
    auto traffic = prepare_traffic();
    if (!traffic) return traffic.error();
    SwitchServer server(switch_plan());
    if (auto started = start_switch(server); !started) return started;
    auto measured = measure_recovery({options_.accounts, options_.records}, server,
                                     traffic->requests, traffic->dialect, progress_teller());
    progress_.clear();
    if (!measured) return measured.error();
    figures_.recovery = *measured;
    show(options_, "\n" + recovery_text(*figures_.recovery));
    return end_switch(server);
  }

  SwitchPlan switch_plan() const { return {folder_, config_folder_, options_.accounts}; }
  std::function<void(std::string_view)> progress_teller() {
    return [this](std::string_view text) { progress_.show(text); };
  }

  Outcome<void> start_switch(SwitchServer& server) {
    const auto begin = Clock::now();
    auto started = server.start([this](std::size_t done) {
      progress_.show(fmt::format("{} of {} accounts loaded …", done, options_.accounts));
    });
    progress_.clear();
    if (!started) return started;
    figures_.loading_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    show(options_, fmt::format("accounts   {}, each with a card; loaded in {:.1f} s\n",
                               options_.accounts, figures_.loading_seconds));
    return {};
  }

  Outcome<void> end_switch(SwitchServer& server) {
    progress_.show("stopping the switch …");
    auto stopped = server.stop();
    progress_.clear();
    if (!stopped || !options_.verifies_journal) return stopped;
    auto verified = server.verify();
    if (!verified) return verified.error();
    figures_.verification = std::move(*verified);
    show(options_, "\njournal verify: " + figures_.verification);
    return {};
  }

  const BenchOptions& options_;
  const fs::path config_folder_;
  const fs::path folder_;
  BenchFigures figures_;
  cli::ProgressLine progress_;
  std::vector<std::unique_ptr<ReferenceServer>> references_;
  std::unique_ptr<SwitchServer> switch_;
};

}  // namespace

Outcome<bool> run_bench(const BenchOptions& options) {
  watch_for_interrupt();
  const auto config_folder = find_config_folder(options);
  if (!config_folder) return config_folder.error();
  auto folder = TemporaryFolder::create(options.folder);
  if (!folder) return folder.error();
  if (options.keeps_folder) {
    folder->keep();
    fmt::print(stderr, "data, config and logs stay in {}\n", folder->path().string());
  }
  Run run(options, *config_folder, folder->path());
  if (auto measured = run.measure(); !measured) return measured.error();
  if (options.json) fmt::print("{}", json_text(run.figures(), options));
  const bool right = all_replies_were_right(run.figures());
  if (!right) fmt::print(stderr, "holdfast bench: not every reply was an approval\n");
  return right;
}

}  // namespace holdfast::bench
