// One record of a clearing file, whatever the file's format: the normalised fields of the
// `jsonl` format, plus what its identity and its treatment need. Text that is absent is empty.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "clearing/civil_time.hpp"
#include "clearing/text.hpp"
#include "engine/money.hpp"

namespace holdfast::clearing {

enum class RecordKind : std::uint8_t {
  first_presentment,
  second_presentment,  // debits again, linked to its first presentment
  chargeback,          // posts nothing to the customer
};
std::string_view to_string(RecordKind kind);

struct ClearingRecord {
  // Position within the file, from 1; headers and trailers are not counted, malformed records are.
  std::uint64_t number = 0;
  RecordKind kind = RecordKind::first_presentment;
  Text<5> message_type;   // the MTI of IPM, the transaction code of Base II, or "jsonl"
  Text<3> function_code;  // IPM DE24: 200, 205, 282, 450, …; Base II: 2 of a second presentment
  Text<64> record_id;     // jsonl alone has one
  Text<19> pan;
  Text<6> processing_code;
  engine::Money amount;  // never negative; the direction is in processing_code and reversal
  std::optional<engine::Money> billing;
  std::optional<engine::Money> settlement;
  std::optional<CivilTime> local_time;
  Text<12> auth_code;
  Text<24> rrn;
  Text<40> arn;
  Text<64> lifecycle_id;
  Text<4> mcc;
  Text<32> terminal;
  Text<64> merchant;
  Text<198> merchant_name;  // for people alone: the name in IPM's DE43
  Text<24> acquirer;
  bool final = true;
  bool reversal = false;
  std::optional<std::uint32_t> sequence;  // of a multi-clearing

  friend bool operator==(const ClearingRecord&, const ClearingRecord&) = default;
};

enum class RejectionCode : std::uint8_t {
  malformed_message,           // a message or lines of which it cannot be told what they are
  malformed_json,              // a line that is no JSON object
  line_too_long,               // a line beyond the bound
  missing_field,               // a mandatory field is absent or empty
  bad_field,                   // a field of a wrong type, length, range or character
  unknown_currency,            // ISO 4217 has no such currency
  currency_exponent_mismatch,  // the file's decimals (PDS 0148) are not those of ISO 4217
  unsupported_message,         // well formed, but nothing that is known
};
std::string_view to_string(RejectionCode code);

// A record that cannot be taken; those around it can. `detail` names the field and where it
// lies, and never carries what the field holds.
struct Rejection {
  std::uint64_t number = 0;
  RejectionCode code = RejectionCode::malformed_message;
  std::string detail;

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

// What a message is that clears nothing and is kept as it came.
enum class RecordedKind : std::uint8_t {
  fee_collection,     // money between the network and the bank, never a customer's
  addendum,           // details of the presentment before it
  retrieval_request,  // and its acknowledgement
  currency_update,
  reconciliation,  // the network's own sums: by file, by position, by settlement
  message_exception,
  returned_message,  // one of the bank's that was refused; it stands behind its message exception
  text_message,
  file_reject,
};
// As a category: "fee collection".
std::string_view to_string(RecordedKind kind);

// A part of a message, for people: UTF-8, without card numbers.
struct CarriedField {
  std::string name;  // "DE72", "PDS 0501"
  std::string text;

  friend bool operator==(const CarriedField&, const CarriedField&) = default;
};

struct RecordedMessage {
  std::uint64_t number = 0;  // as that of a record
  RecordedKind kind = RecordedKind::text_message;
  Text<4> message_type;
  Text<3> function_code;
  // Of a fee collection, as the bank sees it: what it gets is positive.
  std::optional<engine::Money> amount;
  std::optional<engine::Money> settlement;
  // Of an addendum: the number of its presentment; 0 when there is none.
  std::uint64_t addendum_to = 0;
  std::vector<CarriedField> fields;

  friend bool operator==(const RecordedMessage&, const RecordedMessage&) = default;
};

// What stands at one place of a file.
using FileItem = std::variant<ClearingRecord, RecordedMessage, Rejection>;

// What a file is known by: PDS 0105 of its header or, where it has none, "sha256:" and the
// hash of its content.
struct FileId {
  std::string text;

  friend bool operator==(const FileId&, const FileId&) = default;
};

using RecordIdentity = std::array<std::uint8_t, 16>;

// What tells that a record was seen before, in this file or another: by its ARN with its
// amount, message type, function, reversal flag and sequence; without an ARN by its record_id;
// else by the file and the record's number in it. A truncated SHA-256 over an unambiguous
// encoding of those parts, so that it may be stored and never reveals a card.
RecordIdentity identity(const ClearingRecord& record, const FileId& file_id);

// The identity of the first presentment that a second one, with its ARN, repeats in full.
RecordIdentity first_presentment_identity(const ClearingRecord& second, const FileId& file_id);

// The identity of the presentment that a reversal gives back: its own, but for the direction.
RecordIdentity presentment_identity(const ClearingRecord& reversal, const FileId& file_id);

}  // namespace holdfast::clearing
