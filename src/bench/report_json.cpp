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

json::object ingestion_json(const IngestionFigures& ingestion, std::uint64_t records) {
  const UsageFigures& usage = ingestion.usage;
  return {{"seconds", seconds(ingestion.time)},
          {"records_per_second", ingestion.records_per_second(records)},
          {"server_cpu_us_per_record", microseconds(usage.cpu()) / static_cast<double>(records)},
          {"resident_bytes_before", usage.before.resident_bytes},
          {"resident_bytes_max", usage.resident_bytes_max},
          {"resident_bytes_after", usage.after.resident_bytes},
          {"anonymous_bytes_before", usage.before.anonymous_bytes},
          {"anonymous_bytes_max", usage.anonymous_bytes_max},
          {"anonymous_bytes_after", usage.after.anonymous_bytes}};
}

json::object steady_load_json(const SteadyLoadFigures& figures) {
  return {{"messages_per_second", figures.load.messages_per_second},
          {"latency_us", latency_json(figures.load.latency)},
          {"server_cpu_seconds", seconds(figures.cpu)},
          {"generator_cpu_seconds", seconds(figures.load.generator_cpu)}};
}

json::object clearing_json(const ClearingFigures& clearing, const BenchOptions& options) {
  return {
      {"records", clearing.records},
      {"rate", options.rate},
      {"authorized_per_second", clearing.authorized_per_second},
      {"file_bytes", clearing.file_bytes},
      {"ingestion_alone", ingestion_json(clearing.ingestion_alone, clearing.records)},
      {"ingestion_beside_load", ingestion_json(clearing.ingestion_beside_load, clearing.records)},
      {"authorizations_alone", steady_load_json(clearing.load_alone)},
      {"authorizations_during_ingestion", steady_load_json(clearing.load_during_ingestion)},
      {"p99_ratio", clearing.p99_ratio()},
      {"store_bytes", clearing.sizes.store_bytes},
      {"journal_bytes", clearing.sizes.journal_bytes}};
}

json::object start_json(const StartFigures& start) {
  return {{"seconds", seconds(start.time)},
          {"accounts", start.recovered.accounts},
          {"cards", start.recovered.cards},
          {"events_replayed", start.recovered.events_replayed},
          {"events_per_second", start.events_per_second()},
          {"cpu_seconds", seconds(start.usage.cpu)},
          {"resident_bytes_max", start.usage.resident_bytes_max},
          {"anonymous_bytes", start.usage.anonymous_bytes}};
}

json::object recovery_json(const RecoveryFigures& recovery) {
  return {{"authorizations", recovery.authorizations},
          {"authorized_per_second", recovery.authorized_per_second},
          {"store_bytes", recovery.sizes.store_bytes},
          {"journal_bytes", recovery.sizes.journal_bytes},
          {"from_journal", start_json(recovery.from_journal)},
          {"from_store", start_json(recovery.from_store)}};
}

}  // namespace

std::string json_text(const BenchFigures& figures, const BenchOptions& options) {
  json::object report{{"version", figures.version},
                      {"machine", machine_json(figures.machine, options)},
                      {"seed", options.seed},
                      {"rounds", options.rounds},
                      {"measured_ms", options.measured.count()},
                      {"warm_up_ms", options.warm_up.count()}};
  if (options.runs_switch()) {
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
  if (figures.clearing) report["clearing"] = clearing_json(*figures.clearing, options);
  if (figures.recovery) report["recovery"] = recovery_json(*figures.recovery);
  if (!figures.verification.empty()) report["verification"] = figures.verification;
  return json::serialize(report) + "\n";
}

}  // namespace holdfast::bench
