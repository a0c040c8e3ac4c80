// Every subcommand of `holdfast`. Each function adds one to the command line; when the user calls
// it, `action` is what runs it, and returns the exit code.
#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "cli/bench.hpp"
#include "cli/replay.hpp"

namespace holdfast::cli {

void add_serve_command(CLI::App& app, std::function<int()>& action);
void add_health_command(CLI::App& app, std::function<int()>& action);
void add_account_command(CLI::App& app, std::function<int()>& action);
void add_card_command(CLI::App& app, std::function<int()>& action);
void add_hold_command(CLI::App& app, std::function<int()>& action);
void add_batch_command(CLI::App& app, std::function<int()>& action);
void add_core_command(CLI::App& app, std::function<int()>& action);
void add_ledger_command(CLI::App& app, std::function<int()>& action);
void add_exception_command(CLI::App& app, std::function<int()>& action);
void add_explain_command(CLI::App& app, std::function<int()>& action);
void add_fx_rates_command(CLI::App& app, std::function<int()>& action);
void add_load_command(CLI::App& app, std::function<int()>& action);
void add_clearing_command(CLI::App& app, std::function<int()>& action);
void add_archive_command(CLI::App& app, std::function<int()>& action);
void add_clock_command(CLI::App& app, std::function<int()>& action);
void add_message_command(CLI::App& app, std::function<int()>& action);
void add_journal_command(CLI::App& app, std::function<int()>& action);

}  // namespace holdfast::cli
