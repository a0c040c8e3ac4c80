// What stands behind the last whole batch of the journal: a write that a crash cut short, or
// damage to a batch that may have been answered. The first ends the journal, the second is an
// error and is never skipped. docs/journal.md tells the rules.
#pragma once

#include "journal_format.hpp"

namespace engine {

// The last segment, where its last whole batch ends, and what the next one would follow.
struct Tail {
  std::span<const std::uint8_t> segment;
  std::size_t offset = 0;
  BatchHash previous{};
  std::uint64_t next_sequence = 0;
};

struct TailVerdict {
  bool damaged = false;
  const char* why = "";
};

// The bytes behind `tail.offset` are not all zero, and are not the next batch.
TailVerdict classify_tail(const Tail& tail, Sha256& sha256);

}  // namespace engine
