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

struct AccountOptions {
  ApiOptions api;
  std::string id;
  std::string currency;
  std::string booked;
  std::string overdraft;
  std::string status;
  std::string from;
  std::string to;
  bool json = false;
};

void print_account(const json::object& account, bool as_json) {
  if (as_json) return print_json(account);
  print_rows({{"account", text_of(account, "id")},
              {"status", text_of(account, "status")},
              {"booked", amount_text(account, "booked")},
              {"pending", amount_text(account, "pending")},
              {"ledger", amount_text(account, "ledger")},
              {"held", amount_text(account, "held")},
              {"overdraft limit", amount_text(account, "overdraft_limit")},
              {"available", amount_text(account, "available")}});
}

std::string target_of(const AccountOptions& options) {
  return "/v1/accounts/" + percent_encoded(options.id);
}

// "1000.00" as minor units into the body; nothing happens for an empty text.
Result<void> add_amount(json::object& body, std::string_view key, const std::string& text,
                        std::string_view currency) {
  if (text.empty()) return {};
  const auto code = trace::parse_currency(currency);
  if (!code) return Failure{exit_bad_usage, fmt::format("there is no currency '{}'", currency)};
  const auto amount = trace::parse_amount(text, *code);
  if (!amount) {
    return Failure{exit_bad_usage, fmt::format("'{}' is not an amount in {}", text, currency)};
  }
  body[key] = *amount;
  return {};
}

int show_account(const AccountOptions& options) {
  const auto account = call_once(options.api, "GET", target_of(options));
  if (!account) return fail("account show", account.error());
  print_account(*account, options.json);
  return exit_success;
}

int open_account(const AccountOptions& options) {
  json::object body = {{"currency", options.currency}};
  for (const auto& [key, text] :
       {std::pair{"booked", options.booked}, std::pair{"overdraft_limit", options.overdraft}}) {
    const auto added = add_amount(body, key, text, options.currency);
    if (!added) return fail("account open", added.error());
  }
  if (!options.status.empty()) body["status"] = options.status;
  auto api = open_api(options.api);
  if (!api) return fail("account open", api.error());
  const auto account = call(*api, "PUT", target_of(options), body);
  if (!account) return fail("account open", account.error());
  print_account(*account, options.json);
  return exit_success;
}

int set_account(const AccountOptions& options) {
  if (options.status.empty() && options.overdraft.empty()) {
    return fail("account set", {exit_bad_usage, "nothing to set: --status or --overdraft"});
  }
  auto api = open_api(options.api);
  if (!api) return fail("account set", api.error());
  // The overdraft is read in the account's currency.
  const auto before = call(*api, "GET", target_of(options));
  if (!before) return fail("account set", before.error());
  json::object body;
  const auto added =
      add_amount(body, "overdraft_limit", options.overdraft, text_of(*before, "currency"));
  if (!added) return fail("account set", added.error());
  if (!options.status.empty()) body["status"] = options.status;
  const auto account = call(*api, "PATCH", target_of(options), body);
  if (!account) return fail("account set", account.error());
  print_account(*account, options.json);
  return exit_success;
}

// Every page, in order.
int show_statement(const AccountOptions& options) {
  constexpr std::string_view command = "account statement";
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  const auto account = call(*api, "GET", target_of(options));
  if (!account) return fail(command, account.error());
  const std::string currency = text_of(*account, "currency");
  std::string cursor;
  std::vector<std::vector<std::string>> rows;
  do {
    std::string target = target_of(options) + "/statement?cursor=" + cursor;
    if (!options.from.empty()) target += "&from=" + percent_encoded(options.from);
    if (!options.to.empty()) target += "&to=" + percent_encoded(options.to);
    const auto page = call(*api, "GET", target);
    if (!page) return fail(command, page.error());
    for (const json::value& item : page->at("movements").as_array()) {
      const json::object& movement = item.as_object();
      if (options.json) {
        print_json(movement);
        continue;
      }
      rows.push_back({text_of(movement, "business_date"), text_of(movement, "kind"),
                      amount_text(movement.at("amount").as_int64(), currency),
                      amount_text(movement.at("balance_after").as_int64(), currency),
                      text_of(movement, "batch_id"), text_of(movement, "reference")});
    }
    cursor = text_of(*page, "next_cursor");
  } while (!cursor.empty());
  if (!options.json) {
    print_table({"business date", "kind", "amount", "balance after", "batch", "reference"}, rows);
  }
  return exit_success;
}

CLI::App* add_leaf(CLI::App& group, const std::string& name, const std::string& description,
                   AccountOptions& options) {
  CLI::App* leaf = group.add_subcommand(name, description);
  leaf->add_option("id", options.id, "The account's id")->required();
  leaf->add_flag("--json", options.json, "The account as JSON, amounts in minor units");
  add_api_options(*leaf, options.api);
  return leaf;
}

}  // namespace

void add_account_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<AccountOptions>();
  const std::string statuses = "active, debit_blocked, blocked or closed";
  CLI::App* group = app.add_subcommand("account", "Accounts: show, open, set, statement");
  group->require_subcommand(1);

  CLI::App* show = add_leaf(*group, "show", "Shows an account and its balances", *options);
  show->footer("Example:\n  holdfast account show A1 --config holdfast.toml");
  show->callback([options, &action] { action = [options] { return show_account(*options); }; });

  CLI::App* open = add_leaf(*group, "open", "Opens an account", *options);
  open->add_option("--currency", options->currency, "ISO 4217, such as RUB")->required();
  open->add_option("--booked", options->booked, "The opening balance, such as 1000.00");
  open->add_option("--overdraft", options->overdraft, "The overdraft limit, such as 500.00");
  open->add_option("--status", options->status, statuses);
  open->footer(
      "Example:\n  holdfast account open A1 --currency RUB --booked 1000.00 "
      "--config holdfast.toml");
  open->callback([options, &action] { action = [options] { return open_account(*options); }; });

  CLI::App* statement =
      add_leaf(*group, "statement", "Shows the movements of an account", *options);
  statement->add_option("--from", options->from, "The first business date, such as 2026-11-20");
  statement->add_option("--to", options->to, "The last business date");
  statement->footer(
      "Example:\n  holdfast account statement A1 --from 2026-11-01 --config holdfast.toml");
  statement->callback(
      [options, &action] { action = [options] { return show_statement(*options); }; });

  CLI::App* set = add_leaf(*group, "set", "Changes an account", *options);
  set->add_option("--overdraft", options->overdraft, "The overdraft limit, such as 500.00");
  set->add_option("--status", options->status, statuses);
  set->footer("Example:\n  holdfast account set A1 --status blocked --config holdfast.toml");
  set->callback([options, &action] { action = [options] { return set_account(*options); }; });
}

}  // namespace holdfast::cli
