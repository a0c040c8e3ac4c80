#include "trace/api_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "iso8583/mask.hpp"

namespace holdfast::trace {
namespace {

namespace json = boost::json;
constexpr int status_multiple_choices = 300;

// Keys of accounts, holds and ledgers that hold minor units of one currency.
bool is_amount_key(std::string_view key) {
  constexpr std::array<std::string_view, 10> keys = {
      "ledger",          "booked", "pending", "held",    "available",
      "overdraft_limit", "amount", "fee",     "balance", "original_amount"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::optional<engine::CurrencyCode> currency_at(const json::value& answer) {
  const auto text = text_at(answer, "currency");
  return text ? parse_currency(*text) : std::nullopt;
}

AmountCurrency amounts_in(std::optional<engine::CurrencyCode> currency) {
  return
      [currency](std::string_view path) { return is_amount_key(path) ? currency : std::nullopt; };
}

// The items of an answer's list, such as "holds".
std::vector<json::value> items_of(const json::value& answer, std::string_view key) {
  const json::object* object = answer.if_object();
  const json::value* list = object == nullptr ? nullptr : object->if_contains(key);
  if (list == nullptr || !list->is_array()) return {};
  return {list->get_array().begin(), list->get_array().end()};
}

std::string count_text(std::string_view what, std::optional<std::size_t> expected,
                       std::size_t got) {
  if (expected) return fmt::format("expected {} {}, got {}", *expected, what, got);
  return fmt::format("expected at least one {}, got none", what);
}

}  // namespace

StepOutcome ApiRunner::ask(std::string_view method, std::string_view target, std::string_view body,
                           Answer& answer, std::span<const http::Header> headers) {
  auto response = api_.request(method, target, body, headers);
  if (!response) return StepOutcome::stop(response.error());
  answer.status = response->status;
  answer.replayed = response->idempotent_replay;
  boost::system::error_code failure;
  answer.json = json::parse(response->body, failure);
  if (failure) answer.json = json::string(response->body);
  return {};
}

StepOutcome ApiRunner::ask_for_success(std::string_view method, std::string_view target,
                                       std::string_view body, Answer& answer) {
  StepOutcome outcome = ask(method, target, body, answer);
  if (!outcome.fatal.empty() || answer.status < status_multiple_choices) return outcome;
  return StepOutcome::difference(
      fmt::format("{} {}: status {}: {}", method, target, answer.status,
                  iso8583::mask_card_numbers(json::serialize(answer.json))));
}

StepOutcome ApiRunner::compare(const std::vector<JsonExpectation>& expected,
                               const json::value& answer, std::string_view prefix,
                               const AmountCurrency& currency_of) {
  StepOutcome outcome;
  Captures captures;
  for (Difference& d : compare_json(expected, answer, memory_, captures, currency_of)) {
    d.what.insert(0, prefix);
    outcome.differences.push_back(to_string(d));
  }
  memory_.variables.merge(captures);
  return outcome;
}

// --- Accounts and cards ---------------------------------------------------------------------

StepOutcome ApiRunner::run(const PutAccount& account) {
  json::object body = {{"currency", account.currency.alpha()}};
  if (account.booked) body["booked"] = *account.booked;
  if (account.overdraft_limit) body["overdraft_limit"] = *account.overdraft_limit;
  if (!account.status.empty()) body["status"] = account.status;
  memory_.accounts[account.id] = account.currency;
  Answer answer;
  return ask_for_success("PUT", "/v1/accounts/" + account.id, json::serialize(body), answer);
}

StepOutcome ApiRunner::run(const IssueCard& issue) {
  json::object body = {
      {"pan", issue.card.pan}, {"expiry", issue.card.expiry}, {"account_id", issue.account}};
  if (!issue.status.empty()) body["status"] = issue.status;
  if (!issue.limit_profile.empty()) body["limit_profile"] = issue.limit_profile;
  Answer answer;
  StepOutcome outcome = ask_for_success("POST", "/v1/cards", json::serialize(body), answer);
  memory_.cards[issue.card.name] = {issue.card.pan, issue.card.expiry,
                                    text_at(answer.json, "card_id").value_or("")};
  return outcome;
}

StepOutcome ApiRunner::run(const ChangeState& change) {
  json::object body;
  if (!change.status.empty()) body["status"] = change.status;
  if (!change.limit_profile.empty()) body["limit_profile"] = change.limit_profile;
  if (!change.overdraft_limit.empty()) {
    const auto currency = memory_.accounts.find(change.name);
    const auto limit = currency == memory_.accounts.end()
                           ? std::nullopt
                           : parse_amount(change.overdraft_limit, currency->second);
    if (!limit) return StepOutcome::stop("the overdraft is not an amount of a known account");
    body["overdraft_limit"] = *limit;
  }
  const std::string target = change.is_card ? "/v1/cards/" + memory_.cards.at(change.name).id
                                            : "/v1/accounts/" + change.name;
  Answer answer;
  return ask_for_success("PATCH", target, json::serialize(body), answer);
}

// --- Figures --------------------------------------------------------------------------------

StepOutcome ApiRunner::run(const CheckBalance& check) {
  Answer answer;
  StepOutcome outcome = ask_for_success("GET", "/v1/accounts/" + check.account, {}, answer);
  if (!outcome.fatal.empty() || !outcome.differences.empty()) return outcome;
  return compare(check.figures, answer.json, check.account + " ",
                 amounts_in(currency_at(answer.json)));
}

StepOutcome ApiRunner::run(const CheckHolds& check) {
  Answer answer;
  const std::string query = check.ended_too ? "?all=true" : "";
  StepOutcome outcome =
      ask_for_success("GET", "/v1/accounts/" + check.account + "/holds" + query, {}, answer);
  if (!outcome.fatal.empty() || !outcome.differences.empty()) return outcome;
  std::size_t fitting = 0;
  for (const json::value& hold : items_of(answer.json, "holds")) {
    Captures captures;
    const auto differences =
        compare_json(check.fields, hold, memory_, captures, amounts_in(currency_at(hold)));
    if (!differences.empty()) continue;
    ++fitting;
    memory_.variables.merge(captures);
  }
  if (check.count ? fitting == *check.count : fitting > 0) return {};
  return StepOutcome::difference(
      count_text("hold of " + check.account + " that fits", check.count, fitting));
}

StepOutcome ApiRunner::run(const CheckException& check) {
  std::size_t found = 0;
  std::string target = "/v1/exceptions";
  for (;;) {
    Answer answer;
    StepOutcome outcome = ask_for_success("GET", target, {}, answer);
    if (!outcome.fatal.empty() || !outcome.differences.empty()) return outcome;
    for (const json::value& item : items_of(answer.json, "exceptions")) {
      if (text_at(item, "code") == check.code) ++found;
    }
    const auto cursor = text_at(answer.json, "next_cursor");
    if (!cursor) break;
    target = "/v1/exceptions?cursor=" + *cursor;
  }
  if (check.count ? found == *check.count : found > 0) return {};
  return StepOutcome::difference(count_text(check.code + " exception", check.count, found));
}

StepOutcome ApiRunner::run(const CheckLedger& check) {
  Answer answer;
  StepOutcome outcome = ask_for_success("GET", "/v1/ledger", {}, answer);
  if (!outcome.fatal.empty() || !outcome.differences.empty()) return outcome;
  const json::object* object = answer.json.if_object();
  const json::value* currencies = object ? object->if_contains("currencies") : nullptr;
  if (currencies == nullptr || !currencies->is_object()) {
    return StepOutcome::difference("the ledger names no currencies");
  }
  if (!check.currency.empty()) {
    const auto currency = parse_currency(check.currency);
    const json::value* figures = currencies->get_object().if_contains(check.currency);
    return compare(check.figures, figures ? *figures : json::value(json::object()),
                   check.currency + " ", [currency](std::string_view) { return currency; });
  }
  for (const auto& [name, accounts] : currencies->get_object()) {
    engine::MinorUnits sum = 0;
    if (!accounts.is_object()) return StepOutcome::difference("the ledger has no accounts");
    for (const auto& [account, balance] : accounts.get_object()) {
      sum += balance.is_int64() ? balance.get_int64() : 0;
    }
    if (sum == 0) continue;
    const auto currency = parse_currency(name);
    outcome.differences.push_back(
        fmt::format("expected the ledger of {} to sum to zero, got {}", std::string_view(name),
                    currency ? engine::format_amount(sum, *currency) : std::to_string(sum)));
  }
  return outcome;
}

StepOutcome ApiRunner::run(const MoveClock& move) {
  const TraceTime before = memory_.now;
  if (move.to) {
    memory_.now.utc = move.to->utc;
  } else {
    memory_.now.utc += move.by;
  }
  const std::string body = json::serialize(json::object{{"now", memory_.now.rfc3339()}});
  Answer answer;
  StepOutcome outcome = ask_for_success("POST", "/v1/clock", body, answer);
  if (!outcome.differences.empty()) memory_.now = before;
  return outcome;
}

}  // namespace holdfast::trace
