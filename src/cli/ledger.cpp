#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct ListOptions {
  ApiOptions api;
  std::string cursor;
  bool json = false;
};

int show_ledger(const ListOptions& options) {
  const auto ledger = call_once(options.api, "GET", "/v1/ledger");
  if (!ledger) return fail("ledger", ledger.error());
  if (options.json) {
    print_json(*ledger);
    return exit_success;
  }
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [currency, accounts] : ledger->at("currencies").as_object()) {
    for (const auto& [account, balance] : accounts.as_object()) {
      rows.emplace_back(std::string(account), amount_text(balance.as_int64(), currency));
    }
  }
  print_rows(rows);
  return exit_success;
}

// Every page in turn.
Result<json::array> fetch_exceptions(const ListOptions& options) {
  auto api = open_api(options.api);
  if (!api) return api.error();
  json::array exceptions;
  std::string cursor = options.cursor;
  do {
    const std::string query = cursor.empty() ? "" : "?cursor=" + percent_encoded(cursor);
    auto page = call(*api, "GET", "/v1/exceptions" + query);
    if (!page) return page.error();
    for (json::value& item : page->at("exceptions").as_array()) {
      exceptions.push_back(std::move(item));
    }
    cursor = text_of(*page, "next_cursor");
  } while (!cursor.empty());
  return exceptions;
}

int list_exceptions(const ListOptions& options) {
  auto exceptions = fetch_exceptions(options);
  if (!exceptions) return fail("exception list", exceptions.error());
  if (options.json) {
    json::object body;
    body["exceptions"] = std::move(*exceptions);
    print_json(body);
    return exit_success;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : *exceptions) {
    const json::object& exception = item.as_object();
    rows.push_back({text_of(exception, "id"), text_of(exception, "at"), text_of(exception, "code"),
                    text_of(exception, "account_id"), text_of(exception, "reference"),
                    text_of(exception, "detail") + " " + text_of(exception, "action")});
  }
  print_table({"id", "at", "code", "account", "reference", "what happened, and what to do"}, rows);
  return exit_success;
}

}  // namespace

void add_ledger_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("ledger", "Shows the internal accounts by currency");
  command->add_flag("--json", options->json, "As JSON, amounts in minor units");
  add_api_options(*command, options->api);
  command->footer("Example:\n  holdfast ledger --config holdfast.toml");
  command->callback([options, &action] { action = [options] { return show_ledger(*options); }; });
}

void add_exception_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* group = app.add_subcommand("exception", "What a person must look at");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand("list", "Lists exceptions, the oldest first");
  list->add_option("--cursor", options->cursor, "Only those behind this id");
  list->add_flag("--json", options->json, "As JSON");
  add_api_options(*list, options->api);
  list->footer("Example:\n  holdfast exception list --config holdfast.toml");
  list->callback([options, &action] { action = [options] { return list_exceptions(*options); }; });
}

}  // namespace holdfast::cli
