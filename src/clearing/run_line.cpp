#include "clearing/run_line.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "clearing/ingest.hpp"
#include "iso8583/mask.hpp"

namespace holdfast::clearing {
namespace {

namespace json = boost::json;

json::array exceptions_of(const engine::Decision& decision) {
  json::array exceptions;
  for (const engine::ExceptionCode code : decision.exceptions) {
    if (code != engine::ExceptionCode{}) exceptions.emplace_back(engine::name(code));
  }
  return exceptions;
}

}  // namespace

std::string category_of(const SentRecord& sent) {
  std::string category(engine::name(sent.operation));
  if (sent.kind == engine::ClearingKind::chargeback) category = "chargeback";
  if (sent.kind == engine::ClearingKind::second_presentment) category = "second presentment";
  return sent.is_reversal ? category + " reversal" : category;
}

std::string message_name(const RecordedMessage& message) {
  return fmt::format("{}/{}", message.message_type.view(), message.function_code.view());
}

std::string run_line(const SentRecord& sent, const engine::Decision& decision) {
  const bool is_rejected = decision.clearing == engine::ClearingOutcome::rejected ||
                           decision.clearing == engine::ClearingOutcome::none;
  json::object line = {{"record", sent.number},
                       {"outcome", engine::name(is_rejected ? engine::ClearingOutcome::rejected
                                                            : decision.clearing)}};
  if (!sent.merchant_name.empty()) {
    line["merchant_name"] = iso8583::mask_card_numbers(sent.merchant_name, true);
  }
  if (is_rejected) {
    line["code"] = engine::name(decision.decline);
    return json::serialize(line);
  }
  line["key"] = record_key(sent.identity);
  line["category"] = category_of(sent);
  if (decision.match != engine::MatchMethod::none) line["match"] = engine::name(decision.match);
  if (decision.hold) line["hold_id"] = std::to_string(decision.hold.value);
  if (decision.clearing == engine::ClearingOutcome::duplicate) return json::serialize(line);
  line["amount"] = decision.amount;
  line["currency"] = decision.currency.alpha();
  if (decision.fx_result != 0) line["fx_result"] = decision.fx_result;
  if (json::array exceptions = exceptions_of(decision); !exceptions.empty()) {
    line["exceptions"] = std::move(exceptions);
  }
  return json::serialize(line);
}

std::string run_line(const Rejection& rejection) {
  return json::serialize(json::object{{"record", rejection.number},
                                      {"outcome", "rejected"},
                                      {"code", to_string(rejection.code)},
                                      {"detail", rejection.detail}});
}

std::string run_line(const RecordedMessage& message, bool is_duplicate) {
  json::object line = {{"record", message.number},
                       {"outcome", is_duplicate ? "duplicate" : "recorded"},
                       {"category", to_string(message.kind)},
                       {"message", message_name(message)}};
  if (message.addendum_to != 0) line["addendum_to"] = message.addendum_to;
  if (message.amount) {
    line["amount"] = message.amount->amount;
    line["currency"] = message.amount->currency.alpha();
  }
  if (message.settlement) {
    line["settlement_amount"] = message.settlement->amount;
    line["settlement_currency"] = message.settlement->currency.alpha();
  }
  json::array fields;
  for (const CarriedField& field : message.fields) {
    fields.push_back(json::object{{"name", field.name}, {"text", field.text}});
  }
  line["fields"] = std::move(fields);
  return json::serialize(line);
}

}  // namespace holdfast::clearing
