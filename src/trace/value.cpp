#include "trace/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace holdfast::trace {
namespace {

constexpr int field_number_max = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_name_character);
}

// Every alias in one place; docs/traces.md lists the same words.
constexpr std::array aliases = {
    FieldName{"card", 2, FieldMeaning::card, 0, {}},
    FieldName{"processing", 3, FieldMeaning::text, 0, {}},
    FieldName{"amount", 4, FieldMeaning::amount, 49, {}},
    FieldName{"billing", 6, FieldMeaning::amount, 51, {}},
    FieldName{"stan", 11, FieldMeaning::text, 0, {}},
    FieldName{"expires", 14, FieldMeaning::text, 0, {}},
    FieldName{"mcc", 18, FieldMeaning::text, 0, {}},
    FieldName{"country", 19, FieldMeaning::text, 0, {}},
    FieldName{"fee", 28, FieldMeaning::fee, 49, {}},
    FieldName{"acquirer", 32, FieldMeaning::text, 0, {}},
    FieldName{"rrn", 37, FieldMeaning::text, 0, {}},
    FieldName{"auth", 38, FieldMeaning::text, 0, {}},
    FieldName{"code", 39, FieldMeaning::text, 0, {}},
    FieldName{"terminal", 41, FieldMeaning::text, 0, {}},
    FieldName{"merchant", 42, FieldMeaning::text, 0, {}},
    FieldName{"currency", 49, FieldMeaning::currency, 0, {}},
    FieldName{"billing_currency", 51, FieldMeaning::currency, 0, {}},
    FieldName{"ledger", 54, FieldMeaning::account_balance, 0, "01"},
    FieldName{"available", 54, FieldMeaning::account_balance, 0, "02"},
    FieldName{"terminal_says", 60, FieldMeaning::text, 0, {}},
    FieldName{"lifecycle", 62, FieldMeaning::text, 0, {}},
    FieldName{"network", 70, FieldMeaning::text, 0, {}},
    FieldName{"original", 90, FieldMeaning::text, 0, {}},
    FieldName{"stays", 95, FieldMeaning::remaining_amount, 49, {}},
};

std::optional<int> parse_field_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < 2 || number > field_number_max) return std::nullopt;
  return number;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string FieldName::shown() const {
  return word.empty() ? std::to_string(number) : std::string(word);
}

std::optional<FieldName> find_field(std::string_view word) {
  for (const FieldName& alias : aliases) {
    if (alias.word == word) return alias;
  }
  const auto number = parse_field_number(word);
  if (!number) return std::nullopt;
  FieldName field;
  field.number = *number;
  return field;
}

boost::system::result<Value, Reason> parse_value(std::string_view text, bool quoted) {
  if (quoted) return Value{ValueForm::literal, std::string(text), 0};
  if (text == "*") return Value{ValueForm::any, {}, 0};
  if (text == "-") return Value{ValueForm::absent, {}, 0};
  if (text.starts_with('$')) {
    if (!is_name(text.substr(1))) return because("'{}' is not a variable's name", text);
    return Value{ValueForm::variable, std::string(text.substr(1)), 0};
  }
  if (text.starts_with('@')) {
    const auto dot = text.find('.');
    const std::string_view name = text.substr(1, dot == text.npos ? text.npos : dot - 1);
    Value value{ValueForm::earlier_field, std::string(name), 0};
    if (!is_name(name)) return because("'{}' names no message", text);
    if (dot != text.npos) {
      const auto field = find_field(text.substr(dot + 1));
      if (!field) return because("'{}' names no field of the message", text);
      value.field = field->number;
    }
    return value;
  }
  return Value{ValueForm::literal, std::string(text), 0};
}

std::optional<engine::MinorUnits> parse_amount(std::string_view text,
                                               engine::CurrencyCode currency) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == text.npos ? std::string_view() : text.substr(point + 1);
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  if (whole.empty() || decimals.size() > exponent) return std::nullopt;
  if (point != text.npos && decimals.empty()) return std::nullopt;
  std::string digits(whole);
  digits += decimals;
  digits.append(exponent - decimals.size(), '0');
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  engine::MinorUnits amount = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), amount);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return negative ? -amount : amount;
}

std::optional<engine::CurrencyCode> parse_currency(std::string_view text) {
  if (const auto currency = engine::CurrencyCode::from_alpha(text)) return currency;
  if (text.size() != 3 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  return engine::CurrencyCode::from_numeric((text[0] - '0') * 100 + (text[1] - '0') * 10 +
                                            (text[2] - '0'));
}

std::string zero_filled(std::string_view text, std::size_t width) {
  std::string filled(text.size() < width ? width - text.size() : 0, '0');
  filled += text;
  return filled;
}

std::optional<std::string> bytes_from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string hex_from_bytes(std::string_view bytes) {
  std::string hex;
  for (char c : bytes) hex += fmt::format("{:02X}", static_cast<std::uint8_t>(c));
  return hex;
}

}  // namespace holdfast::trace
