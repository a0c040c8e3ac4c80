// Events with fixed and with random content, for codec and journal tests.
#pragma once

#include <random>
#include <span>
#include <string>
#include <vector>

#include "event.hpp"

namespace engine::testing {

// One of each effect, in the order of their type numbers, as docs/journal.md shows them.
std::vector<Effect> sample_effects();
// The event with this sequence number and effect, at 2026-03-02T10:00:00Z.
Event sample_event(std::uint64_t sequence, const Effect& effect);
Event random_event(std::uint64_t sequence, std::mt19937_64& random);

// "4846 4a42" and back; spaces are free.
std::vector<std::uint8_t> from_hex(std::string_view text);
std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace engine::testing
