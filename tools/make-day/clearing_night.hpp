// The clearing of a made day: its records, and what the switch must report and be left with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "clearing/record.hpp"
#include "day.hpp"

namespace make_day {

struct ClearingCounts {
  std::uint64_t records = 0;
  std::uint64_t posted = 0;
  std::uint64_t matched = 0;
  std::uint64_t unmatched = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rejected = 0;
  std::map<std::string, engine::MinorUnits> posted_amounts;  // net debits, by currency
};

// One record, and the message that it is about (empty for none).
struct NightRecord {
  holdfast::clearing::ClearingRecord record;
  std::string of;
  bool other_amount = false;
  bool by_rrn = false;  // without its lifecycle id, where the format has the RRN

  holdfast::clearing::ClearingRecord with_rrn() const;
};

struct ClearingNight {
  std::vector<NightRecord> records;
  ClearingCounts counts;  // without the malformed line that only jsonl can have
};

// Presentments for most of the day's open holds, some with another amount, top-ups that only
// match, a duplicate, a record that nobody authorized, a refund. Posts them on the population's
// balances.
ClearingNight make_clearing_night(Day& day, Random& random);

}  // namespace make_day
