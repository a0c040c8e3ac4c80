// DE39: the one table from the engine's reasons to the wire's codes.
#pragma once

#include <span>
#include <string_view>

#include "engine/decision.hpp"

namespace holdfast {

struct ResponseCode {
  engine::Decline decline;
  std::string_view code_1987;  // an2
  std::string_view code_1993;  // n3, the action code
  std::string_view meaning;
};

// In order of precedence: when several reasons hold, the first answers.
std::span<const ResponseCode> response_codes();
const ResponseCode& response_code(engine::Decline decline);

// What is answered before a decision is asked for.
inline constexpr std::string_view code_format_error = "30";
inline constexpr std::string_view code_not_supported = "12";
inline constexpr std::string_view code_not_available = "91";
inline constexpr std::string_view code_approved = "00";
inline constexpr std::string_view code_partial = "10";
inline constexpr std::string_view action_code_partial = "002";

// The 1993 action code of a 1987 response code of the table.
std::string_view action_code(std::string_view code_1987);

}  // namespace holdfast
