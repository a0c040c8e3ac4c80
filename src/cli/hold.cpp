#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "trace/value.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct HoldOptions {
  ApiOptions api;
  std::string account;
  std::string id;
  std::string amount;
  std::string currency;
  std::string kind = "manual";
  std::string expires_at;
  std::string reference;
  std::string idempotency_key;
  bool unconditional = false;
  bool all = false;
  bool json = false;
};

std::vector<http::Header> headers_of(const HoldOptions& options) {
  if (options.idempotency_key.empty()) return {};
  return {{"Idempotency-Key", options.idempotency_key}};
}

void print_hold(const json::object& hold) {
  print_rows({{"hold", text_of(hold, "id")},
              {"account", text_of(hold, "account_id")},
              {"kind", text_of(hold, "kind")},
              {"status", text_of(hold, "status")},
              {"held", amount_text(hold, "amount")},
              {"fee", amount_text(hold, "fee")},
              {"originally", amount_text(hold, "original_amount")},
              {"expires", text_of(hold, "expires_at")},
              {"reference", text_of(hold, "reference")}});
}

int list_holds(const HoldOptions& options) {
  const std::string target = "/v1/accounts/" + percent_encoded(options.account) + "/holds" +
                             (options.all ? "?all=true" : "");
  const auto answer = call_once(options.api, "GET", target);
  if (!answer) return fail("hold list", answer.error());
  if (options.json) {
    print_json(*answer);
    return exit_success;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : answer->at("holds").as_array()) {
    const json::object& hold = item.as_object();
    rows.push_back({text_of(hold, "id"), text_of(hold, "kind"), text_of(hold, "status"),
                    amount_text(hold, "amount"), amount_text(hold, "fee"),
                    amount_text(hold, "original_amount"), text_of(hold, "expires_at"),
                    text_of(hold, "rrn"), text_of(hold, "auth_code"), text_of(hold, "merchant")});
  }
  print_table({"hold", "kind", "status", "held", "fee", "originally", "expires", "rrn", "auth code",
               "merchant"},
              rows);
  return exit_success;
}

int place_hold(const HoldOptions& options) {
  constexpr std::string_view command = "hold place";
  const auto currency = trace::parse_currency(options.currency);
  if (!currency) {
    return fail(command,
                {exit_bad_usage, fmt::format("there is no currency '{}'", options.currency)});
  }
  const auto amount = trace::parse_amount(options.amount, *currency);
  if (!amount) {
    return fail(command, {exit_bad_usage, fmt::format("'{}' is not an amount in {}", options.amount,
                                                      options.currency)});
  }
  json::object body = {{"account_id", options.account},
                       {"amount", *amount},
                       {"currency", currency->alpha()},
                       {"kind", options.kind},
                       {"conditional", !options.unconditional}};
  if (!options.expires_at.empty()) body["expires_at"] = options.expires_at;
  if (!options.reference.empty()) body["reference"] = options.reference;
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  return show(command, call(*api, "POST", "/v1/holds", body, headers_of(options)), options.json,
              print_hold);
}

int release_hold(const HoldOptions& options) {
  constexpr std::string_view command = "hold release";
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  const std::string target = "/v1/holds/" + percent_encoded(options.id) + "/release";
  return show(command, call(*api, "POST", target, std::string_view(), headers_of(options)),
              options.json, print_hold);
}

int show_hold(const HoldOptions& options) {
  return show("hold show",
              call_once(options.api, "GET", "/v1/holds/" + percent_encoded(options.id)),
              options.json, print_hold);
}

CLI::App* add_leaf(CLI::App& group, const std::string& name, const std::string& description,
                   HoldOptions& options) {
  CLI::App* leaf = group.add_subcommand(name, description);
  leaf->add_flag("--json", options.json, "As JSON, amounts in minor units");
  add_api_options(*leaf, options.api);
  return leaf;
}

void add_place(CLI::App& group, const std::shared_ptr<HoldOptions>& options,
               std::function<int()>& action) {
  CLI::App* place = add_leaf(group, "place", "Places a hold", *options);
  place->add_option("account", options->account, "The account's id")->required();
  place->add_option("--amount", options->amount, "Such as 35.00")->required();
  place->add_option("--currency", options->currency, "ISO 4217, such as RUB")->required();
  place->add_option("--kind", options->kind, "manual or arrest")->capture_default_str();
  place->add_flag("--unconditional", options->unconditional, "Whatever the available balance is");
  place->add_option("--expires-at", options->expires_at, "A time such as 2026-11-20T09:00:00Z");
  place->add_option("--reference", options->reference, "A text of at most 64 bytes");
  place->add_option("--idempotency-key", options->idempotency_key,
                    "The same key is carried out once");
  place->footer(
      "Example:\n  holdfast hold place A1 --amount 35.00 --currency RUB "
      "--reference rent --config holdfast.toml");
  place->callback([options, &action] { action = [options] { return place_hold(*options); }; });
}

}  // namespace

void add_hold_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<HoldOptions>();
  CLI::App* group = app.add_subcommand("hold", "Holds: list, show, place, release");
  group->require_subcommand(1);

  CLI::App* list = add_leaf(*group, "list", "Lists the holds of an account", *options);
  list->add_option("account", options->account, "The account's id")->required();
  list->add_flag("--all", options->all, "Those that have ended too");
  list->footer("Example:\n  holdfast hold list A1 --all --config holdfast.toml");
  list->callback([options, &action] { action = [options] { return list_holds(*options); }; });

  CLI::App* show = add_leaf(*group, "show", "Shows a hold", *options);
  show->add_option("id", options->id, "The hold's id")->required();
  show->footer("Example:\n  holdfast hold show 42 --config holdfast.toml");
  show->callback([options, &action] { action = [options] { return show_hold(*options); }; });

  add_place(*group, options, action);

  CLI::App* release = add_leaf(*group, "release", "Releases a hold", *options);
  release->add_option("id", options->id, "The hold's id")->required();
  release->add_option("--idempotency-key", options->idempotency_key,
                      "The same key is carried out once");
  release->footer("Example:\n  holdfast hold release 42 --config holdfast.toml");
  release->callback([options, &action] { action = [options] { return release_hold(*options); }; });
}

}  // namespace holdfast::cli
