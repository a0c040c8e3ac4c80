// What is kept of each record of a run: a line of JSON with its end, which the API hands out as it
// is.
#pragma once

#include <cstdint>
#include <string>

#include "clearing/record.hpp"
#include "engine/command.hpp"
#include "engine/decision.hpp"

namespace holdfast::clearing {

// What the report and the run need of a record when its answer comes.
struct SentRecord {
  std::uint64_t number = 0;
  engine::ClearingIdentity identity;
  engine::Operation operation{};
  engine::ClearingKind kind{};
  bool is_reversal = false;
  Text<198> merchant_name;
};

// "purchase", "refund reversal", "second presentment", …
std::string category_of(const SentRecord& sent);
// "1644/696".
std::string message_name(const RecordedMessage& message);

std::string run_line(const SentRecord& sent, const engine::Decision& decision);
std::string run_line(const Rejection& rejection);
// A duplicate: one of a file that was worked off before.
std::string run_line(const RecordedMessage& message, bool is_duplicate);

}  // namespace holdfast::clearing
