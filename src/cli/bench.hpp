// `holdfast bench`: measures the product and its references in turn and prints their ratios.
#pragma once

#include <CLI/App.hpp>
#include <functional>

namespace holdfast::cli {

// Adds the subcommand; when it is called, `action` is what runs it: 0 when everything went well,
// 1 when a server broke or a reply was wrong, 2 for bad usage.
void add_bench_command(CLI::App& app, std::function<int()>& action);

}  // namespace holdfast::cli
