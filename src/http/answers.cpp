#include "http/answers.hpp"

#include <fmt/format.h>

#include "core_banking/batch_file.hpp"
#include "http/bodies.hpp"
#include "http/exception_texts.hpp"
#include "http/explanation_text.hpp"
#include "link/response_codes.hpp"
#include "rules/rule_words.hpp"
#include "runtime/utf8.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

// What happened, and to which amount and hold.
std::string detail_of(const engine::ExceptionView& exception) {
  std::string detail(exception_text(exception.code).happened);
  std::string where;
  if (exception.amount.currency) where = engine::to_string(exception.amount);
  if (exception.hold) {
    if (!where.empty()) where += ", ";
    where += fmt::format("hold {}", exception.hold.value);
  }
  return where.empty() ? detail : fmt::format("{} ({})", detail, where);
}

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) array.emplace_back(value);
  return array;
}

json::object limit_json(const engine::LimitView& limit) {
  const LimitRuleText text = text_of(limit.rule);
  json::object object = {{"name", to_utf8(text.name)},
                         {"source", engine::name(limit.source)},
                         {"scope", *text.scope},
                         {"operations", texts(text.filter.operations)},
                         {"channel", texts(text.filter.channel)},
                         {"region", nullptr},
                         {"mcc", texts(text.filter.mcc)},
                         {"window", text.window},
                         {"max_amount", nullptr},
                         {"used_amount", limit.used_amount},
                         {"remaining_amount", nullptr},
                         {"max_count", nullptr},
                         {"used_count", limit.used_count},
                         {"remaining_count", nullptr}};
  if (text.filter.region) object["region"] = *text.filter.region;
  if (text.max_amount) {
    object["max_amount"] = *text.max_amount;
    object["remaining_amount"] = std::max<std::int64_t>(*text.max_amount - limit.used_amount, 0);
  }
  if (text.max_count) {
    object["max_count"] = *text.max_count;
    object["remaining_count"] = std::max<std::int64_t>(*text.max_count - limit.used_count, 0);
  }
  return object;
}

// "64.10": as many decimals as there are, two at least.
std::string rate_text(std::int64_t scaled) {
  std::string decimals = fmt::format("{:08}", scaled % engine::ScaledRate::scale);
  while (decimals.size() > 2 && decimals.back() == '0') decimals.pop_back();
  return fmt::format("{}.{}", scaled / engine::ScaledRate::scale, decimals);
}

json::value money_json(const engine::Money& money) {
  if (!money.currency) return nullptr;
  return json::object{{"amount", money.amount}, {"currency", money.currency.alpha()}};
}

json::object batch_fields(const engine::BatchView& batch) {
  const auto time_or_null = [](engine::Instant at) -> json::value {
    if (at == engine::no_instant) return nullptr;
    return json::value(format_rfc3339(at));
  };
  return {{"batch_id", batch.id.view()},
          {"source", text_or_null(batch.source.view())},
          {"status", engine::name(batch.status)},
          {"queued", batch.is_queued},
          {"business_date", format_date(batch.business_date)},
          {"opened_at", time_or_null(batch.opened_at)},
          {"closed_at", time_or_null(batch.closed_at)},
          {"exported_at", time_or_null(batch.exported_at)},
          {"accepted_at", time_or_null(batch.accepted_at)},
          {"items", batch.items},
          {"answered", batch.answered},
          {"accepted", batch.accepted}};
}

}  // namespace

json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::value(to_utf8(text));
}

json::object account_json(const engine::AccountView& account) {
  return {{"id", account.id.view()},
          {"currency", account.currency.alpha()},
          {"status", engine::name(account.status)},
          {"booked", account.booked},
          {"pending", account.pending},
          {"ledger", account.ledger()},
          {"held", account.held},
          {"overdraft_limit", account.overdraft_limit},
          {"available", account.available()}};
}

json::object card_json(const engine::CardView& card) {
  return {{"card_id", card_id_text(card.token)},
          {"pan_masked", card.pan_masked.view()},
          {"expiry", fmt::format("{:04}", card.expiry_yymm)},
          {"account_id", card.account_id.view()},
          {"status", engine::name(card.status)},
          {"limit_profile", text_or_null(card.limit_profile.view())}};
}

json::object hold_json(const engine::HoldView& hold) {
  json::value expires_at;
  if (hold.expires_at) expires_at = format_rfc3339(*hold.expires_at);
  return {{"id", std::to_string(hold.id.value)},
          {"kind", engine::name(hold.kind)},
          {"amount", hold.amount},
          {"fee", hold.fee},
          {"original_amount", hold.original_amount},
          {"currency", hold.currency.alpha()},
          {"status", engine::name(hold.status)},
          {"expires_at", std::move(expires_at)},
          {"rrn", text_or_null(hold.keys.rrn.view())},
          {"auth_code", text_or_null(hold.keys.auth_code.view())},
          {"lifecycle_id", text_or_null(hold.keys.lifecycle_id.view())},
          {"merchant", text_or_null(hold.keys.merchant.view())}};
}

json::object hold_json_with_account(const engine::HoldView& hold) {
  json::object object = hold_json(hold);
  object["account_id"] = hold.account_id.view();
  object["reference"] = text_or_null(hold.reference.view());
  return object;
}

json::object ledger_json(const std::vector<engine::LedgerView>& ledger) {
  json::object currencies;
  for (const engine::LedgerView& view : ledger) {
    json::object accounts = {{"customers", view.customers}};
    for (std::size_t i = 0; i < view.internal.size(); ++i) {
      accounts[engine::name(static_cast<engine::InternalAccount>(i))] = view.internal[i];
    }
    currencies[view.currency.alpha()] = std::move(accounts);
  }
  return {{"currencies", std::move(currencies)}};
}

json::object limits_json(const engine::CardView& card,
                         const std::vector<engine::LimitView>& limits) {
  json::array rules;
  for (const engine::LimitView& limit : limits) rules.push_back(limit_json(limit));
  return {{"card_id", card_id_text(card.token)},
          {"limit_profile", text_or_null(card.limit_profile.view())},
          {"limits", std::move(rules)}};
}

json::object fx_rates_json(const engine::FxRatesView& view) {
  json::array rates;
  for (const auto& [currency, rate] : view.rates.rates) {
    rates.push_back(json::object{{"currency", currency.alpha()},
                                 {"buy", rate_text(rate.buy.scaled())},
                                 {"sell", rate_text(rate.sell.scaled())}});
  }
  json::object object = {{"version", view.version},
                         {"set_at", nullptr},
                         {"base", nullptr},
                         {"rates", std::move(rates)}};
  if (view.version != 0) {
    object["set_at"] = format_rfc3339(view.set_at);
    object["base"] = view.rates.base.alpha();
  }
  return object;
}

json::object authorization_json(const engine::AuthorizationView& authorization) {
  const engine::Decision& decision = authorization.decision;
  const engine::Explanation& why = authorization.why;
  json::value account_id;
  if (authorization.account_id) account_id = authorization.account_id->view();
  json::value currency;
  if (decision.currency) currency = decision.currency.alpha();
  json::value decline;
  if (!decision.approved()) decline = engine::name(decision.decline);
  json::value limit;
  if (!why.limit.empty()) {
    limit = json::object{{"name", to_utf8(why.limit.view())},
                         {"source", engine::name(why.limit_source)},
                         {"used", why.limit_used},
                         {"max", why.limit_max}};
  }
  json::value rate;
  if (why.rate != 0) {
    rate = json::object{{"rate", rate_text(why.rate)}, {"version", why.rate_version}};
  }
  const auto hold_text = [](engine::HoldId id) -> json::value {
    if (!id) return nullptr;
    return json::value(std::to_string(id.value));
  };
  json::value first_answer;
  if (why.first_answer != 0) first_answer = std::to_string(why.first_answer);
  const std::string_view code =
      decision.partial ? code_partial : response_code(decision.decline).code_1987;
  return {{"id", std::to_string(authorization.id)},
          {"at", format_rfc3339(authorization.at)},
          {"business_date", format_date(authorization.business_date)},
          {"message", message_text(why)},
          {"response_code", code},
          {"decline", std::move(decline)},
          {"reason", reason_text(authorization)},
          {"rrn", text_or_null(why.rrn.view())},
          {"auth_code", text_or_null(decision.auth_code.view())},
          {"card_id", card_id_text(why.token)},
          {"pan_masked", text_or_null(authorization.pan_masked.view())},
          {"account_id", std::move(account_id)},
          {"operation", engine::name(why.operation)},
          {"channel", engine::name(why.channel)},
          {"region", engine::name(why.region)},
          {"transaction", money_json(why.transaction)},
          {"billing", money_json(why.billing)},
          {"currency", std::move(currency)},
          {"asked_amount", why.amount},
          {"asked_fee", why.fee},
          {"approved_amount", decision.approved() ? decision.amount : 0},
          {"approved_fee", decision.approved() ? decision.fee : 0},
          {"before", json::object{{"ledger", why.ledger},
                                  {"held", why.held},
                                  {"overdraft_limit", why.overdraft_limit},
                                  {"available", why.ledger - why.held + why.overdraft_limit}}},
          {"limit", std::move(limit)},
          {"tariff", text_or_null(why.tariff.view())},
          {"fx_rate", std::move(rate)},
          {"original_hold_id", hold_text(why.original)},
          {"first_answer_id", std::move(first_answer)},
          {"hold_id", hold_text(decision.hold)}};
}

json::object clearing_record_json(std::string_view key, const engine::ClearingRecordView& record,
                                  json::array carried) {
  json::array exceptions;
  for (const engine::ExceptionCode code : record.exceptions) {
    exceptions.push_back(json::object{{"code", engine::name(code)},
                                      {"detail", exception_text(code).happened},
                                      {"action", exception_text(code).action}});
  }
  json::value hold;
  if (record.hold) hold = hold_json_with_account(*record.hold);
  json::value match;
  if (record.match != engine::MatchMethod::none) match = engine::name(record.match);
  return {{"key", key},
          {"at", format_rfc3339(record.at)},
          {"record", record.record_number},
          {"outcome", engine::name(record.outcome)},
          {"match", std::move(match)},
          {"reason", reason_text(record)},
          {"account_id", record.account_id.view()},
          {"currency", record.currency.alpha()},
          {"posted", record.posted},
          {"confirmed", record.confirmed},
          {"fx_result", record.fx_result},
          {"reversed", record.is_reversed},
          {"hold", std::move(hold)},
          {"exceptions", std::move(exceptions)},
          {"carried", std::move(carried)}};
}

json::object listed_batch_json(const engine::BatchView& batch) {
  json::object object = batch_fields(batch);
  object["unresolved"] = batch.problems;
  return object;
}

json::object batch_json(const engine::BatchView& batch,
                        const std::vector<engine::BatchItemView>& problems) {
  json::array items;
  for (const engine::BatchItemView& problem : problems) {
    items.push_back(json::object{{"item_id", core_banking::item_id(batch.id, problem.item)},
                                 {"account_id", problem.account_id.view()},
                                 {"amount", problem.amount},
                                 {"currency", problem.currency.alpha()},
                                 {"kind", engine::name(problem.kind)},
                                 {"business_date", format_date(problem.business_date)},
                                 {"reference", text_or_null(problem.reference.view())},
                                 {"reason", text_or_null(problem.reason.view())},
                                 {"actions", json::array{"retry", "move", "undo"}}});
  }
  json::object object = batch_fields(batch);
  object["problems"] = std::move(items);
  return object;
}

json::object exception_json(const engine::ExceptionView& exception) {
  json::value account_id;
  if (exception.account_id) account_id = exception.account_id->view();
  return {{"id", std::to_string(exception.id)},
          {"at", format_rfc3339(exception.at)},
          {"code", engine::name(exception.code)},
          {"detail", detail_of(exception)},
          {"action", exception_text(exception.code).action},
          {"account_id", std::move(account_id)},
          {"reference", text_or_null(exception.reference.view())}};
}

}  // namespace holdfast::http
