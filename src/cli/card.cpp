#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <iostream>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct CardOptions {
  ApiOptions api;
  std::string id;
  std::string pan;
  std::string expiry;
  std::string account;
  std::string status;
  std::string limit_profile;
  std::string idempotency_key;
  bool json = false;
};

void print_card(const json::object& card) {
  print_rows({{"card", text_of(card, "card_id")},
              {"pan", text_of(card, "pan_masked")},
              {"expiry", text_of(card, "expiry")},
              {"account", text_of(card, "account_id")},
              {"status", text_of(card, "status")},
              {"limit profile", text_of(card, "limit_profile")}});
}

void add_choices(json::object& body, const CardOptions& options) {
  if (!options.status.empty()) body["status"] = options.status;
  if (!options.limit_profile.empty()) body["limit_profile"] = options.limit_profile;
}

int issue_card(const CardOptions& options) {
  constexpr std::string_view command = "card issue";
  std::string pan = options.pan;
  if (pan == "-" && !std::getline(std::cin, pan)) {
    return fail(command, {exit_bad_usage, "no card number came on stdin"});
  }
  if (pan.ends_with('\r')) pan.pop_back();
  json::object body = {{"pan", pan}, {"expiry", options.expiry}, {"account_id", options.account}};
  add_choices(body, options);
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  std::vector<http::Header> headers;
  if (!options.idempotency_key.empty()) {
    headers.push_back({"Idempotency-Key", options.idempotency_key});
  }
  return show(command, call(*api, "POST", "/v1/cards", body, headers), options.json, print_card);
}

int set_card(const CardOptions& options) {
  constexpr std::string_view command = "card set";
  json::object body;
  add_choices(body, options);
  if (body.empty()) {
    return fail(command, {exit_bad_usage, "nothing to set: --status or --limit-profile"});
  }
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  const std::string target = "/v1/cards/" + percent_encoded(options.id);
  return show(command, call(*api, "PATCH", target, body), options.json, print_card);
}

int show_card(const CardOptions& options) {
  return show("card show",
              call_once(options.api, "GET", "/v1/cards/" + percent_encoded(options.id)),
              options.json, print_card);
}

// "800.00 of 1000.00 RUB, 3 of 10": used and maximum.
std::string usage_text(const json::object& rule, std::string_view currency) {
  std::string text;
  if (!rule.at("max_amount").is_null()) {
    text = amount_text(rule.at("used_amount").as_int64(), currency) + " of " +
           amount_text(rule.at("max_amount").as_int64(), currency);
  }
  if (!rule.at("max_count").is_null()) {
    if (!text.empty()) text += ", ";
    text += text_of(rule, "used_count") + " of " + text_of(rule, "max_count");
  }
  return text;
}

int show_limits(const CardOptions& options) {
  constexpr std::string_view command = "card limits";
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  const std::string card_target = "/v1/cards/" + percent_encoded(options.id);
  const auto limits = call(*api, "GET", card_target + "/limits");
  if (!limits) return fail(command, limits.error());
  if (options.json) {
    print_json(*limits);
    return exit_success;
  }
  const auto card = call(*api, "GET", card_target);
  if (!card) return fail(command, card.error());
  const auto account = call(*api, "GET", "/v1/accounts/" + text_of(*card, "account_id"));
  if (!account) return fail(command, account.error());
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : limits->at("limits").as_array()) {
    const json::object& rule = item.as_object();
    rows.push_back({text_of(rule, "name"), text_of(rule, "source"), text_of(rule, "scope"),
                    text_of(rule, "window"), usage_text(rule, text_of(*account, "currency"))});
  }
  print_table({"rule", "given by", "scope", "window", "used"}, rows);
  return exit_success;
}

void add_common(CLI::App& leaf, CardOptions& options) {
  leaf.add_flag("--json", options.json, "The card as JSON");
  add_api_options(leaf, options.api);
}

void add_choice_options(CLI::App& leaf, CardOptions& options) {
  leaf.add_option("--status", options.status, "active, blocked, lost, stolen or closed");
  leaf.add_option("--limit-profile", options.limit_profile, "A profile of limits.toml");
}

}  // namespace

void add_card_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<CardOptions>();
  CLI::App* group = app.add_subcommand("card", "Cards: issue, set, show, limits");
  group->require_subcommand(1);

  CLI::App* issue = group->add_subcommand("issue", "Issues a card to an account");
  issue->add_option("--pan", options->pan, "The card number; - reads it from stdin")->required();
  issue->add_option("--expiry", options->expiry, "YYMM")->required();
  issue->add_option("--account", options->account, "The account's id")->required();
  issue->add_option("--idempotency-key", options->idempotency_key,
                    "The same key is carried out once");
  add_choice_options(*issue, *options);
  add_common(*issue, *options);
  issue->footer(
      "Example:\n  holdfast card issue --pan - --expiry 2912 --account A1 "
      "--config holdfast.toml < pan.txt");
  issue->callback([options, &action] { action = [options] { return issue_card(*options); }; });

  CLI::App* set = group->add_subcommand("set", "Changes a card");
  set->add_option("id", options->id, "The card's id, as `card issue` told it")->required();
  add_choice_options(*set, *options);
  add_common(*set, *options);
  set->footer("Example:\n  holdfast card set 5f1d…9c --status lost --config holdfast.toml");
  set->callback([options, &action] { action = [options] { return set_card(*options); }; });

  CLI::App* show = group->add_subcommand("show", "Shows a card");
  show->add_option("id", options->id, "The card's id, as `card issue` told it")->required();
  add_common(*show, *options);
  show->footer("Example:\n  holdfast card show 5f1d…9c --config holdfast.toml");
  show->callback([options, &action] { action = [options] { return show_card(*options); }; });

  CLI::App* limits = group->add_subcommand("limits", "Shows a card's limits and what is used");
  limits->add_option("id", options->id, "The card's id, as `card issue` told it")->required();
  limits->add_flag("--json", options->json, "As JSON, amounts in minor units");
  add_api_options(*limits, options->api);
  limits->footer("Example:\n  holdfast card limits 5f1d…9c --config holdfast.toml");
  limits->callback([options, &action] { action = [options] { return show_limits(*options); }; });
}

}  // namespace holdfast::cli
