// Turns the friendly lines of a `clearing jsonl` statement into the lines of a jsonl file.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "trace/memory.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

// A key of the trace's own: jsonl has first presentments alone, ipm and base2 have other kinds.
inline constexpr std::string_view clearing_kind_key = "kind";

// True for a key of a jsonl clearing record, or `card`, `of` and `kind`.
bool is_clearing_key(std::string_view key);

// "second_presentment" and "chargeback".
bool is_clearing_kind(std::string_view kind);

// The file's text. `of=NAME` takes what the message NAME and its reply say; other keys go over
// it. Without `billing_amount` the amount itself is billed, without `record_id` the trace's line
// is. The error is one line for people.
boost::system::result<std::string, Reason> write_clearing_text(const IngestClearing& ingest,
                                                               const Memory& memory);

// The same records as a Mastercard IPM file in ASCII; `file_id` is PDS 0105.
boost::system::result<std::string, Reason> ipm_from_jsonl(std::string_view jsonl,
                                                          std::string_view file_id);

// The same records as a Visa Base II file in ASCII, processed at `now`'s date.
boost::system::result<std::string, Reason> base2_from_jsonl(std::string_view jsonl,
                                                            const TraceTime& now);

}  // namespace holdfast::trace
