#include "link/response_codes.hpp"

#include <algorithm>
#include <array>

namespace holdfast {
namespace {

using engine::Decline;

constexpr std::array table{
    ResponseCode{Decline::none, "00", "000", "approved"},
    // 30 has no decline: a message that cannot be read never reaches the engine.
    ResponseCode{Decline::same_key_other_content, "94", "913", "same key, other content"},
    ResponseCode{Decline::already_reversed, "94", "913", "reversed before it came"},
    ResponseCode{Decline::unsupported_operation, "12", "902", "not supported"},
    ResponseCode{Decline::bad_amount, "13", "110", "bad amount"},
    ResponseCode{Decline::unknown_card, "14", "111", "no such card"},
    ResponseCode{Decline::lost_card, "41", "208", "lost card"},
    ResponseCode{Decline::stolen_card, "43", "209", "stolen card"},
    ResponseCode{Decline::expired_card, "54", "101", "expired card"},
    ResponseCode{Decline::card_blocked, "62", "104", "card blocked"},
    ResponseCode{Decline::account_blocked, "62", "104", "account blocked"},
    ResponseCode{Decline::account_closed, "46", "114", "closed account"},
    ResponseCode{Decline::not_permitted, "57", "119", "not permitted to card"},
    ResponseCode{Decline::no_rate, "57", "119", "no exchange rate for the currency"},
    ResponseCode{Decline::original_not_found, "25", "914", "original not found"},
    ResponseCode{Decline::amount_limit, "61", "121", "amount limit"},
    ResponseCode{Decline::count_limit, "65", "123", "count limit"},
    ResponseCode{Decline::insufficient_funds, "51", "116", "insufficient funds"},
    ResponseCode{Decline::overflow, "13", "110", "amount beyond what an account can hold"},
    ResponseCode{Decline::overloaded, "91", "907", "overloaded or past the deadline"},
    ResponseCode{Decline::halted, "91", "907", "not available"},
    ResponseCode{Decline::failed, "96", "909", "internal"},
};
constexpr ResponseCode internal{Decline::failed, "96", "909", "internal"};

}  // namespace

std::span<const ResponseCode> response_codes() {
  return table;
}

const ResponseCode& response_code(Decline decline) {
  const auto row = std::find_if(table.begin(), table.end(),
                                [decline](const ResponseCode& r) { return r.decline == decline; });
  return row == table.end() ? internal : *row;
}

std::string_view action_code(std::string_view code_1987) {
  if (code_1987 == code_format_error) return "904";
  if (code_1987 == code_partial) return action_code_partial;
  const auto row = std::find_if(table.begin(), table.end(), [code_1987](const ResponseCode& r) {
    return r.code_1987 == code_1987;
  });
  return row == table.end() ? internal.code_1993 : row->code_1993;
}

}  // namespace holdfast
