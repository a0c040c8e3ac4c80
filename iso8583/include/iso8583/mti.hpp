// The message type indicator: version, class, function and origin, a digit each.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace iso8583 {

class Mti {
 public:
  // Nothing unless `text` is four digits.
  static std::optional<Mti> parse(std::string_view text);

  int version() const { return digit(0); }        // 0 = 1987, 1 = 1993, 2 = 2003
  int message_class() const { return digit(1); }  // 1 authorization, 2 financial …
  int function() const { return digit(2); }       // 0 request, 1 response, 2 advice …
  int origin() const { return digit(3); }         // odd = a repeat

  std::string_view text() const { return {digits_.data(), digits_.size()}; }
  operator std::string_view() const { return text(); }

  // True for what asks for an answer: request, advice, notification, instruction.
  bool is_request() const { return function() % 2 == 0; }
  bool is_repeat() const { return origin() % 2 == 1; }
  // The MTI of the answer, 0110 for 0100 and for 0101; an answer's own MTI stays what it is.
  Mti response() const;
  // The same message sent first, 0100 for 0101.
  Mti without_repeat() const;
  // Such as "authorization request", "reversal advice response", "network management request".
  std::string name() const;

  friend bool operator==(const Mti&, const Mti&) = default;
  friend auto operator<=>(const Mti&, const Mti&) = default;

 private:
  explicit Mti(std::array<char, 4> digits) : digits_(digits) {}
  int digit(std::size_t index) const { return digits_[index] - '0'; }

  std::array<char, 4> digits_;
};

}  // namespace iso8583
