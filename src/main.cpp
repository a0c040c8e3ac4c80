#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "version.hpp"

namespace {

using AddCommand = void (*)(CLI::App& app, std::function<int()>& action);

constexpr AddCommand commands[] = {
    holdfast::cli::add_serve_command,     holdfast::cli::add_health_command,
    holdfast::cli::add_account_command,   holdfast::cli::add_card_command,
    holdfast::cli::add_hold_command,      holdfast::cli::add_batch_command,
    holdfast::cli::add_core_command,      holdfast::cli::add_ledger_command,
    holdfast::cli::add_explain_command,   holdfast::cli::add_fx_rates_command,
    holdfast::cli::add_exception_command, holdfast::cli::add_load_command,
    holdfast::cli::add_clearing_command,  holdfast::cli::add_replay_command,
    holdfast::cli::add_message_command,   holdfast::cli::add_journal_command,
    holdfast::cli::add_archive_command,   holdfast::cli::add_clock_command,
    holdfast::cli::add_bench_command,
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Holdfast: the authorization host of a card issuer", "holdfast");
  app.set_version_flag("--version", HOLDFAST_VERSION);
  app.require_subcommand(1);
  std::function<int()> action;
  for (const AddCommand add_command : commands) add_command(app, action);
  app.footer("`holdfast COMMAND --help` shows an example of each.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version come this way too, and print to stdout.
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "holdfast: %s\n", error.what());
    return holdfast::cli::exit_bad_usage;
  }
  return action();
}
