#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "trace/replay.hpp"

namespace holdfast::trace {
namespace {

namespace json = boost::json;

struct LatencyFigures {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

double milliseconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

LatencyFigures figures_of(std::vector<std::chrono::nanoseconds> latencies) {
  if (latencies.empty()) return {};
  std::sort(latencies.begin(), latencies.end());
  const auto percentile = [&](std::size_t percent) {
    return milliseconds_of(latencies[(latencies.size() - 1) * percent / 100]);
  };
  return {percentile(50), percentile(99), percentile(100)};
}

}  // namespace

std::string report_text(const ReplayReport& report) {
  std::string text;
  for (const LocatedDifference& difference : report.differences) {
    text += fmt::format("{}:{}: {}\n", difference.file, difference.line, difference.text);
  }
  const LatencyFigures latency = figures_of(report.link.latencies);
  text += fmt::format(
      "{} {}, {} messages, {} replies, {} differences\n"
      "latency p50 {:.3f} ms, p99 {:.3f} ms, max {:.3f} ms; elapsed {:.3f} s\n",
      report.traces, report.traces == 1 ? "trace" : "traces", report.link.messages,
      report.link.replies, report.differences.size(), latency.p50_ms, latency.p99_ms,
      latency.max_ms, milliseconds_of(report.elapsed) / 1000);
  return text;
}

std::string report_json(const ReplayReport& report) {
  const LatencyFigures latency = figures_of(report.link.latencies);
  json::array differences;
  for (const LocatedDifference& difference : report.differences) {
    differences.push_back(json::object{
        {"file", difference.file}, {"line", difference.line}, {"difference", difference.text}});
  }
  return json::serialize(json::object{
      {"traces", report.traces},
      {"messages", report.link.messages},
      {"replies", report.link.replies},
      {"differences", std::move(differences)},
      {"latency_ms",
       json::object{{"p50", latency.p50_ms}, {"p99", latency.p99_ms}, {"max", latency.max_ms}}},
      {"elapsed_ms", milliseconds_of(report.elapsed)},
  });
}

}  // namespace holdfast::trace
