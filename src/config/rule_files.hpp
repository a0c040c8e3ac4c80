// The rule files that the config names: rates, hold lifetimes, limits, tariffs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/config.hpp"

namespace holdfast {

// Each fills its part of the config, or says in one line what is wrong with the file.
std::optional<std::string> read_fx_rates(const std::filesystem::path& file, Config& config);
std::optional<std::string> read_hold_lifetimes(const std::filesystem::path& file, Config& config);
std::optional<std::string> read_limits(const std::filesystem::path& file, Config& config);
std::optional<std::string> read_tariffs(const std::filesystem::path& file, Config& config);

}  // namespace holdfast
