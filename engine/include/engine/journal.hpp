// The journal of a stopped switch: proof and reading.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "engine/error.hpp"
#include "engine/view.hpp"

namespace engine {

struct VerifyReport {
  std::uint64_t batches = 0;
  std::uint64_t events = 0;
  std::uint64_t accounts = 0;
  std::uint64_t cards = 0;
  std::uint64_t holds = 0;
  std::uint64_t movements = 0;
  std::uint64_t store_sequence = 0;  // the event up to which the store was compared
  std::string torn_tail;             // empty, or what lies behind the last whole batch
  std::vector<LedgerView> ledger;    // of the whole journal
};

// Checks the hash chain of `data_dir`'s journal from its first batch, rebuilds the state from
// zero, and compares it with the store at the store's position. What was archived is read from
// `archive_dir`, or, where that is empty, from where the store had it last. `progress` hears of
// events read.
Result<VerifyReport> verify_journal(const std::filesystem::path& data_dir,
                                    const std::function<void(std::uint64_t)>& progress,
                                    const std::filesystem::path& archive_dir = {});

// Every event as a line of JSON, in order. Errors as verify_journal's, behind what was sound.
Result<void> dump_journal(const std::filesystem::path& data_dir,
                          const std::function<void(std::string_view)>& line,
                          const std::filesystem::path& archive_dir = {});

}  // namespace engine
