#include "iso8583/mti.hpp"

#include "bytes.hpp"

namespace iso8583 {
namespace {

constexpr std::array<std::string_view, 10> class_names = {
    "reserved",       "authorization",  "financial",      "file action",        "reversal",
    "reconciliation", "administrative", "fee collection", "network management", "reserved",
};

constexpr std::array<std::string_view, 10> function_names = {
    "request",      "response",
    "advice",       "advice response",
    "notification", "notification acknowledgement",
    "instruction",  "instruction acknowledgement",
    "reserved",     "reserved",
};

char digit_char(int value) {
  return static_cast<char>('0' + value);
}

}  // namespace

std::optional<Mti> Mti::parse(std::string_view text) {
  if (text.size() != 4 || !is_numeric(text)) return std::nullopt;
  return Mti({text[0], text[1], text[2], text[3]});
}

Mti Mti::response() const {
  if (!is_request()) return *this;
  Mti answer = without_repeat();
  answer.digits_[2] = digit_char(function() + 1);
  return answer;
}

Mti Mti::without_repeat() const {
  Mti first = *this;
  first.digits_[3] = digit_char(origin() - origin() % 2);
  return first;
}

std::string Mti::name() const {
  // What an issuer starts in the class of reversals is a chargeback.
  const bool is_chargeback = message_class() == 4 && (origin() == 2 || origin() == 3);
  std::string name(is_chargeback ? "chargeback"
                                 : class_names[static_cast<std::size_t>(message_class())]);
  name += ' ';
  name += function_names[static_cast<std::size_t>(function())];
  if (is_repeat()) name += " repeat";
  return name;
}

}  // namespace iso8583
