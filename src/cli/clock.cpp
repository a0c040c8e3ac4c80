#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct ClockOptions {
  ApiOptions api;
  std::string now;
  bool json = false;
};

void print_clock(const json::object& clock) {
  const bool is_manual = clock.at("manual").as_bool();
  print_rows({{"now", text_of(clock, "now")},
              {"business date", text_of(clock, "business_date")},
              {"clock", is_manual ? "manual: it stands still until it is set" : "the machine's"}});
}

int show_clock(const ClockOptions& options) {
  return show("clock show", call_once(options.api, "GET", "/v1/clock"), options.json, print_clock);
}

int set_clock(const ClockOptions& options) {
  const json::object body = {{"now", options.now}};
  return show("clock set", call_once(options.api, "POST", "/v1/clock", json::serialize(body)),
              options.json, print_clock);
}

int show_health(const ClockOptions& options) {
  const auto health = call_once(options.api, "GET", "/v1/health");
  if (!health) return fail("health", health.error());
  if (options.json) {
    print_json(*health);
  } else {
    fmt::print("{}\n", text_of(*health, "status"));
  }
  return exit_success;
}

}  // namespace

void add_clock_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ClockOptions>();
  CLI::App* group = app.add_subcommand("clock", "Business time: show, set");
  group->require_subcommand(1);
  CLI::App* show = group->add_subcommand("show", "Shows business time and the business date");
  show->footer("Example:\n  holdfast clock show --config holdfast.toml");
  show->callback([options, &action] { action = [options] { return show_clock(*options); }; });
  CLI::App* set = group->add_subcommand("set", "Moves a manual clock forward");
  set->add_option("now", options->now, "A time such as 2026-11-20T09:00:00Z")->required();
  set->footer("Example:\n  holdfast clock set 2026-11-27T09:00:00Z --config holdfast.toml");
  set->callback([options, &action] { action = [options] { return set_clock(*options); }; });
  for (CLI::App* leaf : {show, set}) {
    leaf->add_flag("--json", options->json, "As JSON");
    add_api_options(*leaf, options->api);
  }
}

void add_health_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ClockOptions>();
  CLI::App* command = app.add_subcommand("health", "Says whether the switch is ready");
  command->add_flag("--json", options->json, "As JSON");
  add_api_options(*command, options->api);
  command->footer("Example:\n  holdfast health --config holdfast.toml");
  command->callback([options, &action] { action = [options] { return show_health(*options); }; });
}

}  // namespace holdfast::cli
