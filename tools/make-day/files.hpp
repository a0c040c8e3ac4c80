// The files of a made day.
#pragma once

#include <boost/system/result.hpp>
#include <filesystem>
#include <string>

#include "clearing_night.hpp"
#include "day.hpp"
#include "trace/reason.hpp"

namespace make_day {

// Bodies of PUT /accounts (with `id`) and POST /cards, one a line: for `holdfast load`.
std::string accounts_jsonl(const Population& population);

// The whole trace. One that is self-contained opens its accounts, and clears and checks at the
// end; another only names the cards that accounts.jsonl holds.
std::string day_trace(const DayOptions& options, const Day& before_clearing,
                      const ClearingNight& night, const Population& after_clearing);

// The records, with a malformed line in the middle.
std::string clearing_jsonl(const ClearingNight& night);

boost::system::result<std::string, holdfast::trace::Reason> clearing_ipm(
    const DayOptions& options, const std::filesystem::path& dialects, const ClearingNight& night);

// Base II has no RRN: every record of a message has its lifecycle id.
boost::system::result<std::string, holdfast::trace::Reason> clearing_base2(
    const DayOptions& options, const ClearingNight& night);

// {"before_clearing":{"A000001":{"ledger","held"},…},"after_clearing":{…},"ipm":{…},
// "ipm_again":{…},"base2":{…},"base2_again":{…},"jsonl":{…},"jsonl_again":{…}}: balances and the
// reports of `clearing ingest`.
std::string expected_json(const Population& before, const Population& after,
                          const ClearingNight& night);

}  // namespace make_day
