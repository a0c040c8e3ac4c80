// A message in one line of a log.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "iso8583/describe.hpp"
#include "iso8583/mti.hpp"

namespace iso8583 {
namespace {

using Name = std::pair<std::string_view, std::string_view>;

// ISO 8583:1987, field 3, positions 1 and 2.
constexpr std::array<Name, 12> operations = {{
    {"00", "purchase"},
    {"01", "cash"},
    {"09", "cashback"},
    {"10", "transfer out"},
    {"11", "transfer out"},
    {"17", "transfer out"},
    {"20", "refund"},
    {"21", "deposit"},
    {"26", "transfer in"},
    {"28", "transfer in"},
    {"30", "balance inquiry"},
    {"31", "balance inquiry"},
}};

// ISO 8583:1987, field 70.
constexpr std::array<Name, 4> network_codes = {{
    {"001", "sign-on"},
    {"002", "sign-off"},
    {"201", "cut-over"},
    {"301", "echo"},
}};

template <std::size_t count>
std::string_view find_name(const std::array<Name, count>& names, std::string_view code) {
  for (const Name& name : names) {
    if (name.first == code) return name.second;
  }
  return {};
}

std::string operation_text(std::string_view processing_code) {
  const std::string_view name = find_name(operations, processing_code.substr(0, 2));
  return name.empty() ? fmt::format("operation {}", processing_code) : std::string(name);
}

std::string network_text(std::string_view code) {
  const std::string_view name = find_name(network_codes, code);
  return name.empty() ? fmt::format("network code {}", code) : std::string(name);
}

std::string amount_text(const Message& message, const AmountFormatter& format_amount) {
  const std::string_view digits = message.get(4);
  const std::string_view currency = message.get(49);
  if (format_amount) return format_amount(digits, currency);
  const std::size_t first = digits.find_first_not_of('0');
  const std::string_view amount = first == std::string_view::npos ? "0" : digits.substr(first);
  return currency.empty() ? std::string(amount) : fmt::format("{} {}", amount, currency);
}

}  // namespace

std::string summary(const Dialect& dialect, const Message& message,
                    const AmountFormatter& format_amount) {
  const auto mti = Mti::parse(message.mti());
  std::string line = mti ? fmt::format("{} {}", mti->text(), mti->name()) : "no MTI";
  const auto add = [&line](std::string_view text) { line.append(" · ").append(text); };
  const auto add_field = [&](int field, std::string_view label) {
    if (!message.has(field)) return;
    add(fmt::format("{} {}", label, field_text(dialect, field, message.get(field))));
  };
  if (message.has(3)) add(operation_text(message.get(3)));
  // The network management code of 1987; in later versions field 70 is a country.
  if (mti && mti->version() == 0 && message.has(70)) add(network_text(message.get(70)));
  if (message.has(4)) add(amount_text(message, format_amount));
  add_field(39, "code");
  add_field(38, "auth");
  add_field(2, "pan");
  add_field(11, "stan");
  add_field(37, "rrn");
  add_field(41, "terminal");
  return line;
}

}  // namespace iso8583
