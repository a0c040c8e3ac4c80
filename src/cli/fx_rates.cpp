#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct FxRatesOptions {
  ApiOptions api;
  std::string base;
  std::vector<std::string> rates;
  bool json = false;
};

void print_rates(const json::object& rates) {
  print_rows({{"version", text_of(rates, "version")},
              {"set at", text_of(rates, "set_at")},
              {"base", text_of(rates, "base")}});
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : rates.at("rates").as_array()) {
    const json::object& rate = item.as_object();
    rows.push_back({text_of(rate, "currency"), text_of(rate, "buy"), text_of(rate, "sell")});
  }
  print_table({"currency", "buy", "sell"}, rows);
}

int show_rates(const FxRatesOptions& options) {
  return show("fx-rates show", call_once(options.api, "GET", "/v1/fx-rates"), options.json,
              print_rates);
}

// "EUR=62.20/64.10".
std::optional<json::object> rate_from(const std::string& text) {
  const auto equals = text.find('=');
  const auto slash = text.find('/', equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || slash == std::string::npos) return std::nullopt;
  return json::object{{"currency", text.substr(0, equals)},
                      {"buy", text.substr(equals + 1, slash - equals - 1)},
                      {"sell", text.substr(slash + 1)}};
}

int set_rates(const FxRatesOptions& options) {
  constexpr std::string_view command = "fx-rates set";
  json::array rates;
  for (const std::string& text : options.rates) {
    auto rate = rate_from(text);
    if (!rate) return fail(command, {exit_bad_usage, "'" + text + "' is not as EUR=62.20/64.10"});
    rates.push_back(std::move(*rate));
  }
  const json::object body = {{"base", options.base}, {"rates", std::move(rates)}};
  return show(command, call_once(options.api, "PUT", "/v1/fx-rates", json::serialize(body)),
              options.json, print_rates);
}

}  // namespace

void add_fx_rates_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<FxRatesOptions>();
  CLI::App* group = app.add_subcommand("fx-rates", "Exchange rates: show, set");
  group->require_subcommand(1);

  CLI::App* show = group->add_subcommand("show", "Shows the rates and their version");
  show->add_flag("--json", options->json, "As JSON");
  add_api_options(*show, options->api);
  show->footer("Example:\n  holdfast fx-rates show --config holdfast.toml");
  show->callback([options, &action] { action = [options] { return show_rates(*options); }; });

  CLI::App* set = group->add_subcommand("set", "Replaces all rates, as a new version");
  set->add_option("--base", options->base, "The currency that rates are told in")->required();
  set->add_option("rates", options->rates, "CURRENCY=BUY/SELL, for each currency")->required();
  set->add_flag("--json", options->json, "As JSON");
  add_api_options(*set, options->api);
  set->footer(
      "Example:\n  holdfast fx-rates set --base RUB EUR=62.20/64.10 USD=57.10/58.90 "
      "--config holdfast.toml");
  set->callback([options, &action] { action = [options] { return set_rates(*options); }; });
}

}  // namespace holdfast::cli
