// Takes the fields of one IPM message. Each take_… is false once something is wrong, and leaves the
// reason in the rejection; a field that is absent leaves its value as it was.
#pragma once

#include <optional>
#include <string_view>

#include "clearing/field_checks.hpp"
#include "clearing/latin1.hpp"
#include "clearing/record.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace holdfast::clearing {

class IpmFields {
 public:
  IpmFields(const iso8583::Dialect& dialect, const iso8583::Message& message, Rejection& rejection)
      : dialect_(dialect), message_(message), rejection_(rejection) {}

  const iso8583::Message& message() const { return message_; }

  bool reject(RejectionCode code, int field, std::string_view reason);
  bool missing(int field) { return reject(RejectionCode::missing_field, field, "is missing"); }
  bool bad(int field, std::string_view reason) {
    return reject(RejectionCode::bad_field, field, reason);
  }

  template <std::size_t capacity>
  bool take_text(int field, std::string_view text, Text<capacity>& out) {
    return assign_latin1(text, out) || bad(field, "too long");
  }
  template <std::size_t capacity>
  bool take_text(int field, Text<capacity>& out) {
    return take_text(field, trimmed(message_.get(field)), out);
  }

  // All of it; is_reversal() and the amounts go by what it says.
  bool take_private_data();
  bool is_reversal() const { return is_reversal_; }

  // An amount needs its currency; a currency alone says nothing.
  bool take_amount(int amount_field, int currency_field, std::optional<engine::Money>& out);

 private:
  // True too where PDS 0148 does not speak of the currency.
  bool has_the_standard_exponent(std::string_view code, engine::CurrencyCode currency) const;

  const iso8583::Dialect& dialect_;
  const iso8583::Message& message_;
  Rejection& rejection_;
  bool is_reversal_ = false;
  std::string exponents_;
  int exponents_field_ = 48;
};

}  // namespace holdfast::clearing
