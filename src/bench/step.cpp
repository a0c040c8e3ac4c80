#include "bench/step.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::bench {
namespace {

using Clock = std::chrono::steady_clock;

Error named(const Target& target, const Error& error) {
  const std::string log = target.log_tail();
  return Error{fmt::format("{}: {}{}{}", target.name(), error.text, log.empty() ? "" : "\n", log)};
}

Outcome<void> take_turn(const BenchOptions& options, const StepFigures& step, Target& target,
                        RequestMaker& requests, const iso8583::Dialect& dialect,
                        TargetFigures& figures) {
  if (auto begun = target.begin_turn(); !begun) return begun;
  ProcessUsage before;
  ProcessUsage after;
  LoadPlan plan;
  plan.port = target.port();
  plan.connections = step.connections;
  plan.window = step.window;
  plan.warm_up = options.warm_up;
  plan.measured = options.measured;
  plan.answering = target.answering();
  plan.on_measure_begin = [&] { before = target.usage(); };
  plan.on_measure_end = [&] { after = target.usage(); };
  const auto load = drive_load(plan, requests, dialect);
  if (!load) return named(target, load.error());
  if (load->latency.count() == 0) return named(target, Error{"no reply in the measured time"});
  if (figures.messages_per_second.empty()) figures.usage_at_start = before;
  figures.usage_at_end = after;
  const auto replies = static_cast<double>(load->latency.count());
  figures.messages_per_second.push_back(load->messages_per_second);
  figures.cpu_us_per_message.push_back(microseconds(after.cpu - before.cpu) / replies);
  figures.generator_us_per_message.push_back(microseconds(load->generator_cpu) / replies);
  figures.latency.add(load->latency);
  figures.counts.add(load->counts);
  const auto loaded_at = Clock::now();
  if (auto ended = target.end_turn(); !ended) return ended;
  figures.catching_up +=
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - loaded_at);
  return {};
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

const TargetFigures* StepFigures::find(std::string_view name) const {
  const auto place = std::find_if(targets.begin(), targets.end(),
                                  [name](const TargetFigures& t) { return t.name == name; });
  return place == targets.end() ? nullptr : &*place;
}

std::optional<double> StepFigures::ratio() const {
  const TargetFigures* reference = find("durable-echo");
  const TargetFigures* product = find("authorize");
  if (reference == nullptr || product == nullptr) return std::nullopt;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < product->messages_per_second.size(); ++i) {
    ratios.push_back(product->messages_per_second[i] / reference->messages_per_second[i]);
  }
  return median(std::move(ratios));
}

Outcome<StepFigures> run_step(const BenchOptions& options, std::size_t connections,
                              std::size_t window, const std::vector<Target*>& targets,
                              RequestMaker& requests, const iso8583::Dialect& dialect) {
  StepFigures step;
  step.connections = connections;
  step.window = window;
  for (const Target* target : targets) {
    step.targets.emplace_back().name = target->name();
  }
  for (std::size_t round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      auto done = take_turn(options, step, *targets[i], requests, dialect, step.targets[i]);
      if (!done) return done.error();
    }
  }
  return step;
}

}  // namespace holdfast::bench
