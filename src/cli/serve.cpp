#include "runtime/serve.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/commands.hpp"

namespace holdfast::cli {

void add_serve_command(CLI::App& app, std::function<int()>& action) {
  auto config_file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("serve", "Runs the switch until SIGTERM or SIGINT");
  command->add_option("--config", *config_file, "The config file")->required();
  command->footer("Example:\n  holdfast serve --config holdfast.toml");
  command->callback(
      [config_file, &action] { action = [config_file] { return run_serve(*config_file); }; });
}

}  // namespace holdfast::cli
