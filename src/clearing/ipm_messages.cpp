#include "clearing/ipm_messages.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "clearing/carried_fields.hpp"
#include "clearing/field_checks.hpp"
#include "clearing/ipm_fields.hpp"
#include "clearing/ipm_record.hpp"
#include "iso8583/composite.hpp"

namespace holdfast::clearing {
namespace {

struct KnownMessage {
  std::string_view mti;
  std::string_view function_code;
  RecordedKind kind;
};
constexpr std::array<KnownMessage, 17> known_messages = {{
    {"1740", "700", RecordedKind::fee_collection},
    {"1740", "780", RecordedKind::fee_collection},
    {"1740", "781", RecordedKind::fee_collection},
    {"1740", "782", RecordedKind::fee_collection},
    {"1740", "783", RecordedKind::fee_collection},
    {"1740", "790", RecordedKind::fee_collection},
    {"1740", "791", RecordedKind::fee_collection},
    {"1644", "603", RecordedKind::retrieval_request},
    {"1644", "605", RecordedKind::retrieval_request},
    {"1644", "640", RecordedKind::currency_update},
    {"1644", "680", RecordedKind::reconciliation},
    {"1644", "685", RecordedKind::reconciliation},
    {"1644", "688", RecordedKind::reconciliation},
    {"1644", "691", RecordedKind::message_exception},
    {"1644", "693", RecordedKind::text_message},
    {"1644", "696", RecordedKind::addendum},
    {"1644", "699", RecordedKind::file_reject},
}};

// Where DE71 of the presentment stands in PDS 0501, behind usage code, record number and
// occurrence indicator.
constexpr std::size_t associated_number_offset = 8;

// Takes what a fee collection moves.
class FeeFields : public IpmFields {
 public:
  using IpmFields::IpmFields;

  // The bank is the one that the message was sent to: what DE3 credits to the sender, 19, it
  // pays, and with 29 it gets. A reversal goes the other way.
  bool take_all(RecordedMessage& fee) {
    if (!take_private_data()) return false;
    if (!message().has(3)) return missing(3);
    const std::string_view type = message().get(3).substr(0, 2);
    if (type != "19" && type != "29") return bad(3, "neither 19 nor 29, a fee's");
    if (!take_amount(4, 49, fee.amount) || !take_amount(5, 50, fee.settlement)) return false;
    if (!fee.amount) return missing(4);
    if ((type == "19") == is_reversal()) return true;
    fee.amount->amount = -fee.amount->amount;
    if (fee.settlement) fee.settlement->amount = -fee.settlement->amount;
    return true;
  }
};

}  // namespace

std::optional<RecordedKind> recorded_kind_of(const iso8583::Message& message) {
  const auto* known = std::find_if(
      known_messages.begin(), known_messages.end(), [&message](const KnownMessage& candidate) {
        return message.mti() == candidate.mti && message.get(24) == candidate.function_code;
      });
  if (known == known_messages.end()) return std::nullopt;
  return known->kind;
}

FileItem IpmMessages::next(const iso8583::Message& message,
                           const boost::system::result<void, iso8583::CodecError>& decoded,
                           std::uint64_t number) {
  auto kind = recorded_kind_of(message);
  // It may have been refused for what makes it unreadable.
  const bool is_returned = std::exchange(next_is_returned_, false);
  if (is_returned) kind = RecordedKind::returned_message;
  FileItem item;
  if (!decoded && !is_returned) {
    item = Rejection{number, RejectionCode::malformed_message, to_string(decoded.error())};
  } else if (!kind) {
    item = normalise(*dialect_, message, number);
  } else if (*kind == RecordedKind::fee_collection) {
    item = fee_collection(message, number);
  } else {
    item = recorded(message, *kind, number);
  }
  remember(message, number, kind);
  return item;
}

void IpmMessages::begin_group() {
  presentment_ = {};
  next_is_returned_ = false;
}

void IpmMessages::remember(const iso8583::Message& message, std::uint64_t number,
                           std::optional<RecordedKind> kind) {
  if (kind == RecordedKind::addendum) return;
  next_is_returned_ = kind == RecordedKind::message_exception;
  if (message.mti() != "1240") {
    presentment_.number = 0;
    return;
  }
  presentment_.number = number;
  presentment_.message_number = message.get(71);
  presentment_.pan = message.get(2);
}

FileItem IpmMessages::fee_collection(const iso8583::Message& message, std::uint64_t number) const {
  RecordedMessage fee = recorded(message, RecordedKind::fee_collection, number);
  Rejection rejection;
  rejection.number = number;
  if (!FeeFields(*dialect_, message, rejection).take_all(fee)) return rejection;
  return fee;
}

RecordedMessage IpmMessages::recorded(const iso8583::Message& message, RecordedKind kind,
                                      std::uint64_t number) const {
  RecordedMessage recorded;
  recorded.number = number;
  recorded.kind = kind;
  // What names a message fits; a returned one may have anything there.
  if (is_digits(message.mti())) static_cast<void>(recorded.message_type.assign(message.mti()));
  static_cast<void>(recorded.function_code.assign(message.get(24)));
  const bool is_addendum = kind == RecordedKind::addendum;
  if (is_addendum) recorded.addendum_to = presentment_of(message);
  const std::string_view pan = is_addendum ? presentment_.pan : message.get(2);
  recorded.fields = carried_fields(*dialect_, message, pan);
  return recorded;
}

std::uint64_t IpmMessages::presentment_of(const iso8583::Message& addendum) const {
  const iso8583::PdsReader private_data(*dialect_, addendum);
  const auto description = private_data.find(pds::transaction_description);
  if (!description || description->size() <= associated_number_offset) return presentment_.number;
  const auto named = number_from(trimmed(description->substr(associated_number_offset)));
  const auto before = number_from(presentment_.message_number);
  const bool is_another = named && *named != 0 && before && *before != *named;
  return is_another ? 0 : presentment_.number;
}

}  // namespace holdfast::clearing
