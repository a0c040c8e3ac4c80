#include "bench/report.hpp"

#include <fmt/format.h>

namespace holdfast::bench {
namespace {

double mebibytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1U << 20U);
}
std::string codes_text(const std::map<std::string, std::uint64_t>& codes) {
  std::string text;
  for (const auto& [code, count] : codes) text += fmt::format(" {} ×{}", code, count);
  return text;
}

// What a reader must know about a target's replies; nothing when all were approved.
std::string remarks(const TargetFigures& target) {
  std::string text;
  if (!target.counts.declined.empty()) {
    text += fmt::format("      {}: declined with DE39{}\n", target.name,
                        codes_text(target.counts.declined));
  }
  if (target.counts.wrong != 0) {
    text += fmt::format("      {}: {} WRONG REPLIES, the first: {}\n", target.name,
                        target.counts.wrong, target.counts.first_wrong);
  }
  return text;
}

std::string target_line(const StepFigures& step, const TargetFigures& target) {
  const LatencyHistogram& latency = target.latency;
  const double p50 = microseconds(latency.percentile(0.5));
  const double p999 = microseconds(latency.percentile(0.999));
  std::string line = fmt::format(
      "{:>5} {:>6}  {:<12} {:>9.0f} {:>6}  {:>8.0f} {:>8.0f} {:>8.0f} {:>8.0f} {:>8.0f} {:>6.1f}"
      "  {:>6.2f} {:>6.2f}",
      step.connections, step.window, target.name, median(target.messages_per_second), "", p50,
      microseconds(latency.percentile(0.9)), microseconds(latency.percentile(0.99)), p999,
      microseconds(latency.max()), p50 > 0 ? p999 / p50 : 0, median(target.cpu_us_per_message),
      median(target.generator_us_per_message));
  if (target.name != "authorize") return line + "\n";
  line += fmt::format("  {:>6.0f} {:>+7.1f}", mebibytes(target.usage_at_end.resident_bytes),
                      mebibytes(target.usage_at_end.anonymous_bytes) -
                          mebibytes(target.usage_at_start.anonymous_bytes));
  if (const auto ratio = step.ratio()) line.replace(36, 6, fmt::format("{:>6.3f}", *ratio));
  return line + "\n";
}

}  // namespace

std::string machine_text(const BenchFigures& figures, const BenchOptions& options) {
  const Machine& machine = figures.machine;
  std::string text = fmt::format(
      "machine    {} cores, {}, {}\n"
      "data on    {}: {}; 8 KiB appended and synced: p50 {:.0f} µs, p99 {:.0f} µs\n"
      "holdfast   {}, {}\n",
      machine.cores, machine.processor, machine.kernel, options.folder.string(), machine.filesystem,
      microseconds(machine.sync_p50), microseconds(machine.sync_p99), figures.version,
      build_type());
  if (!is_optimised_build()) {
    text += "WARNING    this build is not for measuring: its figures mean nothing\n";
  }
  if (machine.filesystem_is_memory) {
    text += "WARNING    data lies in memory: durability costs nothing here; choose --dir\n";
  }
  return text;
}

std::string step_headings(const BenchOptions& options) {
  return fmt::format(
      "{} turns of {:.1f} s each, after {:.1f} s to warm up; latencies in µs\n"
      "{:>5} {:>6}  {:<12} {:>9} {:>6}  {:>8} {:>8} {:>8} {:>8} {:>8} {:>6}  {:>6} {:>6}  {:>6} "
      "{:>7}\n",
      options.rounds, std::chrono::duration<double>(options.measured).count(),
      std::chrono::duration<double>(options.warm_up).count(), "conns", "window", "target", "msg/s",
      "ratio", "p50", "p90", "p99", "p99.9", "max", "9.9/50", "cpu µs", "gen µs", "RSS MiB",
      "growth");
}

std::string step_text(const StepFigures& step) {
  std::string text;
  for (const TargetFigures& target : step.targets) text += target_line(step, target);
  for (const TargetFigures& target : step.targets) text += remarks(target);
  return text;
}

std::string codec_text(const std::vector<CodecFigures>& codec) {
  std::string text = fmt::format("{:<24} {:>4} {:>7} {:>6} {:>10} {:>10} {:>12}\n", "dialect",
                                 "MTI", "fields", "bytes", "decode ns", "encode ns", "allocations");
  for (const CodecFigures& line : codec) {
    text +=
        fmt::format("{:<24} {:>4} {:>7} {:>6} {:>10.0f} {:>10.0f} {:>12}\n", line.dialect, line.mti,
                    line.fields, line.bytes, line.decode_ns, line.encode_ns, line.allocations);
  }
  return text;
}

std::string clearing_text(const ClearingFigures& clearing, const BenchOptions& options) {
  const auto ingestion = [&](std::string_view name, const IngestionFigures& figures) {
    const UsageFigures& usage = figures.usage;
    return fmt::format(
        "{:<18} {:>9.1f} {:>10.0f} {:>7.2f} {:>6.2f}  {:>7.0f} {:>7.0f} {:>7.0f}  {:>7.0f} "
        "{:>7.0f} {:>7.0f}\n",
        name, seconds(figures.time), figures.records_per_second(clearing.records),
        microseconds(usage.cpu()) / static_cast<double>(clearing.records),
        seconds(usage.cpu()) / seconds(figures.time), mebibytes(usage.before.resident_bytes),
        mebibytes(usage.resident_bytes_max), mebibytes(usage.after.resident_bytes),
        mebibytes(usage.before.anonymous_bytes), mebibytes(usage.anonymous_bytes_max),
        mebibytes(usage.after.anonymous_bytes));
  };
  const auto load = [](std::string_view name, const SteadyLoadFigures& figures) {
    const LatencyHistogram& latency = figures.load.latency;
    return fmt::format("{:<18} {:>9} {:>10.0f}  {:>8.0f} {:>8.0f} {:>8.0f} {:>8.0f}\n", name,
                       latency.count(), figures.load.messages_per_second,
                       microseconds(latency.percentile(0.5)),
                       microseconds(latency.percentile(0.99)),
                       microseconds(latency.percentile(0.999)), microseconds(latency.max()));
  };
  std::string text =
      fmt::format("authorized {}, {:.0f} a second; two files of {} records, {:.0f} MiB each\n\n",
                  2 * clearing.records, clearing.authorized_per_second, clearing.records,
                  mebibytes(clearing.file_bytes));
  text += fmt::format("{:<18} {:>9} {:>10} {:>7} {:>6}  {:>7} {:>7} {:>7}  {:>7} {:>7} {:>7}\n",
                      "ingestion", "seconds", "records/s", "cpu µs", "cores", "RSS MiB", "max",
                      "after", "anon MiB", "max", "after");
  text += ingestion("alone", clearing.ingestion_alone);
  text += ingestion(fmt::format("beside {} auth./s", options.rate), clearing.ingestion_beside_load);
  text += fmt::format("\n{:<18} {:>9} {:>10}  {:>8} {:>8} {:>8} {:>8}\n", "authorizations",
                      "replies", "msg/s", "p50", "p99", "p99.9", "max");
  text += load("alone", clearing.load_alone);
  text += load("during ingestion", clearing.load_during_ingestion);
  text += fmt::format("\np99        {:.2f} times that without ingestion\n", clearing.p99_ratio());
  text +=
      fmt::format("sizes      store {:.0f} MiB, journal {:.0f} MiB\n",
                  mebibytes(clearing.sizes.store_bytes), mebibytes(clearing.sizes.journal_bytes));
  return text;
}

std::string recovery_text(const RecoveryFigures& recovery) {
  const auto start = [](std::string_view name, const StartFigures& figures) {
    return fmt::format("{:<18} {:>9.2f} {:>10} {:>10} {:>10.0f}  {:>7.1f} {:>7.0f} {:>8.0f}\n",
                       name, seconds(figures.time), figures.recovered.accounts,
                       figures.recovered.events_replayed, figures.events_per_second(),
                       seconds(figures.usage.cpu), mebibytes(figures.usage.resident_bytes_max),
                       mebibytes(figures.usage.anonymous_bytes));
  };
  std::string text =
      fmt::format("authorized {}, {:.0f} a second; journal {:.0f} MiB, store {:.0f} MiB\n\n",
                  recovery.authorizations, recovery.authorized_per_second,
                  mebibytes(recovery.sizes.journal_bytes), mebibytes(recovery.sizes.store_bytes));
  text += fmt::format("{:<18} {:>9} {:>10} {:>10} {:>10}  {:>7} {:>7} {:>8}\n", "start", "seconds",
                      "accounts", "events", "events/s", "cpu s", "RSS max", "anon MiB");
  text += start("from the journal", recovery.from_journal);
  text += start("from the store", recovery.from_store);
  return text;
}

bool all_replies_were_right(const BenchFigures& figures) {
  for (const StepFigures& step : figures.steps) {
    for (const TargetFigures& target : step.targets) {
      if (target.counts.wrong != 0 || target.counts.declined_count() != 0) return false;
    }
  }
  return true;
}

}  // namespace holdfast::bench
