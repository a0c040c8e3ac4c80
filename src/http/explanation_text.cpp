#include "http/explanation_text.hpp"

#include <fmt/format.h>

#include "link/response_codes.hpp"

namespace holdfast {
namespace {

using engine::AuthorizationView;
using engine::Decline;

std::string money(engine::MinorUnits amount, engine::CurrencyCode currency) {
  return currency ? engine::to_string({amount, currency}) : fmt::format("{}", amount);
}

std::string asked_for(const AuthorizationView& a) {
  const auto& why = a.why;
  std::string text = money(why.amount, a.decision.currency);
  if (why.rate != 0) {
    text += fmt::format(" ({} at the bank's rate, version {})",
                        money(why.transaction.amount, why.transaction.currency), why.rate_version);
  }
  if (why.fee != 0) {
    text += fmt::format(" and a fee of {}", money(why.fee, a.decision.currency));
    if (!why.tariff.empty()) text += fmt::format(" by tariff '{}'", why.tariff.view());
  }
  return text;
}

std::string available_before(const AuthorizationView& a) {
  const auto& why = a.why;
  const engine::CurrencyCode currency = a.decision.currency;
  return fmt::format("{} was available: ledger {}, held {}, overdraft {}",
                     money(why.ledger - why.held + why.overdraft_limit, currency),
                     engine::format_amount(why.ledger, currency),
                     engine::format_amount(why.held, currency),
                     engine::format_amount(why.overdraft_limit, currency));
}

std::string limit_text(const AuthorizationView& a) {
  const auto& why = a.why;
  const engine::CurrencyCode currency = a.decision.currency;
  if (a.decision.decline == Decline::count_limit) {
    return fmt::format("The rule '{}' of the {} allows {}; {} were used before.", why.limit.view(),
                       engine::name(why.limit_source), why.limit_max, why.limit_used);
  }
  return fmt::format("The rule '{}' of the {} allows {}; {} was used before, and {} was asked for.",
                     why.limit.view(), engine::name(why.limit_source),
                     money(why.limit_max, currency), money(why.limit_used, currency),
                     money(why.amount, currency));
}

std::string decline_text(const AuthorizationView& a) {
  switch (a.decision.decline) {
    case Decline::insufficient_funds:
      return fmt::format("{} was asked for; {}.", asked_for(a), available_before(a));
    case Decline::amount_limit:
    case Decline::count_limit:
      return limit_text(a);
    case Decline::no_rate:
      return fmt::format("{} cannot be converted: the bank has no rate for it.",
                         engine::to_string(a.why.transaction));
    case Decline::original_not_found:
      return "Nothing here fits what it names as its original.";
    case Decline::same_key_other_content:
      return fmt::format(
          "Authorization {} had the same key; its amount, processing code or original was another.",
          a.why.first_answer);
    case Decline::already_reversed:
      return "Its reversal came before it.";
    default:
      return fmt::format("{}.", response_code(a.decision.decline).meaning);
  }
}

std::string approval_text(const AuthorizationView& a) {
  const engine::CurrencyCode currency = a.decision.currency;
  if (a.why.is_reversal) {
    if (!a.why.original) return "Nothing was held or posted for its original.";
    return fmt::format("{} went back, with a fee of {}, of hold {}.",
                       money(a.decision.amount, currency), money(a.decision.fee, currency),
                       a.why.original.value);
  }
  if (!engine::carries_money(a.why.operation)) return "Card and account are sound.";
  std::string text = fmt::format("{} was asked for; {}.", asked_for(a), available_before(a));
  if (a.decision.partial) {
    text += fmt::format(" What fits was approved: {} and a fee of {}.",
                        money(a.decision.amount, currency), money(a.decision.fee, currency));
  }
  return text;
}

}  // namespace

std::string reason_text(const AuthorizationView& authorization) {
  return authorization.decision.approved() ? approval_text(authorization)
                                           : decline_text(authorization);
}

std::string reason_text(const engine::ClearingRecordView& record) {
  std::string found;
  switch (record.match) {
    case engine::MatchMethod::none:
      found = "No authorization fits it";
      break;
    case engine::MatchMethod::lifecycle_id:
      found = "Its lifecycle id and card are those of the hold";
      break;
    case engine::MatchMethod::auth_code:
      found = "Its authorization code and card are those of a hold of the 30 days around it";
      break;
    case engine::MatchMethod::rrn:
      found = "Its RRN and card are those of the hold";
      break;
    case engine::MatchMethod::place_and_amount:
      found = "Its card, place and amount are those of a hold of the 7 days around it";
      break;
    case engine::MatchMethod::presentment:
      found = "It takes back an earlier presentment";
      break;
    case engine::MatchMethod::first_presentment:
      found = "Its acquirer reference number and card are those of a first presentment";
      break;
  }
  const std::string amount = money(record.posted, record.currency);
  if (record.outcome == engine::ClearingOutcome::matched_only) {
    return record.confirmed == 0
               ? found + "; nothing was posted."
               : fmt::format("{}; {} had moved at authorization, and nothing was posted again.",
                             found, money(record.confirmed, record.currency));
  }
  return fmt::format("{}; {} was posted.", found, amount);
}

std::string_view message_text(const engine::Explanation& why) {
  if (why.is_reversal) return "reversal";
  switch (why.kind) {
    case engine::AuthorizationKind::request:
      return "authorization";
    case engine::AuthorizationKind::advice:
      return "advice";
    case engine::AuthorizationKind::posting:
      return "posting";
    case engine::AuthorizationKind::forced_posting:
      break;
  }
  return "forced posting";
}

}  // namespace holdfast
