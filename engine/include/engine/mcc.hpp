// Merchant category codes.
#pragma once

#include <cstdint>
#include <vector>

namespace engine {

// Both ends included.
struct MccRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  constexpr bool contains(std::uint16_t mcc) const { return first <= mcc && mcc <= last; }
};
// Whether the list has the code; an empty list has every code.
bool contains(const std::vector<MccRange>& ranges, std::uint16_t mcc);

}  // namespace engine
