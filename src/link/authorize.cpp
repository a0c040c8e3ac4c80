#include "link/authorize.hpp"

#include <charconv>

namespace holdfast {
namespace {

using iso8583::Message;

constexpr std::size_t pan_digits_min = 8;

FieldResult<engine::CardToken> card_token(const Message& message, Digests& digests) {
  const std::string_view pan = pan_of(message);
  if (pan.size() < pan_digits_min) return FieldFault{2, "missing"};
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

// The part of the original that is taken back: all of DE4, or what DE95 says does not stay.
FieldResult<engine::Money> amount_taken_back(const Message& message) {
  auto amount = transaction_amount(message);
  if (!amount || !message.has(95)) return amount;
  const std::string_view replacement = message.get(95).substr(0, 12);
  engine::MinorUnits stays = 0;
  const auto [end, error] =
      std::from_chars(replacement.data(), replacement.data() + replacement.size(), stays);
  if (error != std::errc{} || end != replacement.data() + replacement.size()) {
    return FieldFault{95, "actual amount is not numeric"};
  }
  if (stays >= amount->amount) return FieldFault{95, "nothing is taken back"};
  amount->amount -= stays;
  return amount;
}

}  // namespace

FieldResult<CardCommand> authorize_command(const iso8583::Dialect& dialect, const Message& message,
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
  command.operation = operation_of(message);
  const bool needs_amount = command.operation != engine::Operation::inquiry &&
                            command.operation != engine::Operation::verification;
  if (needs_amount && !message.has(4)) return FieldFault{4, "missing"};
  command.channel = channel_of(message, command.operation);
  command.preauthorization =
      dialect.semantics().kind_of(message) == iso8583::AuthorizationKind::preauthorization;
  command.transaction = *transaction;
  command.billing = *billing;
  command.keys = match_keys(dialect, message);
  return CardCommand{std::move(*request), command};
}

FieldResult<CardCommand> reverse_command(const Message& message, iso8583::Mti mti,
                                         Digests& digests) {
  auto token = card_token(message, digests);
  if (!token) return token.error();
  auto amount = amount_taken_back(message);
  if (!amount) return amount.error();
  auto request = request_identity(message, mti, *token, digests);
  if (!request) return request.error();
  const auto original = original_data(message);
  if (!original && !message.has(37)) return FieldFault{90, "missing, and no DE37"};

  engine::Reverse command;
  command.token = *token;
  command.transaction = *amount;
  command.rrn = decltype(command.rrn)::cut(message.get(37));
  command.is_advice = mti.function() == 2;
  request->refusable = !command.is_advice;
  if (original) {
    command.original =
        request_key(*token, original->mti, original->transmitted_at, original->stan, digests);
    command.original_acquirer = decltype(command.original_acquirer)::cut(original->acquirer);
  }
  return CardCommand{std::move(*request), command};
}

}  // namespace holdfast
