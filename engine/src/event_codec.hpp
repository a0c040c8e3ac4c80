// Events as bytes: the body of a journal batch. Grammar and a worked example: docs/journal.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event.hpp"

namespace engine {

// Appends the event to `out`.
void encode_event(const Event& event, std::vector<std::uint8_t>& out);

// Reads one event from the front of `bytes` and moves it on; false when the bytes are no event.
bool decode_event(std::span<const std::uint8_t>& bytes, Event& event);

// One line of JSON, as `journal dump` prints it.
std::string event_json(const Event& event);

// The type's name in JSON, such as "hold_placed".
std::string_view effect_name(const Effect& effect);

}  // namespace engine
