// How postings get to core banking: every one of them is an item of a batch.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "engine/text.hpp"

namespace engine {

// A batch inside the engine: dense, given when it is opened.
struct BatchNumber {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const BatchNumber&, const BatchNumber&) = default;
  constexpr explicit operator bool() const { return value != 0; }
};
// What it is called outside; core banking knows it by this, too.
using BatchId = FixedText<64>;
using BatchSource = FixedText<32>;
using RejectionReason = FixedText<64>;

// The engine's own batches, of card movements, are called "stp-" and their number.
inline constexpr std::string_view own_batch_prefix = "stp-";

enum class BatchStatus : std::uint8_t {
  open = 0,
  closed = 1,
  exported = 2,
  accepted = 3,  // core banking has answered every item
  deleted = 4,   // while it was open: its postings were undone
};

// What became of an item. The last three are how a rejected one was resolved.
enum class ItemStatus : std::uint8_t {
  waiting = 0,
  accepted = 1,
  rejected = 2,
  retried = 3,  // it is an item of a later batch now
  moved = 4,    // posted to another account instead
  undone = 5,
};

enum class ItemAction : std::uint8_t { retry = 0, move = 1, undo = 2 };

// When the engine's own batch is closed and goes to core banking by itself.
struct Batching {
  std::uint32_t items_max = 1000;
  std::int64_t age_seconds_max = 60;
};

std::string_view name(BatchStatus status);
std::string_view name(ItemStatus status);
std::string_view name(ItemAction action);

}  // namespace engine
