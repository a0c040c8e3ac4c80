// Times as the API tells and takes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/types.hpp"

namespace holdfast {

// "2026-11-20T09:00:00Z", with a fraction of up to six digits or an offset such as "+03:00";
// nothing for anything else.
std::optional<engine::Instant> parse_rfc3339(std::string_view text);
// In UTC, with as many digits of a second as there are.
std::string format_rfc3339(engine::Instant at);
// "2026-11-20"; nothing for anything else.
std::optional<engine::BusinessDate> parse_date(std::string_view text);
// "2026-11-20".
std::string format_date(engine::BusinessDate date);

}  // namespace holdfast
