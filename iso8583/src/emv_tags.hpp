// What the tags of chip data are, and which of them hold card data. One table: describe and mask
// both read it.
#pragma once

#include <cstdint>
#include <string_view>

#include "iso8583/dialect.hpp"

namespace iso8583 {

struct EmvTag {
  std::uint32_t tag;
  std::string_view name;
  Sensitivity sensitivity = Sensitivity::none;
};

// Null for a tag that is not in the table.
const EmvTag* find_emv_tag(std::uint32_t tag);

}  // namespace iso8583
