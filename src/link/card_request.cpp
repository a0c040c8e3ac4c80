#include "link/card_request.hpp"

#include <boost/endian/conversion.hpp>
#include <charconv>
#include <cstring>

#include "rules/processing_code.hpp"

namespace holdfast {
namespace {

using iso8583::Message;

std::int64_t number(std::string_view digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

FieldResult<engine::Money> amount_with_currency(const Message& message, int amount_field,
                                                int currency_field) {
  if (!message.has(amount_field)) return engine::Money{};
  if (!message.has(currency_field)) {
    if (number(message.get(amount_field)) == 0) return engine::Money{};
    return FieldFault{currency_field, "missing"};
  }
  const std::string_view text = message.get(currency_field);
  // 1993 dialects may carry the alphabetic code.
  const bool numeric = text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto currency = numeric ? engine::CurrencyCode::from_numeric(static_cast<int>(number(text)))
                                : engine::CurrencyCode::from_alpha(text);
  if (!currency) return FieldFault{currency_field, "no such currency"};
  return engine::Money{number(message.get(amount_field)), *currency};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A reference that tells something: padding is taken off, and zeros alone say nothing.
std::string_view reference(const Message& message, int field) {
  const std::string_view text = trimmed(message.get(field));
  return text.find_first_not_of('0') == std::string_view::npos ? std::string_view() : text;
}

std::uint64_t digest64(Digests& digests, std::initializer_list<std::string_view> parts) {
  std::uint64_t value = 0;
  const auto hash = digests.sha256(parts);
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

}  // namespace

std::string_view pan_of(const Message& message) {
  if (message.has(2)) return message.get(2);
  const std::string_view track2 = message.get(35);
  return track2.substr(0, track2.find_first_of("=D"));
}

bool holds_pan(const Message& message, std::string_view text) {
  const std::string_view pan = pan_of(message);
  return !pan.empty() && text.find(pan) != std::string_view::npos;
}

FieldResult<engine::Money> transaction_amount(const Message& message) {
  return amount_with_currency(message, 4, 49);
}
FieldResult<engine::Money> billing_amount(const Message& message) {
  // Of no currency it is nobody's bill: DE4 tells the amount.
  if (!message.has(51)) return engine::Money{};
  return amount_with_currency(message, 6, 51);
}
FieldResult<engine::Money> reversed_amount(const Message& message) {
  if (!message.has(49)) return engine::Money{number(message.get(4)), {}};
  return transaction_amount(message);
}

engine::Operation operation_of(const Message& message) {
  const engine::Operation operation = operation_of(message.get(3));
  const bool asks_only = message.get(25) == "51" && number(message.get(4)) == 0;
  return asks_only && operation != engine::Operation::unsupported ? engine::Operation::verification
                                                                  : operation;
}

engine::Channel channel_of(const Message& message, engine::Operation operation) {
  const std::string_view mcc = message.get(18);
  const bool cash = operation == engine::Operation::cash || operation == engine::Operation::deposit;
  if (cash && (mcc == "6010" || mcc == "6011")) return engine::Channel::atm;
  const std::string_view entry_mode = message.get(22).substr(0, 2);
  const std::string_view condition = message.get(25);
  if (entry_mode == "01" || entry_mode == "81" || condition == "59" || condition == "08") {
    return engine::Channel::ecommerce;
  }
  return engine::Channel::pos;
}

engine::MatchKeys match_keys(const iso8583::Dialect& dialect, const Message& message) {
  engine::MatchKeys keys;
  if (const auto id = dialect.semantics().lifecycle_id(message); !holds_pan(message, id)) {
    keys.lifecycle_id = decltype(keys.lifecycle_id)::from(id).value_or(engine::FixedText<36>());
  }
  keys.rrn = decltype(keys.rrn)::cut(reference(message, 37));
  // An advice brings the code of whoever approved.
  keys.auth_code = decltype(keys.auth_code)::cut(reference(message, 38));
  keys.acquirer = decltype(keys.acquirer)::cut(without_leading_zeros(message.get(32)));
  keys.terminal = decltype(keys.terminal)::cut(trimmed(message.get(41)));
  if (const auto merchant = trimmed(message.get(42)); !holds_pan(message, merchant)) {
    keys.merchant = decltype(keys.merchant)::cut(merchant);
  }
  keys.mcc = static_cast<std::uint16_t>(number(message.get(18)));
  return keys;
}

engine::RequestKey request_key(const engine::CardToken& token, std::string_view mti,
                               std::string_view transmitted_at, std::string_view stan,
                               Digests& digests) {
  const std::string_view card(reinterpret_cast<const char*>(token.bytes.data()),
                              token.bytes.size());
  const auto hash = digests.sha256({card, mti.substr(0, 3), transmitted_at, stan});
  engine::RequestKey key;
  // The time comes first, so that the keys of one day lie together in the store.
  boost::endian::store_big_u32(key.bytes.data(),
                               static_cast<std::uint32_t>(number(transmitted_at)));
  std::memcpy(key.bytes.data() + 4, hash.data(), key.bytes.size() - 4);
  return key;
}

FieldResult<engine::Request> request_identity(const Message& message, iso8583::Mti mti,
                                              const engine::CardToken& token, Digests& digests) {
  if (!message.has(7)) return FieldFault{7, "missing"};
  if (!message.has(11)) return FieldFault{11, "missing"};
  engine::Request request;
  request.key = request_key(token, mti.text(), message.get(7), message.get(11), digests);
  request.variant = digest64(digests, {message.get(32), message.get(37), message.get(41)});
  request.content = digest64(
      digests, {message.get(3), message.get(4), message.get(49), message.get(90), message.get(95)});
  request.acquirer = decltype(request.acquirer)::cut(without_leading_zeros(message.get(32)));
  request.terminal = decltype(request.terminal)::cut(trimmed(message.get(41)));
  request.rrn = decltype(request.rrn)::cut(reference(message, 37));
  return request;
}

std::string_view without_leading_zeros(std::string_view digits) {
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

}  // namespace holdfast
