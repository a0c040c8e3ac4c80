#include "link/authorize.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace holdfast {
namespace {

using iso8583::Message;

FieldResult<engine::CardToken> card_token(const Message& message, Digests& digests) {
  const std::string_view pan = pan_of(message);
  if (pan.empty()) return FieldFault{2, "missing"};
  return digests.tokenizer.token(pan);
}

// DE90: original MTI 4, STAN 6, transmission time 10, acquirer 11, forwarder 11.
struct OriginalData {
  std::string_view mti;
  std::string_view stan;
  std::string_view transmitted_at;
  std::string_view acquirer;
};
std::optional<OriginalData> original_data(const Message& message) {
  const std::string_view text = message.get(90);
  if (text.size() != 42 || text.find_first_not_of('0') == std::string_view::npos) {
    return std::nullopt;
  }
  return OriginalData{text.substr(0, 4), text.substr(4, 6), text.substr(10, 10),
                      without_leading_zeros(text.substr(20, 11))};
}

// DE95: what stays of the original's amount, in its first twelve digits.
FieldResult<std::optional<engine::MinorUnits>> amount_that_stays(const Message& message) {
  if (!message.has(95)) return std::optional<engine::MinorUnits>{};
  const std::string_view text = message.get(95).substr(0, 12);
  engine::MinorUnits stays = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), stays);
  if (error != std::errc{} || end != text.data() + text.size() || stays < 0) {
    return FieldFault{95, "actual amount is not numeric"};
  }
  return std::optional(stays);
}

engine::AuthorizationKind kind_of(iso8583::Mti mti) {
  const bool financial = mti.message_class() == 2;
  const bool advice = mti.function() == 2;
  if (financial) {
    return advice ? engine::AuthorizationKind::forced_posting : engine::AuthorizationKind::posting;
  }
  return advice ? engine::AuthorizationKind::advice : engine::AuthorizationKind::request;
}

// Whether an advice tells of an approval. One that does not say tells of what has happened.
bool is_approval(std::string_view code) {
  if (code.size() == 3) return code.front() == '0';  // 1993 action codes
  // Y1 and Y3: a chip card approved by itself.
  constexpr std::string_view approvals[] = {"",   "00", "08", "10", "11",
                                            "16", "85", "87", "Y1", "Y3"};
  return std::find(std::begin(approvals), std::end(approvals), code) != std::end(approvals);
}

}  // namespace

FieldResult<CardCommand> authorize_command(const LinkReading& reading, const Message& message,
                                           iso8583::Mti mti, Digests& digests) {
  if (!message.has(3)) return FieldFault{3, "missing"};
  auto token = card_token(message, digests);
  if (!token) return token.error();
  auto transaction = transaction_amount(message);
  if (!transaction) return transaction.error();
  auto billing = billing_amount(message);
  if (!billing) return billing.error();
  auto request = request_identity(message, mti, *token, digests);
  if (!request) return request.error();

  engine::Authorize command;
  command.token = *token;
  command.kind = kind_of(mti);
  command.operation = operation_of(message);
  if (engine::carries_money(command.operation) && !message.has(4)) return FieldFault{4, "missing"};
  command.channel = channel_of(message, command.operation);
  const std::string_view country = message.get(19);
  const bool foreign =
      !reading.home_country.empty() && !country.empty() && country != reading.home_country;
  command.region = foreign ? engine::Region::foreign : engine::Region::domestic;
  const iso8583::Semantics& semantics = reading.dialect.semantics();
  const iso8583::AuthorizationKind estimate = semantics.kind_of(message);
  command.preauthorization = estimate == iso8583::AuthorizationKind::preauthorization;
  command.increment = estimate == iso8583::AuthorizationKind::incremental;
  command.partial_allowed = semantics.takes_partial_approval(message);
  command.approved_elsewhere = is_approval(message.get(39));
  command.transaction = *transaction;
  command.billing = *billing;
  command.keys = match_keys(reading.dialect, message);
  command.link = reading.link;
  return CardCommand{*request, command};
}

FieldResult<CardCommand> reverse_command(const LinkReading& reading, const Message& message,
                                         iso8583::Mti mti, Digests& digests) {
  auto token = card_token(message, digests);
  if (!token) return token.error();
  auto amount = reversed_amount(message);
  if (!amount) return amount.error();
  auto stays = amount_that_stays(message);
  if (!stays) return stays.error();
  auto request = request_identity(message, mti, *token, digests);
  if (!request) return request.error();

  engine::Reverse command;
  command.token = *token;
  command.transaction = *amount;
  command.stays = *stays;
  command.rrn = request->rrn;
  command.is_advice = mti.function() == 2;
  command.link = reading.link;
  request->refusable = !command.is_advice;
  if (const auto original = original_data(message)) {
    command.original =
        request_key(*token, original->mti, original->transmitted_at, original->stan, digests);
    command.original_acquirer = decltype(command.original_acquirer)::cut(original->acquirer);
  }
  return CardCommand{*request, command};
}

}  // namespace holdfast
