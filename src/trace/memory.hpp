// What a replay knows while it runs: the messages sent, their replies, captured variables, the
// cards and the accounts that the trace has named.
#pragma once

#include <boost/system/result.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "trace/clock.hpp"
#include "trace/value.hpp"

namespace holdfast::trace {

// A message as text: its MTI, and fields as `message describe --unmask` shows them (binary ones
// in hex, fixed text without the blanks that fill it).
struct TraceMessage {
  std::string mti;
  std::map<int, std::string> fields;

  const std::string* find(int field) const {
    const auto found = fields.find(field);
    return found == fields.end() ? nullptr : &found->second;
  }
  friend bool operator==(const TraceMessage&, const TraceMessage&) = default;
};

// A request and, once it came, its reply.
struct Exchange {
  TraceMessage request;
  std::optional<TraceMessage> reply;
  std::string reply_bytes;
};

struct Card {
  std::string pan;
  std::string expiry;
  std::string id;  // the API's card_id, where the trace issued it
};

struct Memory {
  TraceTime now;
  std::map<std::string, Exchange> exchanges;  // by the message's name
  std::map<std::string, std::string> variables;
  std::map<std::string, Card> cards;
  std::map<std::string, engine::CurrencyCode> accounts;
};

// What a value says as text; nothing for `-`.
struct ResolvedValue {
  std::optional<std::string> text;
};
// `number` is the field for a value that says "the same field". An error when the reply it names
// has not come or has no such field. The reply is asked before the request, since it echoes what
// the request said.
boost::system::result<ResolvedValue, Reason> resolve(const Value& value, int number,
                                                     const Memory& memory);

// "$hold" and "$hold_id" in a path or a body, replaced by what was captured.
boost::system::result<std::string, Reason> fill_variables(std::string_view text,
                                                          const Memory& memory);

}  // namespace holdfast::trace
