#include "trace/memory.hpp"

namespace holdfast::trace {
namespace {

using Resolved = boost::system::result<ResolvedValue, Reason>;

bool is_variable_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

Resolved resolve_earlier_field(const Value& value, int number, const Memory& memory) {
  const int field = value.field == 0 ? number : value.field;
  const auto exchange = memory.exchanges.find(value.text);
  if (exchange == memory.exchanges.end()) {
    return because("the message '{}' was not sent", value.text);
  }
  const std::string* text = nullptr;
  if (exchange->second.reply) text = exchange->second.reply->find(field);
  if (text == nullptr) text = exchange->second.request.find(field);
  if (text != nullptr) return ResolvedValue{*text};
  if (!exchange->second.reply) {
    return because("the reply to '{}' has not been expected yet", value.text);
  }
  return because("neither '{}' nor its reply has field {}", value.text, field);
}

}  // namespace

Resolved resolve(const Value& value, int number, const Memory& memory) {
  switch (value.form) {
    case ValueForm::literal:
      return ResolvedValue{value.text};
    case ValueForm::variable: {
      const auto variable = memory.variables.find(value.text);
      if (variable == memory.variables.end()) {
        return because("nothing was captured into '${}'", value.text);
      }
      return ResolvedValue{variable->second};
    }
    case ValueForm::earlier_field:
      return resolve_earlier_field(value, number, memory);
    case ValueForm::any:
    case ValueForm::absent:
      break;
  }
  return ResolvedValue{};
}

boost::system::result<std::string, Reason> fill_variables(std::string_view text,
                                                          const Memory& memory) {
  std::string filled;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    filled += text.substr(0, dollar);
    if (dollar == text.npos) break;
    text.remove_prefix(dollar + 1);
    std::size_t size = 0;
    while (size < text.size() && is_variable_character(text[size])) ++size;
    const std::string name(text.substr(0, size));
    const auto variable = memory.variables.find(name);
    if (variable == memory.variables.end()) {
      return because("nothing was captured into '${}'", name);
    }
    filled += variable->second;
    text.remove_prefix(size);
  }
  return filled;
}

}  // namespace holdfast::trace
