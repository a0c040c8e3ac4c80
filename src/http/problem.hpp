// Answers that say no: application/problem+json (RFC 9457) with a stable `code`.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "engine/decision.hpp"
#include "http/message.hpp"

namespace holdfast::http {

// `detail` is one sentence for people; it never repeats what the caller sent. `more` are members
// beside the standard's, such as "available".
ApiResponse problem(unsigned status, std::string_view code, std::string_view detail,
                    const boost::json::object& more = {});

// The problem for a refused decision: the decline's name is the code. With the balance where the
// decision tells it and the reason is money.
ApiResponse refusal(const engine::Answer& answer);

// The HTTP status of each decline; 200 for none.
unsigned http_status(engine::Decline decline);
// A sentence for people.
std::string_view sentence(engine::Decline decline);

// The engine takes nothing now: overloaded or halted.
ApiResponse unavailable(std::string_view halted_reason);

}  // namespace holdfast::http
