#include "clearing/record_command.hpp"

#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>

#include "rules/processing_code.hpp"

namespace holdfast::clearing {
namespace {

// A text too long for a key is no key: the link takes it for absent, too.
template <class Field>
Field key(std::string_view text) {
  return Field::from(text).value_or(Field{});
}

engine::MatchKeys match_keys(const ClearingRecord& record) {
  engine::MatchKeys keys;
  keys.lifecycle_id = key<decltype(keys.lifecycle_id)>(record.lifecycle_id);
  keys.rrn = key<decltype(keys.rrn)>(record.rrn);
  keys.auth_code = key<decltype(keys.auth_code)>(record.auth_code);
  keys.acquirer = key<decltype(keys.acquirer)>(record.acquirer);
  keys.terminal = key<decltype(keys.terminal)>(record.terminal);
  keys.merchant = key<decltype(keys.merchant)>(record.merchant);
  const std::string_view mcc = record.mcc;
  std::from_chars(mcc.data(), mcc.data() + mcc.size(), keys.mcc);
  return keys;
}

std::int32_t days_of(const CivilTime& time) {
  using namespace std::chrono;
  const year_month_day date{year{time.year}, month{time.month}, day{time.day}};
  return static_cast<std::int32_t>(sys_days{date}.time_since_epoch().count());
}

engine::ClearingIdentity digest_of(const RecordIdentity& identity) {
  engine::ClearingIdentity digest;
  digest.bytes = identity;
  return digest;
}

engine::ClearingKind kind_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::first_presentment:
      return engine::ClearingKind::presentment;
    case RecordKind::second_presentment:
      return engine::ClearingKind::second_presentment;
    case RecordKind::chargeback:
      break;
  }
  return engine::ClearingKind::chargeback;
}

}  // namespace

std::variant<engine::PostClearing, Rejection> command_of(const ClearingRecord& record,
                                                         const FileId& file_id,
                                                         const engine::FileDigest& file,
                                                         CardTokenizer& tokenizer) {
  const engine::Operation operation = operation_in_clearing(record.processing_code);
  if (!engine::carries_money(operation)) {
    return Rejection{record.number, RejectionCode::bad_field,
                     "processing_code: nothing that clearing posts"};
  }
  engine::PostClearing command;
  command.identity = digest_of(identity(record, file_id));
  if (record.reversal) {
    command.presentment = digest_of(presentment_identity(record, file_id));
  } else if (record.kind == RecordKind::second_presentment) {
    command.presentment = digest_of(first_presentment_identity(record, file_id));
  }
  command.file = file;
  command.record_number = static_cast<std::uint32_t>(record.number);
  command.kind = kind_of(record.kind);
  command.token = tokenizer.token(record.pan);
  command.operation = operation;
  command.transaction = record.amount;
  if (record.billing) command.billing = *record.billing;
  if (record.settlement) command.settlement = *record.settlement;
  command.keys = match_keys(record);
  if (record.local_time) command.local_date_days = days_of(*record.local_time);
  command.arn = key<decltype(command.arn)>(record.arn);
  command.has_arn = !record.arn.empty();
  command.final = record.final;
  command.reversal = record.reversal;
  return command;
}

}  // namespace holdfast::clearing
