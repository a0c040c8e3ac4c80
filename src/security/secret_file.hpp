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
// Whether write_whole_file() can begin: for content that is dear to gather.
Outcome<void> can_write_whole_file(const std::filesystem::path& file, mode_t mode);
Outcome<std::string> read_small_file(const std::filesystem::path& file);
// What was made, renamed or removed in it is on the disk when this returns.
Outcome<void> sync_folder(const std::filesystem::path& folder);
// "<name><end>" in the folder, or "<name>.2<end>", "<name>.3<end>" … where that is taken.
std::filesystem::path free_name(const std::filesystem::path& folder, std::string_view name,
                                std::string_view end);

// `bytes` random bytes as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace holdfast
