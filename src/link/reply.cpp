#include "link/reply.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "link/card_request.hpp"
#include "link/response_codes.hpp"

namespace holdfast {
namespace {

using iso8583::Message;

// Identified by the request key, so the same in every retransmission.
constexpr int repeated_fields[] = {2, 3, 4, 7, 11, 32, 37, 41, 90};
// Only likely to be the same: kept with the first answer.
constexpr int echo_fields[] = {12, 13, 42, 49, 62};
// Stand for a field's length in the kept echo; no field that fits is as long.
constexpr unsigned char absent = 0xff;
constexpr unsigned char not_kept = 0xfe;
constexpr int network_information_field = 70;
constexpr int reversal_class = 4;
constexpr int reconciliation_class = 5;
constexpr int network_management_class = 8;

// DE10: the number of decimals, then seven digits; as many decimals as there is room for.
std::string conversion_rate_text(std::int64_t scaled) {
  constexpr std::int64_t digits_max = 9'999'999;
  std::int64_t divisor = engine::ScaledRate::scale / 10'000'000;
  int decimals = 7;
  while (decimals > 0 && (scaled + divisor / 2) / divisor > digits_max) {
    divisor *= 10;
    --decimals;
  }
  return fmt::format("{}{:07}", decimals, std::min((scaled + divisor / 2) / divisor, digits_max));
}

}  // namespace

Echo pack_echo(const Message& request) {
  std::string packed;
  std::size_t room = Echo::capacity - std::size(echo_fields);  // beside the lengths
  for (int field : echo_fields) {
    const std::string_view value = request.get(field);
    const bool is_kept = request.has(field) && value.size() <= room && !holds_pan(request, value);
    const auto size = is_kept              ? static_cast<unsigned char>(value.size())
                      : request.has(field) ? not_kept
                                           : absent;
    packed += static_cast<char>(size);
    if (!is_kept) continue;
    packed += value;
    room -= value.size();
  }
  return Echo::cut(packed);
}

void ReplyWriter::begin(const Message& request, iso8583::Mti mti) {
  response_.reset();
  response_.set_mti(mti.response().text());
  for (int field : repeated_fields) {
    if (field == 90 && mti.message_class() != reversal_class) continue;
    if (request.has(field)) response_.set(field, request.get(field));
  }
}

void ReplyWriter::plain(const Message& request, iso8583::Mti mti, std::string_view code) {
  begin(request, mti);
  for (int field : echo_fields) {
    if (request.has(field)) response_.set(field, request.get(field));
  }
  // The standard wants the code of what is answered in a network management response.
  if (mti.message_class() == network_management_class && request.has(network_information_field)) {
    response_.set(network_information_field, request.get(network_information_field));
  }
  set_code(code, action_code(code));
}

void ReplyWriter::decided(const Message& request, iso8583::Mti mti, const engine::Answer& answer) {
  begin(request, mti);
  echo_ = answer.echo;
  std::string_view packed = echo_.view();
  for (int field : echo_fields) {
    if (packed.empty()) break;
    const auto size = static_cast<unsigned char>(packed.front());
    packed.remove_prefix(1);
    if (size == absent) continue;
    if (size == not_kept) {
      if (request.has(field)) response_.set(field, request.get(field));
      continue;
    }
    response_.set(field, packed.substr(0, size));
    packed.remove_prefix(size);
  }
  const engine::Decision& decision = answer.decision;
  const ResponseCode& code = response_code(decision.decline);
  set_code(code.code_1987, code.code_1993);
  if (!decision.approved()) return;
  if (mti.message_class() == network_management_class) {
    response_.set(network_information_field, request.get(network_information_field));
    return;
  }
  if (mti.message_class() == reconciliation_class) {
    response_.set(66, decision.in_balance ? "1" : "2");
    return;
  }
  if (mti.message_class() == reversal_class) return;
  if (decision.partial) set_code(code_partial, action_code_partial);
  set_amounts(request, decision);
  auth_code_ = decision.auth_code;
  if (!auth_code_.empty()) response_.set(38, auth_code_.view());
  if (decision.fee != 0) set_fee(decision);
  // An advice asks for no balance.
  if (decision.has_balance && mti.function() == 0) set_balances(request, decision);
}

void ReplyWriter::set_amounts(const Message& request, const engine::Decision& decision) {
  constexpr engine::MinorUnits field_max = 999'999'999'999;
  if (decision.partial) {
    transaction_amount_ = fmt::format("{:012}", decision.transaction_amount);
    response_.set(4, transaction_amount_);
  }
  const bool tells_billing = decision.converted || (decision.partial && request.has(6));
  if (!tells_billing || decision.amount > field_max) return;
  billing_amount_ = fmt::format("{:012}", decision.amount);
  response_.set(6, billing_amount_);
  billing_currency_ = fmt::format("{:03}", decision.currency.numeric());
  response_.set(51, billing_currency_);
  if (!decision.converted) return;
  rate_ = conversion_rate_text(decision.rate);
  response_.set(10, rate_);
}

void ReplyWriter::set_code(std::string_view code_1987, std::string_view code_1993) {
  const iso8583::FieldSpec* spec = dialect_.field(39);
  response_.set(39, spec != nullptr && spec->length_max == 3 ? code_1993 : code_1987);
}

void ReplyWriter::set_fee(const engine::Decision& decision) {
  constexpr engine::MinorUnits field_max = 99'999'999;
  if (decision.fee > field_max) return;  // does not fit the field: better none than a part
  fee_ = fmt::format("D{:08}", decision.fee);
  response_.set(28, fee_);
}

// DE54: account type 2, amount type 2, currency 3, C or D, twelve digits; for each amount.
void ReplyWriter::set_balances(const Message& request, const engine::Decision& decision) {
  const std::string_view processing_code = request.get(3);
  const std::string_view account_type = processing_code.substr(2, 2);
  balances_.clear();
  auto add = [&](std::string_view amount_type, engine::MinorUnits amount) {
    const std::uint64_t magnitude =
        amount < 0 ? ~static_cast<std::uint64_t>(amount) + 1 : static_cast<std::uint64_t>(amount);
    if (magnitude > 999'999'999'999) return;  // does not fit the field: better none than a part
    fmt::format_to(std::back_inserter(balances_), "{}{}{:03}{}{:012}", account_type, amount_type,
                   decision.currency.numeric(), amount < 0 ? 'D' : 'C', magnitude);
  };
  const bool is_inquiry =
      processing_code.substr(0, 1) == "3" && processing_code.substr(0, 2) != "39";
  if (is_inquiry) add("01", decision.ledger);
  add("02", decision.available);
  if (!balances_.empty()) response_.set(54, balances_);
}

bool ReplyWriter::append_frame(std::span<const std::uint8_t> header,
                               std::vector<std::uint8_t>& out) {
  // Nearly every reply fits the first size; growing a buffer also clears it.
  constexpr std::size_t usual_size = 512;
  return append_frame(header, std::min(usual_size, framing_.frame_length_max), out) ||
         append_frame(header, framing_.frame_length_max, out);
}

bool ReplyWriter::append_frame(std::span<const std::uint8_t> header, std::size_t payload_max,
                               std::vector<std::uint8_t>& out) {
  const std::size_t begin = out.size();
  const std::size_t header_size = iso8583::frame_header_size(framing_);
  out.resize(begin + header_size + payload_max);
  const auto frame = std::span(out).subspan(begin);
  const auto size = iso8583::encode(dialect_, response_, frame.subspan(header_size));
  if (!size) {
    out.resize(begin);
    return false;
  }
  const auto written =
      iso8583::write_frame_header(framing_, header, *size, frame.first(header_size));
  out.resize(written ? begin + header_size + *size : begin);
  return written.has_value();
}

}  // namespace holdfast
