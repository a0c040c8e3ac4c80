#include "trace/matcher.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "iso8583/mask.hpp"
#include "iso8583/mti.hpp"
#include "trace/composer.hpp"

namespace holdfast::trace {
namespace {

std::string response_mti(std::string_view request_mti) {
  const auto mti = iso8583::Mti::parse(request_mti);
  return mti ? std::string(mti->response().text()) : std::string();
}

// One entry of DE54: account type 2, amount type 2, currency 3, C or D, amount 12.
std::optional<std::string> balance_of(std::string_view amounts, std::string_view type) {
  constexpr std::size_t entry_size = 20;
  for (; amounts.size() >= entry_size; amounts.remove_prefix(entry_size)) {
    const std::string_view entry = amounts.substr(0, entry_size);
    if (entry.substr(2, 2) != type) continue;
    const auto currency = parse_currency(entry.substr(4, 3));
    if (!currency) return std::nullopt;
    const bool negative = entry[7] == 'D';
    engine::MinorUnits amount = 0;
    for (const char digit : entry.substr(8)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      amount = amount * 10 + (digit - '0');
    }
    return engine::format_amount(negative ? -amount : amount, *currency);
  }
  return std::nullopt;
}

// The reply's own currency field, or the request's where the reply does not echo it.
std::optional<engine::CurrencyCode> currency_in(const Exchange& exchange, int field) {
  const std::string* text = exchange.reply->find(field);
  if (text == nullptr) text = exchange.request.find(field);
  return text == nullptr ? std::nullopt : parse_currency(*text);
}

// What stands in the reply, in the form in which the trace writes it.
std::optional<std::string> actual_text(const FieldName& field, const Exchange& exchange) {
  const std::string* text = exchange.reply->find(field.number);
  if (text == nullptr) return std::nullopt;
  if (field.meaning == FieldMeaning::account_balance) return balance_of(*text, field.balance_type);
  return *text;
}

// What the trace says, in the form of the field itself.
boost::system::result<std::string, Reason> expected_text(const FieldName& field,
                                                         std::string_view text,
                                                         const Exchange& exchange,
                                                         const Memory& memory) {
  switch (field.meaning) {
    case FieldMeaning::card:
      return memory.cards.at(std::string(text)).pan;
    case FieldMeaning::currency:
      return zero_filled(std::to_string(parse_currency(text)->numeric()), 3);
    case FieldMeaning::amount:
    case FieldMeaning::remaining_amount:
    case FieldMeaning::fee: {
      const auto currency = currency_in(exchange, field.currency_field);
      if (!currency) return because("{} has no currency in the messages", field.word);
      return amount_text(field, text, *currency);
    }
    case FieldMeaning::account_balance:
    case FieldMeaning::text:
      break;
  }
  return std::string(text);
}

Difference field_difference(const FieldName& field, std::string_view expected,
                            const std::optional<std::string>& got) {
  return {field.shown(), std::string(expected),
          got ? printable_field(field.number, *got) : std::string(absent_text)};
}

std::optional<Difference> compare_field(const FieldName& field, const Value& value,
                                        const Exchange& exchange, const Memory& memory,
                                        Captures& captures) {
  const std::optional<std::string> got = actual_text(field, exchange);
  if (value.form == ValueForm::any) {
    if (got) return std::nullopt;
    return field_difference(field, "anything", got);
  }
  if (value.form == ValueForm::absent) {
    if (!got) return std::nullopt;
    return field_difference(field, absent_text, got);
  }
  if (value.form == ValueForm::variable) {
    const auto known = memory.variables.find(value.text);
    if (known == memory.variables.end()) {
      if (!got) return field_difference(field, "anything", got);
      captures[value.text] = *got;
      return std::nullopt;
    }
    if (got == known->second) return std::nullopt;
    return field_difference(field, printable_field(field.number, known->second), got);
  }
  auto resolved = resolve(value, field.number, memory);
  if (!resolved) return Difference{field.shown(), "@" + value.text, resolved.error().text()};
  std::string expected = *resolved->text;
  if (value.form == ValueForm::literal) {
    auto text = expected_text(field, expected, exchange, memory);
    if (!text) return Difference{field.shown(), expected, text.error().text()};
    expected = std::move(*text);
  }
  if (got == expected) return std::nullopt;
  return field_difference(field, printable_field(field.number, expected), got);
}

void compare_likeness(const std::string& name, const Exchange& exchange, const Memory& memory,
                      std::vector<Difference>& differences) {
  const auto found = memory.exchanges.find(name);
  if (found == memory.exchanges.end() || !found->second.reply) {
    differences.push_back({"same as " + name, "its reply", "no reply yet"});
    return;
  }
  const Exchange& first = found->second;
  const std::size_t differences_before = differences.size();
  std::map<int, std::string> all = first.reply->fields;
  all.insert(exchange.reply->fields.begin(), exchange.reply->fields.end());
  for (const auto& [field, text] : all) {
    const std::string* expected = first.reply->find(field);
    const std::string* got = exchange.reply->find(field);
    if (expected != nullptr && got != nullptr && *expected == *got) continue;
    differences.push_back({std::to_string(field),
                           expected ? printable_field(field, *expected) : std::string(absent_text),
                           got ? printable_field(field, *got) : std::string(absent_text)});
  }
  // Equal fields can still be written differently; the MTI alone may differ.
  const bool same_bytes = first.reply->mti == exchange.reply->mti
                              ? first.reply_bytes == exchange.reply_bytes
                              : first.reply_bytes.size() == exchange.reply_bytes.size();
  if (differences.size() == differences_before && !same_bytes) {
    differences.push_back({"same as " + name, "the same bytes", "other bytes"});
  }
}

}  // namespace

std::string to_string(const Difference& difference) {
  return fmt::format("expected {}={}, got {}", difference.what, difference.expected,
                     difference.got);
}

std::vector<Difference> compare_fields(const std::vector<FieldSetting>& expected,
                                       const Exchange& exchange, const Memory& memory,
                                       Captures& captures) {
  std::vector<Difference> differences;
  for (const FieldSetting& setting : expected) {
    auto difference =
        compare_field(setting.field, setting.values.front(), exchange, memory, captures);
    if (difference) differences.push_back(std::move(*difference));
  }
  return differences;
}

std::vector<Difference> compare_reply(const ExpectReply& expected, const Exchange& exchange,
                                      const Memory& memory, Captures& captures) {
  std::vector<Difference> differences;
  const std::string mti = expected.mti.empty() ? response_mti(exchange.request.mti) : expected.mti;
  if (exchange.reply->mti != mti) differences.push_back({"MTI", mti, exchange.reply->mti});
  if (!expected.same_as.empty()) {
    compare_likeness(expected.same_as, exchange, memory, differences);
  }
  auto fields = compare_fields(expected.fields, exchange, memory, captures);
  std::move(fields.begin(), fields.end(), std::back_inserter(differences));
  return differences;
}

std::string printable_field(int field, std::string_view text) {
  switch (field) {
    case 2:
    case 34:
      return iso8583::mask_pan(text);
    case 35:
    case 36:
    case 45:
      return iso8583::mask_track(text);
    case 52:
    case 55:
      return "(hidden)";
    default:
      return iso8583::mask_card_numbers(text, true);
  }
}

bool answers(const TraceMessage& reply, const TraceMessage& request) {
  if (reply.mti.size() != 4 || request.mti.size() != 4) return false;
  const auto mti = iso8583::Mti::parse(reply.mti);
  const bool is_response = mti && !mti->is_request();
  if (!is_response || reply.mti[1] != request.mti[1]) return false;
  const std::string* stan = reply.find(11);
  if (stan == nullptr) return false;
  for (const int field : {11, 7, 41}) {
    const std::string* echoed = reply.find(field);
    const std::string* sent = request.find(field);
    if (echoed != nullptr && sent != nullptr && *echoed != *sent) return false;
  }
  return request.find(11) != nullptr;
}

}  // namespace holdfast::trace
