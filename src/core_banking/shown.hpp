// What others named or said, for people: in the log, in the API and on paper.
#pragma once

#include <string>
#include <string_view>

#include "iso8583/mask.hpp"
#include "runtime/utf8.hpp"

namespace holdfast::core_banking {

// UTF-8, without card numbers.
inline std::string shown(std::string_view text) {
  return to_utf8(iso8583::mask_card_numbers(text));
}

}  // namespace holdfast::core_banking
