#include "trace/composer.hpp"

#include <algorithm>
#include <array>

#include "iso8583/mti.hpp"

namespace holdfast::trace {
namespace {

constexpr std::size_t stan_width = 6;

// What a card message says unless the trace says otherwise: a purchase of groceries in a shop
// around the corner. docs/traces.md lists the same values.
const std::map<int, std::string>& ordinary_purchase() {
  static const std::map<int, std::string> fields = {
      {3, "000000"}, {18, "5411"},     {22, "051"}, {25, "00"},
      {32, "12345"}, {41, "TERM0001"}, {49, "643"}, {42, "MERCHANT0000001"},
  };
  return fields;
}

// What a reversal repeats of its original.
constexpr std::array reversal_fields = {2,  3,  4,  6,  14, 18, 19, 22, 25,
                                        32, 33, 37, 41, 42, 49, 51, 62};

// Messages about a card transaction take defaults; reconciliation and network management do not.
bool is_about_card(std::string_view mti) {
  return mti[1] == '1' || mti[1] == '2' || mti[1] == '4';
}

bool is_amount(FieldMeaning meaning) {
  return meaning == FieldMeaning::amount || meaning == FieldMeaning::remaining_amount ||
         meaning == FieldMeaning::fee;
}

bool sets_field(const std::vector<FieldSetting>& settings, int number) {
  return std::any_of(settings.begin(), settings.end(),
                     [number](const FieldSetting& s) { return s.field.number == number; });
}

std::string text_or_empty(const TraceMessage& message, int field) {
  const std::string* text = message.find(field);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

boost::system::result<std::string, Reason> amount_text(const FieldName& field,
                                                       std::string_view text,
                                                       engine::CurrencyCode currency) {
  constexpr std::size_t amount_width = 12;
  constexpr std::size_t fee_width = 8;
  constexpr std::size_t replacement_amounts_width = 42;
  const auto amount = parse_amount(text, currency);
  if (!amount || *amount < 0) {
    return because("{}={} is not an amount in {}", field.word, text, currency.alpha());
  }
  const std::string digits = std::to_string(*amount);
  if (field.meaning == FieldMeaning::fee) return "D" + zero_filled(digits, fee_width);
  std::string filled = zero_filled(digits, amount_width);
  if (field.meaning == FieldMeaning::remaining_amount) {
    filled.append(replacement_amounts_width - filled.size(), '0');
  }
  return filled;
}

void Composer::set_defaults(const std::vector<FieldSetting>& fields) {
  defaults_.insert(defaults_.end(), fields.begin(), fields.end());
}

std::string Composer::next_stan() {
  constexpr int stan_max = 999999;
  stan_last_ = stan_last_ == stan_max ? 1 : stan_last_ + 1;
  return zero_filled(std::to_string(stan_last_), stan_width);
}

TraceMessage Composer::fresh_message(const SendMessage& send) {
  TraceMessage message;
  message.mti = send.mti;
  if (is_about_card(send.mti)) message.fields = ordinary_purchase();
  message.fields[7] = memory_.now.transmission();
  if (is_about_card(send.mti)) {
    message.fields[12] = memory_.now.local_time();
    message.fields[13] = memory_.now.local_date();
  }
  return message;
}

boost::system::result<TraceMessage, Reason> Composer::reversal_message(const SendMessage& send) {
  constexpr std::size_t institution_width = 11;
  const auto found = memory_.exchanges.find(send.original);
  if (found == memory_.exchanges.end()) {
    return because("the message '{}' was not sent", send.original);
  }
  const TraceMessage& original = found->second.request;
  TraceMessage message;
  message.mti = send.mti;
  for (const int field : reversal_fields) {
    if (const std::string* text = original.find(field)) message.fields[field] = *text;
  }
  message.fields[7] = memory_.now.transmission();
  message.fields[12] = memory_.now.local_time();
  message.fields[13] = memory_.now.local_date();
  const auto mti = iso8583::Mti::parse(original.mti);
  message.fields[90] = std::string(mti ? mti->without_repeat().text() : "0000") +
                       zero_filled(text_or_empty(original, 11), stan_width) +
                       zero_filled(text_or_empty(original, 7), 10) +
                       zero_filled(text_or_empty(original, 32), institution_width) +
                       zero_filled(text_or_empty(original, 33), institution_width);
  return message;
}

boost::system::result<void, Reason> Composer::apply(const FieldSetting& setting, int copy,
                                                    TraceMessage& message) const {
  const FieldName& field = setting.field;
  const Value& value = setting.values[static_cast<std::size_t>(copy) % setting.values.size()];
  auto resolved = resolve(value, field.number, memory_);
  if (!resolved) return resolved.error();
  if (!resolved->text) {
    message.fields.erase(field.number);
    if (field.meaning == FieldMeaning::card) message.fields.erase(14);
    return {};
  }
  std::string text = std::move(*resolved->text);
  if (value.form == ValueForm::literal) {
    if (field.meaning == FieldMeaning::card) {
      const Card& card = memory_.cards.at(text);
      message.fields[2] = card.pan;
      message.fields[14] = card.expiry;
      return {};
    }
    if (field.meaning == FieldMeaning::currency) {
      text = zero_filled(std::to_string(parse_currency(text)->numeric()), 3);
    } else if (is_amount(field.meaning)) {
      const auto currency = parse_currency(text_or_empty(message, field.currency_field));
      if (!currency) {
        return because("{}={} needs a currency in field {}", field.word, text,
                       field.currency_field);
      }
      auto amount = amount_text(field, text, *currency);
      if (!amount) return amount.error();
      text = std::move(*amount);
    }
  }
  message.fields[field.number] = std::move(text);
  return {};
}

boost::system::result<TraceMessage, Reason> Composer::compose(const SendMessage& send, int copy) {
  TraceMessage message;
  std::vector<FieldSetting> settings;
  if (send.kind == RequestKind::again) {
    const auto found = memory_.exchanges.find(send.original);
    if (found == memory_.exchanges.end()) {
      return because("the message '{}' was not sent", send.original);
    }
    message = found->second.request;
    if (!send.mti.empty()) message.mti = send.mti;
  } else if (send.kind == RequestKind::reversal) {
    auto reversal = reversal_message(send);
    if (!reversal) return reversal.error();
    message = std::move(*reversal);
  } else {
    message = fresh_message(send);
    if (is_about_card(send.mti)) settings = defaults_;
  }
  settings.insert(settings.end(), send.fields.begin(), send.fields.end());
  if (send.kind != RequestKind::again && !sets_field(settings, 11)) {
    message.fields[11] = next_stan();
  }
  // Amounts come last: their currency may stand behind them on the line.
  for (const bool amounts : {false, true}) {
    for (const FieldSetting& setting : settings) {
      if (is_amount(setting.field.meaning) != amounts) continue;
      if (auto applied = apply(setting, copy, message); !applied) return applied.error();
    }
  }
  if (send.kind == RequestKind::fresh && is_about_card(send.mti) && !sets_field(settings, 37)) {
    message.fields[37] =
        memory_.now.reference_prefix() + zero_filled(text_or_empty(message, 11), stan_width);
  }
  return message;
}

}  // namespace holdfast::trace
