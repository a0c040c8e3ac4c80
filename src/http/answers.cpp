#include "http/answers.hpp"

#include <fmt/format.h>

#include "http/bodies.hpp"
#include "http/exception_texts.hpp"
#include "http/explanation_text.hpp"
#include "link/response_codes.hpp"
#include "rules/rule_words.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

// Null where there is no text.
json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::value(to_utf8(text));
}

std::size_t utf8_sequence_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = utf8_sequence_size(first);
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    // Overlong forms, surrogates and what lies above U+10FFFF.
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return false;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return false;
    i += size;
  }
  return true;
}

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

}  // namespace

std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string utf8;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8 += c;
      continue;
    }
    utf8 += static_cast<char>(0xC0 | byte >> 6);
    utf8 += static_cast<char>(0x80 | (byte & 0x3F));
  }
  return utf8;
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
