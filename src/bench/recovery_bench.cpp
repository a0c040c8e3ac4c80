#include "bench/recovery_bench.hpp"

#include <fmt/format.h>

#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <string>

#include "bench/authorizing.hpp"
#include "bench/latency_histogram.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours recovery_patience{2};

Outcome<StartFigures> measure_start(SwitchServer& server, const RecoveryPlan& plan) {
  const auto time = server.start_again(recovery_patience);
  if (!time) return time.error();
  const auto recovered = find_recovered(server.log());
  if (!recovered || recovered->accounts != plan.accounts || recovered->cards != plan.accounts) {
    return Error{fmt::format("{} accounts and cards are not there again\n{}", plan.accounts,
                             server.log_tail())};
  }
  return StartFigures{*time, *recovered, server.usage()};
}

}  // namespace

std::optional<Recovered> find_recovered(std::string_view log) {
  const auto at = log.find("recovered ");
  if (at == log.npos) return std::nullopt;
  const std::string line(log.substr(at, log.find('\n', at) - at));
  Recovered recovered;
  const int found =
      std::sscanf(line.c_str(),
                  "recovered %" SCNu64 " accounts, %" SCNu64 " cards; replayed %" SCNu64 " events",
                  &recovered.accounts, &recovered.cards, &recovered.events_replayed);
  return found == 3 ? std::optional(recovered) : std::nullopt;
}

double StartFigures::events_per_second() const {
  return static_cast<double>(recovered.events_replayed) / seconds(time);
}

Outcome<RecoveryFigures> measure_recovery(const RecoveryPlan& plan, SwitchServer& server,
                                          RequestMaker& requests, const iso8583::Dialect& dialect,
                                          const std::function<void(std::string_view)>& progress) {
  RecoveryFigures figures;
  figures.authorizations = plan.authorizations;
  if (auto begun = server.begin_turn(); !begun) return begun.error();
  const auto authorized =
      authorize_purchases(server, requests, dialect, plan.authorizations, [&](std::uint64_t done) {
        progress(fmt::format("{} of {} purchases authorized …", done, plan.authorizations));
      });
  if (!authorized) return authorized.error();
  figures.authorized_per_second = authorized->per_second;

  progress("recovering from the journal …");
  server.crash();
  std::error_code error;
  fs::remove_all(server.data_folder() / "store", error);
  if (error) return Error{fmt::format("removing the store: {}", error.message())};
  auto from_journal = measure_start(server, plan);
  if (!from_journal) return from_journal.error();
  figures.from_journal = *from_journal;
  // Each account, card and authorization is an event at least.
  const std::uint64_t events_min = 2 * plan.accounts + plan.authorizations;
  if (figures.from_journal.recovered.events_replayed < events_min) {
    return Error{fmt::format("{} events were replayed, fewer than {}",
                             figures.from_journal.recovered.events_replayed, events_min)};
  }

  progress("starting with the store …");
  if (auto stopped = server.stop(); !stopped) return stopped.error();
  figures.sizes = server.data_sizes();
  auto from_store = measure_start(server, plan);
  if (!from_store) return from_store.error();
  figures.from_store = *from_store;
  return figures;
}

}  // namespace holdfast::bench
