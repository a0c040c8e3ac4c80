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

struct ExplainOptions {
  ApiOptions api;
  std::string rrn;
  std::string id;
  std::string record;
  bool json = false;
};

std::string money_text(const json::object& object, std::string_view key) {
  const json::value* money = object.if_contains(key);
  return money != nullptr && money->is_object() ? amount_text(money->get_object(), "amount") : "";
}

void print_authorization(const json::object& a) {
  const json::object& before = a.at("before").as_object();
  const std::string currency = text_of(a, "currency");
  const auto of_account = [&currency](const json::object& object, std::string_view key) {
    return currency.empty() ? std::string() : amount_text(object.at(key).as_int64(), currency);
  };
  const json::value& limit = a.at("limit");
  // Of a repetition with other content nothing was weighed.
  const bool is_weighed = text_of(a, "decline") != "same_key_other_content";
  const auto weighed = [&](std::string text) { return is_weighed ? std::move(text) : ""; };
  const json::value& rate = a.at("fx_rate");
  const std::string decline = text_of(a, "decline");
  print_rows({{"id", text_of(a, "id")},
              {"at", text_of(a, "at")},
              {"message", text_of(a, "message")},
              {"answer", text_of(a, "response_code") + (decline.empty() ? "" : " " + decline)},
              {"why", text_of(a, "reason")},
              {"card", text_of(a, "pan_masked")},
              {"account", text_of(a, "account_id")},
              {"operation", text_of(a, "operation") + ", " + text_of(a, "channel") + ", " +
                                text_of(a, "region")},
              {"transaction", money_text(a, "transaction")},
              {"billing", money_text(a, "billing")},
              {"asked for", weighed(of_account(a, "asked_amount"))},
              {"fee", weighed(of_account(a, "asked_fee"))},
              {"tariff", text_of(a, "tariff")},
              {"rate", rate.is_object() ? text_of(rate.get_object(), "rate") : ""},
              {"ledger before", weighed(of_account(before, "ledger"))},
              {"held before", weighed(of_account(before, "held"))},
              {"available before", weighed(of_account(before, "available"))},
              {"limit", limit.is_object() ? text_of(limit.get_object(), "name") : ""},
              {"original hold", text_of(a, "original_hold_id")},
              {"first answered in", text_of(a, "first_answer_id")},
              {"hold", text_of(a, "hold_id")},
              {"auth code", text_of(a, "auth_code")}});
}

// One by its id, or all that share an RRN, the newest first.
Result<json::array> fetch(const ExplainOptions& options) {
  if (!options.id.empty()) {
    auto one = call_once(options.api, "GET", "/v1/authorizations/" + percent_encoded(options.id));
    if (!one) return one.error();
    return json::array{std::move(*one)};
  }
  auto found =
      call_once(options.api, "GET", "/v1/authorizations?rrn=" + percent_encoded(options.rrn));
  if (!found) return found.error();
  return std::move(found->at("authorizations").as_array());
}

void print_record(const json::object& record) {
  const std::string currency = text_of(record, "currency");
  const auto amount = [&](std::string_view key) {
    return amount_text(record.at(key).as_int64(), currency);
  };
  const json::value& hold = record.at("hold");
  print_rows({{"record", text_of(record, "record")},
              {"at", text_of(record, "at")},
              {"outcome", text_of(record, "outcome")},
              {"reason", text_of(record, "reason")},
              {"account", text_of(record, "account_id")},
              {"posted", amount("posted")},
              {"confirmed", amount("confirmed")},
              {"fx result", amount("fx_result")},
              {"given back since", text_of(record, "reversed")},
              {"hold", hold.is_object() ? text_of(hold.get_object(), "id") : ""},
              {"hold's RRN", hold.is_object() ? text_of(hold.get_object(), "rrn") : ""}});
  for (const json::value& item : record.at("exceptions").as_array()) {
    const json::object& exception = item.as_object();
    fmt::print("\n{}: {}\n{}\n", text_of(exception, "code"), text_of(exception, "detail"),
               text_of(exception, "action"));
  }
  for (const json::value& item : record.at("carried").as_array()) {
    const json::object& carried = item.as_object();
    fmt::print("\n{} ({}, record {})\n", text_of(carried, "category"), text_of(carried, "message"),
               text_of(carried, "record"));
    std::vector<std::pair<std::string, std::string>> rows;
    for (const json::value& field : carried.at("fields").as_array()) {
      rows.emplace_back(text_of(field.as_object(), "name"), text_of(field.as_object(), "text"));
    }
    print_rows(rows);
  }
}

int explain(const ExplainOptions& options) {
  const bool one = !options.rrn.empty() + !options.id.empty() + !options.record.empty() == 1;
  if (!one) return fail("explain", {exit_bad_usage, "say --rrn, --id or --record"});
  if (!options.record.empty()) {
    const std::string target = "/v1/clearing-records/" + percent_encoded(options.record);
    return show("explain", call_once(options.api, "GET", target), options.json, print_record);
  }
  auto found = fetch(options);
  if (!found) return fail("explain", found.error());
  if (found->empty()) {
    return fail("explain", {exit_failed, "no authorization has the RRN " + options.rrn});
  }
  if (options.json) {
    print_json({{"authorizations", std::move(*found)}});
    return exit_success;
  }
  bool is_first = true;
  for (const json::value& authorization : *found) {
    if (!is_first) fmt::print("\n");
    is_first = false;
    print_authorization(authorization.as_object());
  }
  return exit_success;
}

}  // namespace

void add_explain_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand(
      "explain", "Why a card transaction was answered as it was, or a clearing record posted");
  command->add_option("--rrn", options->rrn, "Its retrieval reference number (DE37)");
  command->add_option("--id", options->id, "Its id, as an earlier explanation told it");
  command->add_option("--record", options->record,
                      "The key of a clearing record, as 'clearing records' tells it");
  command->add_flag("--json", options->json, "As JSON, amounts in minor units");
  add_api_options(*command, options->api);
  command->footer("Example:\n  holdfast explain --rrn 632409000001 --config holdfast.toml");
  command->callback([options, &action] { action = [options] { return explain(*options); }; });
}

}  // namespace holdfast::cli
