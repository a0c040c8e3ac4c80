// Compares replies with what the trace expects of them. No I/O.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "trace/memory.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

struct Difference {
  std::string what;  // "39", "amount", "MTI", "report posted"
  std::string expected;
  std::string got;  // both fit to print: card numbers are masked
};

// "expected 39=00, got 51"
std::string to_string(const Difference& difference);

using Captures = std::map<std::string, std::string>;

// What is different between the reply and the fields. A variable that nothing has captured yet
// is captured. The reply must have come.
std::vector<Difference> compare_fields(const std::vector<FieldSetting>& expected,
                                       const Exchange& exchange, const Memory& memory,
                                       Captures& captures);

// The fields, the MTI, and the likeness to an earlier reply.
std::vector<Difference> compare_reply(const ExpectReply& expected, const Exchange& exchange,
                                      const Memory& memory, Captures& captures);

// What may be printed of a field: card numbers and tracks are masked, secrets hidden.
std::string printable_field(int field, std::string_view text);

// Finds the request that a reply belongs to: same class of MTI, same DE11, and the same DE7 and
// DE41 where the reply has them; the MTI of a response; the oldest first.
bool answers(const TraceMessage& reply, const TraceMessage& request);

}  // namespace holdfast::trace
