// Ingestion of clearing files, as an operator does it: alone, and beside authorizations at a
// steady rate. How fast it is, and what those who wait at a till notice of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "bench/load_generator.hpp"
#include "bench/switch_server.hpp"
#include "bench/usage_watch.hpp"
#include "error.hpp"

namespace holdfast::bench {

struct ClearingPlan {
  std::filesystem::path folder;         // for the files; must exist
  std::filesystem::path config_folder;  // with the dialect of the files
  std::uint64_t records = 0;            // of each of the two files
  std::uint64_t rate = 0;               // authorizations a second
  std::chrono::milliseconds warm_up{};
  std::chrono::milliseconds measured{};  // of the authorizations alone
  std::uint64_t seed = 1;                // of the order of the records
};

struct IngestionFigures {
  std::chrono::nanoseconds time{};  // of the whole command
  UsageFigures usage;               // of the switch; what else it did in the time, too

  double records_per_second(std::uint64_t records) const {
    return static_cast<double>(records) / seconds(time);
  }
};

struct SteadyLoadFigures {
  LoadResult load;
  std::chrono::nanoseconds cpu{};  // of the switch in the measured time
};

struct ClearingFigures {
  std::uint64_t records = 0;         // of each file
  double authorized_per_second = 0;  // of what the files clear, as fast as it went
  std::uintmax_t file_bytes = 0;     // of the first
  IngestionFigures ingestion_alone;
  SteadyLoadFigures load_alone;
  IngestionFigures ingestion_beside_load;
  SteadyLoadFigures load_during_ingestion;
  DataSizes sizes;  // at the end

  // What a file does to the 99th percentile: that during ingestion by that alone.
  double p99_ratio() const;
};

// Of a switch that was started; it runs on. `progress` hears what is done. An error when an
// authorization is refused, or a record of the files does not post and match.
Outcome<ClearingFigures> measure_clearing(const ClearingPlan& plan, SwitchServer& server,
                                          RequestMaker& requests, const iso8583::Dialect& dialect,
                                          const std::function<void(std::string_view)>& progress);

// An error unless the report of `clearing ingest --json` says that each of the `records` posted
// and matched.
Outcome<void> check_ingest_report(std::string_view report, std::uint64_t records);

}  // namespace holdfast::bench
