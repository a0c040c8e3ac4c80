// A decision's reason as a sentence, with the figures that made it.
#pragma once

#include <string>

#include "engine/view.hpp"

namespace holdfast {

std::string reason_text(const engine::AuthorizationView& authorization);
// "authorization", "advice", "posting", "forced posting", "reversal".
// Why a clearing record was treated as it was.
std::string reason_text(const engine::ClearingRecordView& record);
std::string_view message_text(const engine::Explanation& why);

}  // namespace holdfast
