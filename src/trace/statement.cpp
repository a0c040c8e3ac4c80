#include "trace/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "iso8583/mask.hpp"
#include "iso8583/mti.hpp"

namespace holdfast::trace {
namespace {

bool looks_like_amount(std::string_view text) {
  // The finest currency decides whether the text can be an amount at all; the message's own
  // currency is only known when it is sent.
  constexpr int four_decimals_currency = 927;
  const auto finest = engine::CurrencyCode::from_numeric(four_decimals_currency);
  return parse_amount(text, finest.value_or(engine::CurrencyCode())).has_value();
}

boost::system::result<void, LineFault> check_meaning(const FieldName& field, const Value& value,
                                                     ValueUse use, int line,
                                                     const KnownNames& known) {
  if (value.form != ValueForm::literal) return {};
  switch (field.meaning) {
    case FieldMeaning::card:
      if (!known.cards.contains(value.text)) {
        return LineFault{line, fmt::format("no card is called '{}' in the lines above",
                                           iso8583::mask_card_numbers(value.text))};
      }
      return {};
    case FieldMeaning::currency:
      if (!parse_currency(value.text)) {
        return LineFault{line, fmt::format("'{}' is no ISO 4217 currency", value.text)};
      }
      return {};
    case FieldMeaning::account_balance:
      if (use != ValueUse::expect) {
        return LineFault{line, fmt::format("'{}' can only be expected, not sent", field.word)};
      }
      [[fallthrough]];
    case FieldMeaning::amount:
    case FieldMeaning::remaining_amount:
    case FieldMeaning::fee:
      if (!looks_like_amount(value.text)) {
        return LineFault{line, fmt::format("'{}' is not an amount", value.text)};
      }
      return {};
    case FieldMeaning::text:
      return {};
  }
  return {};
}

std::vector<Word> alternatives_of(const Word& word, ValueUse use) {
  if (use != ValueUse::burst || word.quoted) return {word};
  std::vector<Word> parts;
  std::string_view rest = word.value;
  for (;;) {
    const auto comma = rest.find(',');
    Word part = word;
    part.value = rest.substr(0, comma);
    parts.push_back(std::move(part));
    if (comma == rest.npos) return parts;
    rest.remove_prefix(comma + 1);
  }
}

boost::system::result<FieldSetting, LineFault> parse_setting(const Word& word, ValueUse use,
                                                             KnownNames& known) {
  const std::string shown = iso8583::mask_card_numbers(word.name);
  if (!word.has_value) {
    return LineFault{word.line, fmt::format("'{}' should be a field=value", shown)};
  }
  const auto field = find_field(word.name);
  if (!field) return LineFault{word.line, fmt::format("there is no field '{}'", shown)};
  FieldSetting setting{*field, {}};
  for (const Word& part : alternatives_of(word, use)) {
    auto value = resolve_value(part, use, known);
    if (!value) return value.error();
    if (auto meant = check_meaning(*field, *value, use, word.line, known); !meant) {
      return meant.error();
    }
    setting.values.push_back(std::move(*value));
  }
  return setting;
}

}  // namespace

boost::system::result<StatementWords, LineFault> StatementWords::of(const Statement& statement,
                                                                    bool with_block) {
  StatementWords words;
  words.words_ = statement.words;
  words.line_ = statement.line;
  words.block_ = &statement.block;
  if (!with_block) return words;
  for (const BlockLine& line : statement.block) {
    auto more = split_words(line.text, line.line);
    if (!more) return more.error();
    std::move(more->begin(), more->end(), std::back_inserter(words.words_));
  }
  return words;
}

bool StatementWords::next_is_plain() const {
  return !empty() && !words_[next_].has_value && !words_[next_].quoted;
}

bool StatementWords::next_is(std::string_view word) const {
  return next_is_plain() && words_[next_].name == word;
}

const Word& StatementWords::take() {
  const Word& word = words_[next_++];
  line_ = word.line;
  return word;
}

boost::system::result<Word, LineFault> StatementWords::take_plain(std::string_view what) {
  if (!next_is_plain()) return fault(fmt::format("{} is missing", what));
  return take();
}

boost::system::result<std::optional<std::string>, LineFault> StatementWords::take_option(
    std::string_view keyword) {
  for (std::size_t i = next_; i < words_.size(); ++i) {
    if (words_[i].has_value || words_[i].quoted || words_[i].name != keyword) continue;
    if (i + 1 == words_.size() || words_[i + 1].has_value) {
      return fault(fmt::format("a name is missing behind '{}'", keyword));
    }
    std::optional<std::string> name = words_[i + 1].name;
    const auto first = words_.begin() + static_cast<std::ptrdiff_t>(i);
    words_.erase(first, first + 2);
    return name;
  }
  return std::optional<std::string>();
}

boost::system::result<void, LineFault> StatementWords::finish() const {
  if (empty()) return {};
  const Word& left = words_[next_];
  return LineFault{left.line,
                   fmt::format("'{}' does not belong here", iso8583::mask_card_numbers(left.name))};
}

boost::system::result<Value, LineFault> resolve_value(const Word& word, ValueUse use,
                                                      KnownNames& known) {
  auto value = parse_value(word.value, word.quoted);
  if (!value) return LineFault{word.line, value.error().text()};
  switch (value->form) {
    case ValueForm::any:
      if (use == ValueUse::expect) break;
      return LineFault{word.line, fmt::format("'{}=*' can only be expected, not sent", word.name)};
    case ValueForm::variable:
      if (use == ValueUse::expect) {
        known.variables.insert(value->text);
      } else if (!known.variables.contains(value->text)) {
        return LineFault{word.line, fmt::format("no line above captures '${}'", value->text)};
      }
      break;
    case ValueForm::earlier_field: {
      const auto message = known.messages.find(value->text);
      if (message == known.messages.end() || message->second) {
        return LineFault{word.line,
                         fmt::format("no single message is called '{}' above", value->text)};
      }
      break;
    }
    case ValueForm::literal:
    case ValueForm::absent:
      break;
  }
  return std::move(*value);
}

boost::system::result<std::vector<FieldSetting>, LineFault> take_fields(StatementWords& words,
                                                                        ValueUse use,
                                                                        KnownNames& known) {
  std::vector<FieldSetting> fields;
  while (!words.empty()) {
    auto setting = parse_setting(words.take(), use, known);
    if (!setting) return setting.error();
    fields.push_back(std::move(*setting));
  }
  return fields;
}

boost::system::result<std::vector<JsonExpectation>, LineFault> take_json_expectations(
    StatementWords& words, KnownNames& known) {
  std::vector<JsonExpectation> expectations;
  while (!words.empty()) {
    const Word& word = words.take();
    if (!word.has_value) {
      return words.fault(fmt::format("'{}' should be a key=value", word.name));
    }
    auto value = resolve_value(word, ValueUse::expect, known);
    if (!value) return value.error();
    expectations.push_back({word.name, std::move(*value)});
  }
  return expectations;
}

bool next_is_mti(const StatementWords& words) {
  StatementWords ahead = words;
  return ahead.next_is_plain() && iso8583::Mti::parse(ahead.take().name).has_value();
}

boost::system::result<Word, LineFault> take_bytes(StatementWords& words) {
  if (words.empty()) return words.fault("the bytes are missing");
  Word bytes = words.take();
  if (bytes.has_value) return words.fault("the bytes are missing");
  if (bytes.quoted) return bytes;
  while (words.next_is_plain() && !words.next_is("as")) bytes.name += words.take().name;
  auto decoded = bytes_from_hex(bytes.name);
  if (!decoded) return words.fault("the bytes are not pairs of hex digits");
  bytes.name = std::move(*decoded);
  return bytes;
}

std::optional<int> parse_count(std::string_view text) {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

}  // namespace holdfast::trace
