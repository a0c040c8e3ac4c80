#include "clearing/ipm_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "clearing/ipm_fields.hpp"
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

// Takes the fields of a message one by one into a record.
class IpmRecordFields : public IpmFields {
 public:
  IpmRecordFields(const iso8583::Dialect& dialect, const iso8583::Message& message,
                  ClearingRecord& record, Rejection& rejection)
      : IpmFields(dialect, message, rejection), record_(record), rejection_(rejection) {}

  bool take_all() {
    return take_kind() && take_private_data() && take_card() && take_amounts() && take_texts() &&
           take_merchant_name() && take_local_time();
  }

 private:
  bool take_kind() {
    const std::string_view mti = message().mti();
    const std::string_view function_code = message().get(24);
    const auto* known =
        std::find_if(kinds.begin(), kinds.end(), [&](const KindOfMessage& candidate) {
          return candidate.mti == mti && candidate.function_code == function_code;
        });
    if (known == kinds.end()) {
      rejection_.code = RejectionCode::unsupported_message;
      rejection_.detail = fmt::format("message {} with function code {} is not known", mti,
                                      function_code.empty() ? "missing" : function_code);
      return false;
    }
    record_.kind = known->kind;
    return take_text(0, mti, record_.message_type) &&
           take_text(24, function_code, record_.function_code);
  }

  bool take_card() {
    if (!message().has(2)) return missing(2);
    if (!is_pan(message().get(2))) return bad(2, "not a card number");
    if (!message().has(3)) return missing(3);
    return take_text(2, record_.pan) && take_text(3, record_.processing_code);
  }

  bool take_amounts() {
    std::optional<engine::Money> amount;
    if (!take_amount(4, 49, amount)) return false;
    if (!amount) return missing(4);
    record_.amount = *amount;
    return take_amount(5, 50, record_.settlement) && take_amount(6, 51, record_.billing);
  }

  bool take_texts() {
    record_.reversal = is_reversal();
    record_.final = message().get(25) != not_the_last_of_a_multi_clearing;
    const std::string_view lifecycle = message().get(63);
    return take_text(26, record_.mcc) && take_text(31, record_.arn) &&
           take_text(message().has(32) ? 32 : 33, record_.acquirer) && take_text(37, record_.rrn) &&
           take_text(38, record_.auth_code) && take_text(41, record_.terminal) &&
           take_text(42, record_.merchant) &&
           take_text(63, trimmed(lifecycle.empty() ? lifecycle : lifecycle.substr(1)),
                     record_.lifecycle_id);
  }

  // The first part of DE43, or all of it where it has no parts.
  bool take_merchant_name() {
    const std::string_view place = message().get(43);
    return take_text(43, trimmed(place.substr(0, place.find(place_separator))),
                     record_.merchant_name);
  }

  bool take_local_time() {
    if (!message().has(12)) return true;
    record_.local_time = parse_compact_time(message().get(12));
    return record_.local_time ? true : bad(12, "not a date and time");
  }

  ClearingRecord& record_;
  Rejection& rejection_;
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
    // What cannot be read is no reason to refuse the records.
    if (!subelement) {
      control.unreadable = fmt::format("field {}", reader.field());
      return control;
    }
    if (!*subelement) return control;
    const std::string_view value = trimmed((*subelement)->value);
    bool is_readable = true;
    switch ((*subelement)->tag) {
      case pds::file_id:
        is_readable = is_usable_file_id(value);
        if (is_readable) control.file_id = value;
        break;
      case pds::file_amount_checksum:
        control.amount_checksum = number_from(value);
        is_readable = control.amount_checksum.has_value();
        break;
      case pds::file_message_count:
        control.message_count = number_from(value);
        is_readable = control.message_count.has_value();
        break;
      default:
        break;
    }
    if (!is_readable && control.unreadable.empty()) {
      control.unreadable = fmt::format("PDS {:04}", (*subelement)->tag);
    }
  }
}

FileItem normalise(const iso8583::Dialect& dialect, const iso8583::Message& message,
                   std::uint64_t number) {
  ClearingRecord record;
  record.number = number;
  Rejection rejection;
  rejection.number = number;
  if (!IpmRecordFields(dialect, message, record, rejection).take_all()) return rejection;
  return record;
}

}  // namespace holdfast::clearing
