// Hides card data in text that people or logs get to see.
#pragma once

#include <string>
#include <string_view>

#include "iso8583/dialect.hpp"

namespace iso8583 {

// First six and last four digits, the rest as `*`; all of it where that would show too much.
std::string mask_pan(std::string_view pan);

// The card number of a track 1, 2 or 3 as mask_pan(), all behind its separator as `*`.
std::string mask_track(std::string_view track);

// Masks each run of 13 to 19 digits that passes the Luhn check, and keeps every other character.
// With `inside_runs`, also card numbers that stand inside longer runs of digits.
std::string mask_card_numbers(std::string_view text, bool inside_runs = false);

// BER-TLV as hex, with the values of card data tags masked; only its size where it is malformed.
std::string mask_tlv(std::string_view bytes);
// The value of one tag as hex, masked where the tag holds card data.
std::string mask_tlv_value(std::uint32_t tag, std::string_view value);

// The Luhn check of a string of digits.
bool is_luhn_valid(std::string_view digits);

}  // namespace iso8583
