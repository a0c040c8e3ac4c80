#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "bench/report.hpp"

namespace holdfast::bench {
namespace {

namespace json = boost::json;

json::object latency_json(const LatencyHistogram& latency) {
  return {{"count", latency.count()},
          {"p50", microseconds(latency.percentile(0.5))},
          {"p90", microseconds(latency.percentile(0.9))},
          {"p99", microseconds(latency.percentile(0.99))},
          {"p99.9", microseconds(latency.percentile(0.999))},
          {"max", microseconds(latency.max())}};
}

json::object target_json(const TargetFigures& target) {
  json::array turns(target.messages_per_second.begin(), target.messages_per_second.end());
  json::object declined;
  for (const auto& [code, count] : target.counts.declined) declined[code] = count;
  return {{"messages_per_second", median(target.messages_per_second)},
          {"messages_per_second_by_turn", std::move(turns)},
          {"latency_us", latency_json(target.latency)},
          {"approved", target.counts.approved},
          {"declined", std::move(declined)},
          {"wrong", target.counts.wrong},
          {"server_cpu_us_per_message", median(target.cpu_us_per_message)},
          {"generator_cpu_us_per_message", median(target.generator_us_per_message)},
          {"resident_bytes_start", target.usage_at_start.resident_bytes},
          {"resident_bytes_end", target.usage_at_end.resident_bytes},
          {"resident_bytes_max", target.usage_at_end.resident_bytes_max},
          {"anonymous_bytes_start", target.usage_at_start.anonymous_bytes},
          {"anonymous_bytes_end", target.usage_at_end.anonymous_bytes},
          {"catching_up_ms", target.catching_up.count()}};
}

json::object step_json(const StepFigures& step) {
  json::object object{{"connections", step.connections}, {"window", step.window}};
  for (const TargetFigures& target : step.targets) object[target.name] = target_json(target);
  if (const auto ratio = step.ratio()) object["ratio"] = *ratio;
  return object;
}

json::object machine_json(const Machine& machine, const BenchOptions& options) {
  return {{"cores", machine.cores},
          {"processor", machine.processor},
          {"kernel", machine.kernel},
          {"folder", options.folder.string()},
          {"filesystem", machine.filesystem},
          {"sync_us_p50", microseconds(machine.sync_p50)},
          {"sync_us_p99", microseconds(machine.sync_p99)},
          {"build", build_type()}};
}

json::object codec_json(const CodecFigures& line) {
  return {{"dialect", line.dialect},        {"mti", line.mti},
          {"fields", line.fields},          {"bytes", line.bytes},
          {"decode_ns", line.decode_ns},    {"encode_ns", line.encode_ns},
          {"allocations", line.allocations}};
}

}  // namespace

std::string json_text(const BenchFigures& figures, const BenchOptions& options) {
  json::object report{{"version", figures.version},
                      {"machine", machine_json(figures.machine, options)},
                      {"seed", options.seed},
                      {"rounds", options.rounds},
                      {"measured_ms", options.measured.count()},
                      {"warm_up_ms", options.warm_up.count()}};
  if (options.runs_authorize) {
    report["accounts"] = options.accounts;
    report["loading_seconds"] = figures.loading_seconds;
  }
  if (options.drives_load()) {
    json::array steps;
    for (const StepFigures& step : figures.steps) steps.push_back(step_json(step));
    report["steps"] = std::move(steps);
  }
  if (options.runs_codec) {
    json::array codec;
    for (const CodecFigures& line : figures.codec) codec.push_back(codec_json(line));
    report["codec"] = std::move(codec);
  }
  if (!figures.verification.empty()) report["verification"] = figures.verification;
  return json::serialize(report) + "\n";
}

}  // namespace holdfast::bench
