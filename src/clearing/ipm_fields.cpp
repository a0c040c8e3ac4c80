#include "clearing/ipm_fields.hpp"

#include <fmt/format.h>

#include "clearing/ipm_record.hpp"
#include "iso8583/composite.hpp"

namespace holdfast::clearing {

bool IpmFields::reject(RejectionCode code, int field, std::string_view reason) {
  rejection_.code = code;
  rejection_.detail = fmt::format("field {}: {}", field, reason);
  return false;
}

bool IpmFields::take_private_data() {
  iso8583::PdsReader reader(dialect_, message_);
  for (;;) {
    const auto subelement = reader.next();
    if (!subelement) {
      return bad(reader.field(), fmt::format("private data at {}", to_string(subelement.error())));
    }
    if (!*subelement) return true;
    if ((*subelement)->tag == pds::message_reversal_indicator) {
      is_reversal_ = (*subelement)->value.starts_with('R');
    } else if ((*subelement)->tag == pds::currency_exponents) {
      exponents_ = (*subelement)->value;
      exponents_field_ = reader.field();
      if (exponents_.size() % 4 != 0 || !is_digits(exponents_)) {
        return bad(exponents_field_, "currency exponents (PDS 0148) are not in fours of digits");
      }
    }
  }
}

bool IpmFields::take_amount(int amount_field, int currency_field,
                            std::optional<engine::Money>& out) {
  if (!message_.has(amount_field)) return true;
  const auto amount = number_from(message_.get(amount_field));
  if (!amount) return bad(amount_field, "not an amount");
  if (!message_.has(currency_field)) return missing(currency_field);
  const auto code = number_from(message_.get(currency_field));
  const auto currency = code && *code <= 999
                            ? engine::CurrencyCode::from_numeric(static_cast<int>(*code))
                            : std::nullopt;
  if (!currency) return reject(RejectionCode::unknown_currency, currency_field, "not in ISO 4217");
  if (!has_the_standard_exponent(message_.get(currency_field), *currency)) {
    return reject(RejectionCode::currency_exponent_mismatch, exponents_field_,
                  fmt::format("PDS 0148 gives {} other decimals than ISO 4217, for field {}",
                              currency->alpha(), amount_field));
  }
  out = engine::Money{*amount, *currency};
  return true;
}

bool IpmFields::has_the_standard_exponent(std::string_view code,
                                          engine::CurrencyCode currency) const {
  for (std::size_t i = 0; i + 4 <= exponents_.size(); i += 4) {
    if (exponents_.substr(i, 3) == code && exponents_[i + 3] - '0' != currency.exponent()) {
      return false;
    }
  }
  return true;
}

}  // namespace holdfast::clearing
