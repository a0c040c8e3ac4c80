// Statements about the bank's side: accounts, cards, figures to check, the clock.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "trace/statement.hpp"

namespace holdfast::trace {

using ActionResult = boost::system::result<Action, LineFault>;

// In parse_clearing_statement.cpp and parse_core_statement.cpp.
ActionResult parse_clearing(StatementWords& words, KnownNames& known);
ActionResult parse_core(StatementWords& words, KnownNames& known);

namespace {

// The rest of the words as key=value settings; a key outside of `allowed` is a fault.
boost::system::result<std::map<std::string, std::string>, LineFault> take_settings(
    StatementWords& words, std::initializer_list<std::string_view> allowed) {
  std::map<std::string, std::string> settings;
  while (!words.empty()) {
    const Word& word = words.take();
    const bool known = std::find(allowed.begin(), allowed.end(), word.name) != allowed.end();
    if (!word.has_value || !known) {
      return words.fault(
          fmt::format("'{}' is none of {}=…", word.name, fmt::join(allowed, "=…, ")));
    }
    if (!settings.emplace(word.name, word.value).second) {
      return words.fault(fmt::format("'{}' is given twice", word.name));
    }
  }
  return settings;
}

ActionResult parse_account(StatementWords& words, KnownNames& known) {
  auto id = words.take_plain("the account's id");
  if (!id) return id.error();
  auto code = words.take_plain("the account's currency");
  if (!code) return code.error();
  const auto currency = parse_currency(code->name);
  if (!currency) return words.fault(fmt::format("'{}' is no ISO 4217 currency", code->name));
  PutAccount account;
  account.id = id->name;
  account.currency = *currency;
  if (words.next_is_plain()) {
    const Word& booked = words.take();
    account.booked = parse_amount(booked.name, *currency);
    if (!account.booked) {
      return words.fault(fmt::format("'{}' is not an amount in {}", booked.name, code->name));
    }
  }
  auto settings = take_settings(words, {"overdraft", "status"});
  if (!settings) return settings.error();
  if (settings->contains("overdraft")) {
    account.overdraft_limit = parse_amount(settings->at("overdraft"), *currency);
    if (!account.overdraft_limit) return words.fault("the overdraft is not an amount");
  }
  account.status = (*settings)["status"];
  known.accounts[account.id] = *currency;
  return Action(std::move(account));
}

ActionResult parse_card(StatementWords& words, KnownNames& known) {
  IssueCard issue;
  auto pan = words.take_plain("the card number");
  if (!pan) return pan.error();
  issue.card.pan = pan->name;
  constexpr std::size_t pan_digits_min = 8;
  constexpr std::size_t pan_digits_max = 19;
  const bool digits = issue.card.pan.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || issue.card.pan.size() < pan_digits_min || issue.card.pan.size() > pan_digits_max) {
    return words.fault("a card number is 8 to 19 digits");
  }
  auto account = words.take_option("of");
  if (!account) return account.error();
  auto expiry = words.take_option("expires");
  if (!expiry) return expiry.error();
  auto name = words.take_option("as");
  if (!name) return name.error();
  if (!expiry->has_value() || expiry->value().size() != 4 || !parse_count(**expiry)) {
    return words.fault("a card needs 'expires YYMM'");
  }
  issue.card.expiry = **expiry;
  issue.card.name = name->value_or(issue.card.pan);
  known.cards.insert(issue.card.name);
  if (!account->has_value()) return Action(std::move(issue.card));
  issue.account = **account;
  auto settings = take_settings(words, {"status", "limits"});
  if (!settings) return settings.error();
  issue.status = (*settings)["status"];
  issue.limit_profile = (*settings)["limits"];
  return Action(std::move(issue));
}

ActionResult parse_change(StatementWords& words, KnownNames& known) {
  ChangeState change;
  auto what = words.take_plain("'card' or 'account'");
  if (!what) return what.error();
  if (what->name != "card" && what->name != "account") {
    return words.fault("only a card or an account can be changed");
  }
  change.is_card = what->name == "card";
  auto name = words.take_plain("the name");
  if (!name) return name.error();
  change.name = name->name;
  if (change.is_card && !known.cards.contains(change.name)) {
    return words.fault(fmt::format("no card is called '{}' in the lines above", change.name));
  }
  auto settings = change.is_card ? take_settings(words, {"status", "limits"})
                                 : take_settings(words, {"status", "overdraft"});
  if (!settings) return settings.error();
  if (settings->empty()) return words.fault("nothing is changed");
  change.status = (*settings)["status"];
  change.limit_profile = (*settings)["limits"];
  change.overdraft_limit = (*settings)["overdraft"];
  return Action(std::move(change));
}

ActionResult parse_balance(StatementWords& words, KnownNames& known) {
  auto account = words.take_plain("the account");
  if (!account) return account.error();
  auto figures = take_json_expectations(words, known);
  if (!figures) return figures.error();
  if (figures->empty()) return words.fault("nothing is compared");
  return Action(CheckBalance{account->name, std::move(*figures)});
}

// Takes `count=N` out of the expectations.
boost::system::result<std::optional<std::size_t>, LineFault> take_count_of(
    std::vector<JsonExpectation>& fields, const StatementWords& words) {
  std::optional<std::size_t> count;
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    if (field->path != "count") continue;
    const auto number = parse_count(field->value.text);
    if (!number) return words.fault(fmt::format("'{}' is not a count", field->value.text));
    count = static_cast<std::size_t>(*number);
    fields.erase(field);
    break;
  }
  return count;
}

ActionResult parse_holds(StatementWords& words, KnownNames& known) {
  CheckHolds holds;
  auto account = words.take_plain("the account");
  if (!account) return account.error();
  holds.account = account->name;
  if (words.next_is("all")) {
    words.take();
    holds.ended_too = true;
  }
  auto fields = take_json_expectations(words, known);
  if (!fields) return fields.error();
  auto count = take_count_of(*fields, words);
  if (!count) return count.error();
  holds.count = *count;
  holds.fields = std::move(*fields);
  return Action(std::move(holds));
}

ActionResult parse_exception(StatementWords& words, KnownNames& known) {
  auto code = words.take_plain("the exception's code");
  if (!code) return code.error();
  auto fields = take_json_expectations(words, known);
  if (!fields) return fields.error();
  auto count = take_count_of(*fields, words);
  if (!count) return count.error();
  if (!fields->empty()) return words.fault("only count=… may stand here");
  return Action(CheckException{code->name, *count});
}

ActionResult parse_ledger(StatementWords& words, KnownNames& known) {
  auto what = words.take_plain("'zero' or a currency");
  if (!what) return what.error();
  CheckLedger ledger;
  if (what->name == "zero") return Action(std::move(ledger));
  if (!parse_currency(what->name)) {
    return words.fault(fmt::format("'{}' is no ISO 4217 currency", what->name));
  }
  ledger.currency = what->name;
  auto figures = take_json_expectations(words, known);
  if (!figures) return figures.error();
  ledger.figures = std::move(*figures);
  return Action(std::move(ledger));
}

ActionResult parse_clock(StatementWords& words, KnownNames&) {
  auto word = words.take_plain("the time");
  if (!word) return word.error();
  MoveClock move;
  if (word->name.starts_with('+')) {
    const auto by = parse_duration(std::string_view(word->name).substr(1));
    if (!by) return words.fault(fmt::format("'{}' is not such as +7d, +12h, +30m", word->name));
    move.by = *by;
    return Action(move);
  }
  move.to = parse_time(word->name);
  if (!move.to) {
    return words.fault(fmt::format("'{}' is not a time such as 2026-11-20T09:00:00Z", word->name));
  }
  return Action(move);
}

ActionResult parse_report(StatementWords& words, KnownNames& known) {
  auto fields = take_json_expectations(words, known);
  if (!fields) return fields.error();
  return Action(CheckReport{std::move(*fields)});
}

ActionResult parse_http(StatementWords& words, KnownNames&) {
  HttpCall call;
  auto method = words.take_plain("the method");
  if (!method) return method.error();
  call.method = method->name;
  if (words.empty()) return words.fault("the path is missing");
  // A query's "=" is the path's, not a setting's.
  const Word& target = words.take();
  call.target = target.has_value ? target.name + "=" + target.value : target.name;
  if (!call.target.starts_with('/')) return words.fault("the path begins with /");
  while (!words.empty()) {
    const Word& word = words.take();
    if (word.has_value && word.name == "key") {
      call.idempotency_key = word.value;
    } else if (!word.has_value && (word.name.starts_with('{') || word.name.starts_with('['))) {
      call.body = word.name;
    } else {
      return words.fault(fmt::format("'{}' is neither key=… nor JSON", word.name));
    }
  }
  for (const BlockLine& line : words.block()) call.body += line.text + "\n";
  return Action(std::move(call));
}

constexpr std::array api_keywords = {
    StatementKeyword{"account", parse_account},   StatementKeyword{"card", parse_card},
    StatementKeyword{"change", parse_change},     StatementKeyword{"balance", parse_balance},
    StatementKeyword{"holds", parse_holds},       StatementKeyword{"exception", parse_exception},
    StatementKeyword{"ledger", parse_ledger},     StatementKeyword{"clock", parse_clock},
    StatementKeyword{"clearing", parse_clearing}, StatementKeyword{"report", parse_report},
    StatementKeyword{"http", parse_http},         StatementKeyword{"core", parse_core},
};

}  // namespace

ParseStatement find_api_statement(std::string_view keyword) {
  return find_statement(api_keywords, keyword);
}

bool needs_api(const Action& action) {
  return std::visit(
      [](const auto& step) {
        using Kind = std::decay_t<decltype(step)>;
        return std::is_same_v<Kind, PutAccount> || std::is_same_v<Kind, IssueCard> ||
               std::is_same_v<Kind, ChangeState> || std::is_same_v<Kind, CheckBalance> ||
               std::is_same_v<Kind, CheckHolds> || std::is_same_v<Kind, CheckException> ||
               std::is_same_v<Kind, CheckLedger> || std::is_same_v<Kind, MoveClock> ||
               std::is_same_v<Kind, IngestClearing> || std::is_same_v<Kind, CheckReport> ||
               std::is_same_v<Kind, HttpCall> || std::is_same_v<Kind, ExpectStatus>;
      },
      action);
}

}  // namespace holdfast::trace
