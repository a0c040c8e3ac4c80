// `holdfast serve`: the whole switch in the foreground.
#pragma once

#include <filesystem>

namespace holdfast {

// Runs until SIGTERM or SIGINT, then drains, checkpoints and returns 0. 1: it could not start or
// stop cleanly; 2: bad config. Errors go to stderr, one line each.
int run_serve(const std::filesystem::path& config_file);

}  // namespace holdfast
