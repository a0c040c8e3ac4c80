// Everything that `holdfast serve` is told: one validated struct. Each module gets its slice.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/command.hpp"
#include "engine/rules.hpp"
#include "engine/types.hpp"
#include "error.hpp"
#include "iso8583/framing.hpp"

namespace iso8583 {
class Dialect;
}

namespace holdfast {

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;  // 0: any free port
};

struct LinkConfig {
  std::string name;
  ListenAddress listen;
  std::shared_ptr<const iso8583::Dialect> dialect;
  iso8583::FramingOptions framing;
  bool require_sign_on = false;
  std::chrono::milliseconds reply_deadline{2000};
  // Requests of one connection that may wait for their answer; beyond it, reading pauses.
  std::size_t in_flight_max = 256;
  std::size_t connections_max = 4096;
};

struct HttpConfig {
  ListenAddress listen;
  std::filesystem::path token_file;
  std::size_t connections_max = 1024;
  std::size_t body_bytes_max = std::size_t{4} << 30;  // of a clearing file; other calls: 16 MiB
};

struct BusinessDayConfig {
  std::string time_zone = "UTC";
  std::chrono::minutes cut_off{0};  // since local midnight
};

struct TestingConfig {
  bool manual_clock = false;
  std::optional<engine::Instant> start;
};

struct EngineConfig {
  std::size_t inbox_capacity = 65'536;
  std::size_t checkpoint_records = 4'000'000;
  std::chrono::seconds checkpoint_interval{60};
  std::size_t store_map_gib = 64;
  std::size_t journal_segment_mib = 64;
};

// What is old and when; what has no number of days stays where it is.
struct ArchiveConfig {
  std::filesystem::path folder;  // empty: no archive
  std::optional<std::int64_t> record_days;
  std::optional<std::int64_t> journal_days;
  std::size_t map_gib = 256;
};

struct Config {
  std::filesystem::path file;
  std::filesystem::path data_dir;
  std::filesystem::path pan_key_file;
  HttpConfig http;
  std::vector<LinkConfig> links;
  BusinessDayConfig business_day;
  TestingConfig testing;
  EngineConfig engine;
  ArchiveConfig archive;
  engine::Rules rules;
  engine::PutFxRates fx_rates;  // what the rates are set to when the file is a new one
  // What IPM clearing files are read by: texts in latin-1, and in EBCDIC.
  std::shared_ptr<const iso8583::Dialect> ipm_latin1;
  std::shared_ptr<const iso8583::Dialect> ipm_cp500;
  std::string home_country;  // DE19 of domestic transactions; empty: everything is domestic
};

// Reads the file and every file that it names. The error is one line: file, key and reason.
Outcome<Config> load_config(const std::filesystem::path& file);

}  // namespace holdfast
