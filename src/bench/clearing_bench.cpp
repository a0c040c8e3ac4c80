#include "bench/clearing_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "bench/authorizing.hpp"
#include "bench/clearing_file.hpp"
#include "iso8583/error.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::string_view file_dialect = "mastercard-ipm";
// Of the steady load: tills do not wait for each other.
constexpr std::size_t steady_connections = 8;
constexpr std::chrono::hours ingestion_patience{2};
// The checkpoint of fewer records is done before anybody notices it.
constexpr std::uint64_t noticeable_records = 20'000;

class ClearingBench {
 public:
  ClearingBench(const ClearingPlan& plan, SwitchServer& server, RequestMaker& requests,
                const iso8583::Dialect& dialect,
                const std::function<void(std::string_view)>& progress)
      : plan_(plan), server_(server), requests_(requests), dialect_(dialect), progress_(progress) {}

  Outcome<ClearingFigures> run() {
    figures_.records = plan_.records;
    if (auto begun = server_.begin_turn(); !begun) return begun.error();
    for (const Part& part : parts) {
      if (&part != parts) {
        if (auto settled = settle(); !settled) return settled.error();
      }
      progress_(part.doing);
      if (auto done = (this->*part.run)(); !done) return done.error();
    }
    figures_.sizes = server_.data_sizes();
    return std::move(figures_);
  }

 private:
  struct Part {
    std::string_view doing;
    Outcome<void> (ClearingBench::*run)();
  };
  static const Part parts[4];

  // What one part leaves behind is not of the next one's time.
  Outcome<void> settle() {
    progress_("waiting for a checkpoint …");
    return plan_.records < noticeable_records ? server_.settle() : server_.settle_checkpoint();
  }

  Outcome<void> make_files() {
    auto authorized = authorize_purchases(
        server_, requests_, dialect_, 2 * plan_.records, [this](std::uint64_t done) {
          progress_(fmt::format("{} of {} purchases authorized …", done, 2 * plan_.records));
        });
    if (!authorized) return authorized.error();
    figures_.authorized_per_second = authorized->per_second;
    // A network's file is in no order that the switch knows of.
    auto& purchases = authorized->purchases;
    std::shuffle(purchases.begin(), purchases.end(), std::mt19937_64(plan_.seed));
    const auto ipm =
        iso8583::load_dialect(plan_.config_folder / fmt::format("dialects/{}.toml", file_dialect));
    if (!ipm) return Error{iso8583::to_string(ipm.error())};
    progress_("writing the clearing files …");
    const std::span all(purchases);
    for (unsigned number : {1U, 2U}) {
      const auto part = all.subspan((number - 1) * plan_.records, plan_.records);
      auto written = write_clearing_file(file(number), number, *ipm, requests_, part);
      if (!written) return written;
    }
    figures_.file_bytes = fs::file_size(file(1));
    return {};
  }

  Outcome<void> ingest_alone() {
    UsageWatch watch([this] { return server_.usage(); });
    const auto begin = Clock::now();
    auto command = start_ingestion(1);
    if (!command) return command.error();
    const auto exit_code = command->wait(ingestion_patience);
    figures_.ingestion_alone = {Clock::now() - begin, watch.end()};
    return check(*command, exit_code);
  }

  Outcome<void> load_alone() {
    LoadPlan load = steady_load();
    load.measured = plan_.measured;
    ProcessUsage before;
    load.on_measure_begin = [&] { before = server_.usage(); };
    load.on_measure_end = [&] { figures_.load_alone.cpu = server_.usage().cpu - before.cpu; };
    return drive(load, figures_.load_alone);
  }

  // The measured time is that of the command.
  Outcome<void> ingest_beside_load() {
    LoadPlan load = steady_load();
    load.measured = ingestion_patience;
    std::optional<Outcome<Process>> command;
    std::optional<UsageWatch> watch;
    Clock::time_point begin;
    load.on_measure_begin = [&] {
      watch.emplace([this] { return server_.usage(); });
      begin = Clock::now();
      command.emplace(start_ingestion(2));
    };
    load.is_over = [&] { return !*command || !(*command)->is_running(); };
    load.on_measure_end = [&] {
      figures_.ingestion_beside_load = {Clock::now() - begin, watch->end()};
    };
    if (auto driven = drive(load, figures_.load_during_ingestion); !driven) return driven;
    if (!*command) return command->error();
    figures_.load_during_ingestion.cpu = figures_.ingestion_beside_load.usage.cpu();
    return check(**command, (*command)->wait(ingestion_patience));
  }

  fs::path file(unsigned number) const {
    return plan_.folder / fmt::format("clearing-{}.ipm", number);
  }

  Outcome<Process> start_ingestion(unsigned number) const {
    return Process::start({own_binary().string(), "clearing", "ingest", file(number).string(),
                           "--config", server_.config_file().string(), "--json"},
                          plan_.folder / fmt::format("ingest-{}", number));
  }

  Outcome<void> check(const Process& command, const Outcome<int>& exit_code) const {
    if (!exit_code) return Error{"holdfast clearing ingest " + exit_code.error().text};
    if (*exit_code != 0) {
      return Error{fmt::format("holdfast clearing ingest: exit code {}\n{}{}", *exit_code,
                               command.log_tail(), server_.log_tail())};
    }
    return check_ingest_report(command.output(), plan_.records);
  }

  LoadPlan steady_load() const {
    LoadPlan load;
    load.port = server_.port();
    load.connections = steady_connections;
    load.rate = plan_.rate;
    load.warm_up = plan_.warm_up;
    return load;
  }

  Outcome<void> drive(const LoadPlan& plan, SteadyLoadFigures& figures) {
    auto load = drive_load(plan, requests_, dialect_);
    if (!load) return Error{fmt::format("{}\n{}", load.error().text, server_.log_tail())};
    figures.load = std::move(*load);
    return check_all_approved(figures.load.counts);
  }

  const ClearingPlan& plan_;
  SwitchServer& server_;
  RequestMaker& requests_;
  const iso8583::Dialect& dialect_;
  const std::function<void(std::string_view)>& progress_;
  ClearingFigures figures_;
};

const ClearingBench::Part ClearingBench::parts[] = {
    {"authorizing what will be cleared …", &ClearingBench::make_files},
    {"ingesting a file …", &ClearingBench::ingest_alone},
    {"authorizing at a steady rate …", &ClearingBench::load_alone},
    {"ingesting a file beside authorizations …", &ClearingBench::ingest_beside_load},
};

}  // namespace

double ClearingFigures::p99_ratio() const {
  const double alone = microseconds(load_alone.load.latency.percentile(0.99));
  const double during = microseconds(load_during_ingestion.load.latency.percentile(0.99));
  return alone > 0 ? during / alone : 0;
}

Outcome<ClearingFigures> measure_clearing(const ClearingPlan& plan, SwitchServer& server,
                                          RequestMaker& requests, const iso8583::Dialect& dialect,
                                          const std::function<void(std::string_view)>& progress) {
  return ClearingBench(plan, server, requests, dialect, progress).run();
}

Outcome<void> check_ingest_report(std::string_view report, std::uint64_t records) {
  boost::system::error_code error;
  const json::value value = json::parse(report, error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return Error{fmt::format("holdfast clearing ingest said '{}'", report)};
  const auto is = [object](std::string_view key, std::uint64_t expected) {
    const json::value* count = object->if_contains(key);
    return count != nullptr && count->is_int64() &&
           static_cast<std::uint64_t>(count->get_int64()) == expected;
  };
  if (is("records", records) && is("posted", records) && is("matched", records) &&
      is("unmatched", 0) && is("duplicates", 0) && is("rejected", 0)) {
    return {};
  }
  constexpr std::size_t shown_max = 1'000;
  return Error{fmt::format("not each of {} records was posted and matched: {}", records,
                           report.substr(0, shown_max))};
}

}  // namespace holdfast::bench
