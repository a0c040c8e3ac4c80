#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct ArchiveOptions {
  ApiOptions api;
  bool json = false;
};

void print_moved(const json::object& moved) {
  print_rows({{"holds", text_of(moved, "holds")},
              {"movements", text_of(moved, "movements")},
              {"authorizations", text_of(moved, "authorizations")},
              {"journal segments", text_of(moved, "journal_segments")}});
}

int archive(const ArchiveOptions& options) {
  return show("archive", call_once(options.api, "POST", "/v1/archive"), options.json, print_moved);
}

}  // namespace

void add_archive_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ArchiveOptions>();
  CLI::App* command = app.add_subcommand(
      "archive", "Moves what is old to the archive now; it happens every hour by itself");
  command->add_flag("--json", options->json, "As JSON");
  add_api_options(*command, options->api);
  command->footer("Example:\n  holdfast archive --config holdfast.toml");
  command->callback([options, &action] { action = [options] { return archive(*options); }; });
}

}  // namespace holdfast::cli
