#include "clearing/ipm_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "clearing/field_checks.hpp"
#include "clearing/latin1.hpp"
#include "iso8583/composite.hpp"

namespace holdfast::clearing {
namespace {

constexpr std::string_view not_the_last_of_a_multi_clearing = "1403";

struct KindOfMessage {
  std::string_view mti;
  std::string_view function_code;
  RecordKind kind;
};
constexpr std::array<KindOfMessage, 7> kinds = {{
    {"1240", "200", RecordKind::first_presentment},
    {"1240", "205", RecordKind::second_presentment},
    {"1240", "282", RecordKind::second_presentment},
    {"1442", "450", RecordKind::chargeback},
    {"1442", "451", RecordKind::chargeback},
    {"1442", "453", RecordKind::chargeback},
    {"1442", "454", RecordKind::chargeback},
}};

// A file id is used in identities and reports, so it is kept to what one looks like.
bool is_usable_file_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

// Takes the fields of a message one by one into a record. Each take_… is false once a field is
// wrong, and leaves the reason in `rejection`.
class IpmFields {
 public:
  IpmFields(const iso8583::Dialect& dialect, const iso8583::Message& message,
            ClearingRecord& record, Rejection& rejection)
      : dialect_(dialect), message_(message), record_(record), rejection_(rejection) {}

  bool take_all() {
    return take_kind() && take_private_data() && take_card() && take_amounts() && take_texts() &&
           take_local_time();
  }

 private:
  bool reject(RejectionCode code, int field, std::string_view reason) {
    rejection_.code = code;
    rejection_.detail = fmt::format("field {}: {}", field, reason);
    return false;
  }
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

  bool take_kind() {
    const std::string_view mti = message_.mti();
    const std::string_view function_code = message_.get(24);
    const auto* known =
        std::find_if(kinds.begin(), kinds.end(), [&](const KindOfMessage& candidate) {
          return candidate.mti == mti && candidate.function_code == function_code;
        });
    if (known == kinds.end()) {
      rejection_.code = RejectionCode::unsupported_message;
      rejection_.detail = fmt::format("message {} with function code {} does not clear", mti,
                                      function_code.empty() ? "missing" : function_code);
      return false;
    }
    record_.kind = known->kind;
    return take_text(0, mti, record_.message_type) &&
           take_text(24, function_code, record_.function_code);
  }

  bool take_private_data() {
    iso8583::PdsReader reader(dialect_, message_);
    for (;;) {
      const auto subelement = reader.next();
      if (!subelement) {
        return bad(reader.field(),
                   fmt::format("private data at {}", to_string(subelement.error())));
      }
      if (!*subelement) return true;
      if ((*subelement)->tag == pds::message_reversal_indicator) {
        record_.reversal = (*subelement)->value.starts_with('R');
      } else if ((*subelement)->tag == pds::currency_exponents) {
        exponents_ = (*subelement)->value;
        exponents_field_ = reader.field();
        if (exponents_.size() % 4 != 0 || !is_digits(exponents_)) {
          return bad(exponents_field_, "currency exponents (PDS 0148) are not in fours of digits");
        }
      }
    }
  }

  bool take_card() {
    if (!message_.has(2)) return missing(2);
    if (!is_pan(message_.get(2))) return bad(2, "not a card number");
    if (!message_.has(3)) return missing(3);
    return take_text(2, record_.pan) && take_text(3, record_.processing_code);
  }

  bool take_amounts() {
    std::optional<engine::Money> amount;
    if (!take_money(4, 49, amount)) return false;
    if (!amount) return missing(4);
    record_.amount = *amount;
    return take_money(5, 50, record_.settlement) && take_money(6, 51, record_.billing);
  }

  // An amount needs its currency; a currency alone says nothing.
  bool take_money(int amount_field, int currency_field, std::optional<engine::Money>& out) {
    if (!message_.has(amount_field)) return true;
    const auto amount = number_from(message_.get(amount_field));
    if (!amount) return bad(amount_field, "not an amount");
    if (!message_.has(currency_field)) return missing(currency_field);
    const auto code = number_from(message_.get(currency_field));
    const auto currency = code && *code <= 999
                              ? engine::CurrencyCode::from_numeric(static_cast<int>(*code))
                              : std::nullopt;
    if (!currency) {
      return reject(RejectionCode::unknown_currency, currency_field, "not in ISO 4217");
    }
    if (!has_the_standard_exponent(message_.get(currency_field), *currency)) {
      return reject(RejectionCode::currency_exponent_mismatch, exponents_field_,
                    fmt::format("PDS 0148 gives {} other decimals than ISO 4217, for field {}",
                                currency->alpha(), amount_field));
    }
    out = engine::Money{*amount, *currency};
    return true;
  }

  // True too where PDS 0148 does not speak of the currency.
  bool has_the_standard_exponent(std::string_view code, engine::CurrencyCode currency) const {
    for (std::size_t i = 0; i + 4 <= exponents_.size(); i += 4) {
      if (exponents_.substr(i, 3) == code && exponents_[i + 3] - '0' != currency.exponent()) {
        return false;
      }
    }
    return true;
  }

  bool take_texts() {
    record_.final = message_.get(25) != not_the_last_of_a_multi_clearing;
    const std::string_view lifecycle = message_.get(63);
    return take_text(26, record_.mcc) && take_text(31, record_.arn) &&
           take_text(message_.has(32) ? 32 : 33, record_.acquirer) && take_text(37, record_.rrn) &&
           take_text(38, record_.auth_code) && take_text(41, record_.terminal) &&
           take_text(42, record_.merchant) &&
           take_text(63, trimmed(lifecycle.empty() ? lifecycle : lifecycle.substr(1)),
                     record_.lifecycle_id);
  }

  bool take_local_time() {
    if (!message_.has(12)) return true;
    record_.local_time = parse_compact_time(message_.get(12));
    return record_.local_time ? true : bad(12, "not a date and time");
  }

  const iso8583::Dialect& dialect_;
  const iso8583::Message& message_;
  ClearingRecord& record_;
  Rejection& rejection_;
  std::string_view exponents_;
  int exponents_field_ = 48;
};

}  // namespace

IpmRole role_of(const iso8583::Message& message) {
  if (message.mti() != "1644") return IpmRole::record;
  if (message.get(24) == "697") return IpmRole::header;
  if (message.get(24) == "695") return IpmRole::trailer;
  return IpmRole::record;
}

IpmControl read_control(const iso8583::Dialect& dialect, const iso8583::Message& message) {
  IpmControl control;
  iso8583::PdsReader reader(dialect, message);
  for (;;) {
    const auto subelement = reader.next();
    // What cannot be read is as absent: a header is no reason to refuse the records.
    if (!subelement || !*subelement) return control;
    const std::string_view value = trimmed((*subelement)->value);
    switch ((*subelement)->tag) {
      case pds::file_id:
        if (is_usable_file_id(value)) control.file_id = value;
        break;
      case pds::file_amount_checksum:
        control.amount_checksum = number_from(value);
        break;
      case pds::file_message_count:
        control.message_count = number_from(value);
        break;
      default:
        break;
    }
  }
}

RecordOrRejection normalise(const iso8583::Dialect& dialect, const iso8583::Message& message,
                            std::uint64_t number) {
  ClearingRecord record;
  record.number = number;
  Rejection rejection;
  rejection.number = number;
  if (!IpmFields(dialect, message, record, rejection).take_all()) return rejection;
  return record;
}

}  // namespace holdfast::clearing
