#include "trace/replay.hpp"

#include <filesystem>
#include <optional>
#include <type_traits>

#include "trace/api_runner.hpp"
#include "trace/core_runner.hpp"

namespace holdfast::trace {
namespace {

using std::chrono::steady_clock;

// Where the trace's clock stands until the trace says otherwise.
constexpr std::string_view first_time = "2026-11-20T09:00:00Z";

class TraceReplay {
 public:
  TraceReplay(const Trace& trace, const ReplaySettings& settings)
      : settings_(settings),
        link_(memory_, settings.find_target, settings.reply_timeout, settings.watch),
        core_(memory_, settings.core_folder, settings.reply_timeout),
        started_(steady_clock::now()) {
    memory_.now = *parse_time(first_time);
    if (settings.api != nullptr) {
      api_.emplace(memory_, *settings.api, std::filesystem::path(trace.file).parent_path());
    }
  }

  StepOutcome run(const Step& step) {
    return std::visit([&](const auto& action) { return run_action(action, step.connection); },
                      step.action);
  }

  StepOutcome finish() { return link_.finish(); }
  const LinkStatistics& statistics() const { return link_.statistics(); }

 private:
  template <typename SomeAction>
  StepOutcome run_action(const SomeAction& action, const std::string& connection) {
    if constexpr (requires { link_.run(action, connection); }) {
      return link_.run(action, connection);
    } else if constexpr (requires { api_->run(action); }) {
      if (!api_) return StepOutcome::stop("this step needs the switch's API");
      return api_->run(action);
    } else if constexpr (requires { core_.run(action); }) {
      return core_.run(action);
    } else {
      return note(action);
    }
  }

  StepOutcome note(const SetDefaults& defaults) {
    link_.set_defaults(defaults);
    return {};
  }

  StepOutcome note(const SetTime& set) {
    memory_.now = set.time;
    return {};
  }

  StepOutcome note(const DeclareCard& card) {
    memory_.cards[card.name] = {card.pan, card.expiry, {}};
    return {};
  }

  StepOutcome note(const Pace& pace) {
    using std::chrono::milliseconds;
    const auto before = memory_.now.utc;
    if (pace.after_previous) {
      memory_.now.utc += *pace.after_previous;
    } else {
      const auto local = before + memory_.now.offset;
      memory_.now.utc =
          std::chrono::floor<std::chrono::days>(local) + *pace.time_of_day - memory_.now.offset;
    }
    paced_ += std::max(memory_.now.utc - before, milliseconds(0));
    if (settings_.speed <= 0) return {};
    const std::chrono::duration<double, std::milli> real_time(static_cast<double>(paced_.count()) /
                                                              settings_.speed);
    const auto due = started_ + std::chrono::duration_cast<steady_clock::duration>(real_time);
    while (steady_clock::now() < due) link_.listen_until(due);
    return {};
  }

  const ReplaySettings& settings_;
  Memory memory_;
  LinkRunner link_;
  CoreRunner core_;
  std::optional<ApiRunner> api_;
  SteadyTime started_;
  std::chrono::milliseconds paced_{0};
};

}  // namespace

void replay_trace(const Trace& trace, const ReplaySettings& settings, ReplayReport& report) {
  const auto started = steady_clock::now();
  TraceReplay replay(trace, settings);
  const auto keep = [&](int line, StepOutcome outcome) {
    if (!outcome.fatal.empty()) outcome.differences.push_back(outcome.fatal);
    for (std::string& text : outcome.differences) {
      report.differences.push_back({trace.file, line, std::move(text)});
    }
    return outcome.fatal.empty();
  };
  bool can_go_on = true;
  for (const Step& step : trace.steps) {
    can_go_on = keep(step.line, replay.run(step));
    if (!can_go_on) break;
  }
  if (can_go_on && !trace.steps.empty()) keep(trace.steps.back().line, replay.finish());
  const LinkStatistics& link = replay.statistics();
  ++report.traces;
  report.link.messages += link.messages;
  report.link.replies += link.replies;
  report.link.latencies.insert(report.link.latencies.end(), link.latencies.begin(),
                               link.latencies.end());
  report.elapsed += steady_clock::now() - started;
}

}  // namespace holdfast::trace
