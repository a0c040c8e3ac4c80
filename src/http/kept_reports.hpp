// What clearing files that came with an Idempotency-Key were answered: their report or why they
// were refused, kept on disk so that a repeat hears what the first call heard, also after a
// restart.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "error.hpp"
#include "http/message.hpp"

namespace holdfast::http {

struct KeptAnswer {
  std::string content;  // fingerprint of the call that was answered with it
  ApiResponse response;
};

// Nothing when no call with this key was answered. `key` is hex.
std::optional<KeptAnswer> find_kept_answer(const std::filesystem::path& folder,
                                           std::string_view key);
Outcome<void> keep_answer(const std::filesystem::path& folder, std::string_view key,
                          const KeptAnswer& kept);

}  // namespace holdfast::http
