// Small files that are made whole: those that hold a secret are readable by their owner alone.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "error.hpp"

namespace holdfast {

// Writes `content` with mode 0600, synced, under the final name only when it is whole.
Outcome<void> write_secret_file(const std::filesystem::path& file, std::string_view content);
Outcome<void> write_whole_file(const std::filesystem::path& file, std::string_view content,
                               mode_t mode);
Outcome<std::string> read_small_file(const std::filesystem::path& file);

// `bytes` random bytes as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace holdfast
