// Posts a clearing file: reads its records and hands each to the engine as one command. Safe to
// run again at any time, after a crash too: what was posted counts as a duplicate.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clearing/byte_source.hpp"
#include "clearing/detect.hpp"
#include "clearing/record.hpp"
#include "error.hpp"
#include "runtime/core.hpp"

namespace holdfast::clearing {

struct IngestException {
  std::uint64_t record = 0;  // its number in the file
  std::string code;
  std::string detail;
};

// The money by what it was for: "purchase", "refund reversal", "second presentment", …
struct CategorySum {
  std::uint64_t records = 0;
  std::uint64_t matched = 0;
  std::uint64_t unmatched = 0;
  std::int64_t posted = 0;  // net debits, positive
};

// What was only recorded, by what it is.
struct RecordedSum {
  std::uint64_t records = 0;
  std::int64_t credits = 0;  // of fee collections: what the bank gets
  std::int64_t debits = 0;   // and what it pays; positive, too

  void add(const RecordedMessage& message);
};

// Every record is exactly one of posted, matched only, duplicate, rejected or recorded.
struct IngestReport {
  std::string file_id;
  std::uint64_t records = 0;
  std::uint64_t posted = 0;
  std::uint64_t matched = 0;  // of the posted ones, and those that only matched
  std::uint64_t unmatched = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  std::uint64_t recorded = 0;  // messages that clear nothing: fee collections, addenda, …
  std::map<std::string, std::int64_t> posted_amounts;  // by currency; net debits, positive
  std::map<std::string, std::int64_t> fx_result;
  std::vector<IngestException> exceptions;  // in the order of the records, the first 10,000
  std::uint64_t exceptions_not_listed = 0;
  // By category and currency, of what was posted or matched.
  std::map<std::pair<std::string, std::string>, CategorySum> categories;
  // The same of what was recorded; no currency where nothing moves.
  std::map<std::pair<std::string, std::string>, RecordedSum> recorded_messages;
  std::string run_id;  // what the run is listed by

  void add_exception(IngestException exception);
};
std::string to_json(const IngestReport& report);
// The report with its categories, name and times: what is kept of the run.
std::string to_summary(const IngestReport& report, std::string_view name, std::string_view format,
                       engine::Instant finished_at);
// Where the runs are kept.
std::filesystem::path runs_folder(const Config& config);
// What the run of a file is called that is its `ordinal`th to be finished, from 1.
std::string run_id(const engine::FileDigest& file, std::uint32_t ordinal);
// "0123456789abcdef…", 32 digits: what one record is asked for by.
std::string record_key(const engine::ClearingIdentity& identity);
std::optional<engine::ClearingIdentity> parse_record_key(std::string_view text);

// How far an ingestion has come; read by others while it runs.
struct IngestProgress {
  std::atomic<std::uint64_t> records{0};  // of the file; 0 while it is being checked
  std::atomic<std::uint64_t> done{0};
};

// Why there is no report. `file_refused`: for what the file is, and nothing of it was posted.
// `storage_failed`: it cannot be read; `halted` or `failed`: the engine stopped. With these, part
// of it may be posted, and the same file later may be taken.
struct IngestFailure {
  std::string_view code;
  std::string detail;

  bool is_refusal() const { return code == "file_refused"; }
};
using IngestOutcome = boost::system::result<IngestReport, IngestFailure>;

// Blocks until every record is dealt with and durable: for a thread of its own. `name` is what the
// file is called in the list of runs.
IngestOutcome ingest(const Core& core, std::unique_ptr<ByteSource> source,
                     std::optional<Format> format, std::string_view name, IngestProgress& progress);

}  // namespace holdfast::clearing
