// What leaves the store and the journal's folder for the archive, and when.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/types.hpp"

namespace engine {

// Nothing: they stay for good.
struct ArchivePolicy {
  // Holds that ended, movements and answers of before this moment.
  std::optional<Instant> records_before;
  // Segments of the journal whose last event lies before this moment, and in the store.
  std::optional<Instant> journal_before;
};

// How many were moved.
struct ArchiveReport {
  std::uint64_t holds = 0;
  std::uint64_t movements = 0;
  std::uint64_t decisions = 0;
  std::uint64_t segments = 0;

  bool is_empty() const { return holds + movements + decisions + segments == 0; }
};

}  // namespace engine
