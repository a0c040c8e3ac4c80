// The reports of clearing files that came with an Idempotency-Key, kept on disk so that a repeat
// hears what the first call heard, also after a restart.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "error.hpp"

namespace holdfast::http {

struct KeptReport {
  std::string content;  // fingerprint of the call that was answered with it
  std::string report;
};

// Nothing when no call with this key was answered. `key` is hex.
std::optional<KeptReport> find_kept_report(const std::filesystem::path& folder,
                                           std::string_view key);
Outcome<void> keep_report(const std::filesystem::path& folder, std::string_view key,
                          const KeptReport& kept);

}  // namespace holdfast::http
