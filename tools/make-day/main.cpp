// Makes a consistent day: cards and accounts, the messages of the terminals with what must be
// answered, the clearing file of the night, and the balances that must come out. The same options
// always make the same bytes. docs/traces.md says how to use the files.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "clearing_night.hpp"
#include "files.hpp"

namespace {

namespace fs = std::filesystem;
constexpr int exit_failed = 1;
constexpr int exit_bad_usage = 2;

bool write_file(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  stream.close();
  if (stream) return true;
  fmt::print(stderr, "make-day: {}: cannot be written\n", file.string());
  return false;
}

int make(const make_day::DayOptions& options, const fs::path& dialects, const fs::path& out) {
  make_day::Random random(options.seed);
  auto day = make_day::make_day(options, random);
  if (!day) {
    fmt::print(stderr, "make-day: '{}' is not a date such as 2026-11-20\n", options.date);
    return exit_bad_usage;
  }
  make_day::Day after = *day;
  const make_day::ClearingNight night = make_day::make_clearing_night(after, random);
  const auto ipm = make_day::clearing_ipm(options, dialects, night);
  if (!ipm) {
    fmt::print(stderr, "make-day: {}\n", ipm.error().text());
    return exit_failed;
  }
  const auto base2 = make_day::clearing_base2(options, night);
  if (!base2) {
    fmt::print(stderr, "make-day: {}\n", base2.error().text());
    return exit_failed;
  }
  std::error_code failure;
  fs::create_directories(out, failure);
  const bool written =
      write_file(out / "accounts.jsonl", make_day::accounts_jsonl(day->population)) &&
      write_file(out / "day.trace", make_day::day_trace(options, *day, night, after.population)) &&
      write_file(out / "clearing.jsonl", make_day::clearing_jsonl(night)) &&
      write_file(out / "clearing.ipm", *ipm) && write_file(out / "clearing.base2", *base2) &&
      write_file(out / "expected.json",
                 make_day::expected_json(day->population, after.population, night));
  return written ? 0 : exit_failed;
}

int run(int argc, char** argv) {
  CLI::App app("Makes a day of card messages with its clearing files", "make-day");
  make_day::DayOptions options;
  std::string out;
  std::string dialects = "config/dialects";
  app.add_option("--seed", options.seed, "The same seed makes the same day");
  app.add_option("--cards", options.cards, "How many cards")->check(CLI::Range(1, 90'000));
  app.add_option("--messages", options.messages, "About how many messages")
      ->check(CLI::Range(1, 800'000));
  app.add_option("--date", options.date, "YYYY-MM-DD");
  app.add_option("--out", out, "The folder to write to")->required();
  app.add_option("--dialects", dialects, "The folder of the dialects");
  app.add_flag("--self-contained", options.self_contained,
               "The trace opens its accounts, clears and checks by itself");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_bad_usage;
  }
  return make(options, dialects, out);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make-day: %s\n", error.what());
    return exit_failed;
  }
}
