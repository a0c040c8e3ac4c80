#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>

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

// What is wrong with the word that stands where a command should; nothing where it is one.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  const CLI::App* parent = &app;
  std::string path = app.get_name();
  for (int i = 1; i < argc; ++i) {
    const auto known = parent->get_subcommands([](const CLI::App*) { return true; });
    const std::string_view word = argv[i];
    if (known.empty() || word.starts_with('-')) return {};
    const auto command = std::find_if(
        known.begin(), known.end(), [&](const CLI::App* each) { return each->get_name() == word; });
    if (command == known.end()) {
      // Digits may be a card number, which is not repeated.
      const bool has_digits = word.find_first_of("0123456789") != word.npos;
      std::string text = has_digits ? "the argument" : "'" + std::string(word) + "'";
      text += " is no command of '" + path + "'; there are:";
      for (const CLI::App* each : known) text += " " + each->get_name();
      return text;
    }
    parent = *command;
    path += " " + parent->get_name();
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Holdfast: the authorization host of a card issuer", "holdfast");
  app.set_version_flag("--version", HOLDFAST_VERSION);
  app.require_subcommand(1);
  std::function<int()> action;
  for (const AddCommand add_command : commands) add_command(app, action);
  app.footer("`holdfast COMMAND … --help` tells more of each.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version come this way too, and print to stdout.
    if (error.get_exit_code() == 0) return app.exit(error);
    const std::string unknown = unknown_command(app, argc, argv);
    std::fprintf(stderr, "holdfast: %s\n", unknown.empty() ? error.what() : unknown.c_str());
    return holdfast::cli::exit_bad_usage;
  }
  return action();
}
