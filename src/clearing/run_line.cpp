#include "clearing/run_line.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "clearing/ingest.hpp"
#include "iso8583/mask.hpp"
#include "runtime/json_line.hpp"

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
  const auto outcome = is_rejected ? engine::ClearingOutcome::rejected : decision.clearing;
  std::string text;
  JsonLine line(text);
  line.add("record", sent.number).add("outcome", engine::name(outcome));
  if (!sent.merchant_name.empty()) {
    line.add("merchant_name", iso8583::mask_card_numbers(sent.merchant_name, true));
  }
  if (is_rejected) {
    line.add("code", engine::name(decision.decline)).end();
    return text;
  }
  line.add("key", record_key(sent.identity)).add("category", category_of(sent));
  if (decision.match != engine::MatchMethod::none) line.add("match", engine::name(decision.match));
  if (decision.hold) line.add("hold_id", std::to_string(decision.hold.value));
  if (decision.clearing != engine::ClearingOutcome::duplicate) {
    line.add("amount", decision.amount).add("currency", decision.currency.alpha());
    if (decision.fx_result != 0) line.add("fx_result", decision.fx_result);
    if (json::array exceptions = exceptions_of(decision); !exceptions.empty()) {
      line.add("exceptions", exceptions);
    }
  }
  line.end();
  return text;
}

std::string run_line(const Rejection& rejection) {
  std::string text;
  JsonLine(text)
      .add("record", rejection.number)
      .add("outcome", "rejected")
      .add("code", to_string(rejection.code))
      .add("detail", rejection.detail)
      .end();
  return text;
}

std::string run_line(const RecordedMessage& message, bool is_duplicate) {
  std::string text;
  JsonLine line(text);
  line.add("record", message.number)
      .add("outcome", is_duplicate ? "duplicate" : "recorded")
      .add("category", to_string(message.kind))
      .add("message", message_name(message));
  if (message.addendum_to != 0) line.add("addendum_to", message.addendum_to);
  if (message.amount) {
    line.add("amount", message.amount->amount).add("currency", message.amount->currency.alpha());
  }
  if (message.settlement) {
    line.add("settlement_amount", message.settlement->amount)
        .add("settlement_currency", message.settlement->currency.alpha());
  }
  json::array fields;
  for (const CarriedField& field : message.fields) {
    fields.push_back(json::object{{"name", field.name}, {"text", field.text}});
  }
  line.add("fields", fields).end();
  return text;
}

}  // namespace holdfast::clearing
