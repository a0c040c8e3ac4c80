#include "clearing/ipm_writer.hpp"

#include <fmt/format.h>

#include <deque>
#include <utility>
#include <vector>

#include "clearing/field_checks.hpp"
#include "clearing/ipm_record.hpp"
#include "clearing/latin1.hpp"

namespace holdfast::clearing {

using boost::system::result;

namespace {

constexpr std::int64_t amount_max = 999'999'999'999;  // 12 digits

// A message under construction, with the texts that its fields view.
class MessageBuilder {
 public:
  explicit MessageBuilder(const iso8583::Dialect& dialect) : dialect_(dialect) {}

  iso8583::Message& message() { return message_; }
  const std::optional<WriteError>& error() const { return error_; }

  void put(int field, std::string text) {
    texts_.push_back(std::move(text));
    message_.set(field, texts_.back());
  }

  // Absent where the record has no such text.
  void put_text(int field, std::string_view utf8) {
    if (utf8.empty()) return;
    auto latin1 = to_latin1(utf8);
    if (!latin1) return fail(field, "is not latin-1");
    put(field, std::move(*latin1));
  }

  void put_money(int amount_field, int currency_field, const std::optional<engine::Money>& money) {
    if (!money) return;
    if (money->amount < 0 || money->amount > amount_max) {
      return fail(amount_field, "is not an amount of 12 digits");
    }
    put(amount_field, fmt::format("{:012}", money->amount));
    put(currency_field, fmt::format("{:03}", money->currency.numeric()));
    const std::string exponent =
        fmt::format("{:03}{}", money->currency.numeric(), money->currency.exponent());
    for (std::size_t i = 0; i < exponents_.size(); i += exponent.size()) {
      if (exponents_.compare(i, exponent.size(), exponent) == 0) return;
    }
    exponents_ += exponent;
  }

  void put_private_data(std::span<const iso8583::Pds> subelements) {
    const auto carriers = dialect_.pds_carriers();
    auto texts = iso8583::write_pds(subelements, carriers.size());
    if (!texts) return fail(48, "private data does not fit");
    for (std::size_t i = 0; i < texts->size() && i < carriers.size(); ++i) {
      if (!(*texts)[i].empty()) put(carriers[i], std::move((*texts)[i]));
    }
  }

  // For PDS 0148: every currency that was put, once.
  std::string_view exponents() const { return exponents_; }

 private:
  void fail(int field, std::string_view reason) {
    if (!error_) error_ = WriteError{fmt::format("field {} {}", field, reason)};
  }

  const iso8583::Dialect& dialect_;
  iso8583::Message message_;
  std::deque<std::string> texts_;  // never moves what is in it
  std::string exponents_;
  std::optional<WriteError> error_;
};

void put_record(const ClearingRecord& record, MessageBuilder& builder) {
  const bool is_ipm = record.message_type == "1240" || record.message_type == "1442";
  builder.message().set_mti(is_ipm ? record.message_type.view() : "1240");
  builder.put_text(2, record.pan);
  builder.put_text(3, record.processing_code);
  builder.put_money(4, 49, record.amount);
  builder.put_money(5, 50, record.settlement);
  builder.put_money(6, 51, record.billing);
  if (record.local_time) builder.put(12, to_compact_text(*record.local_time));
  builder.put_text(24, is_ipm ? record.function_code.view() : "200");
  if (!record.final) builder.put(25, "1403");
  builder.put_text(26, record.mcc);
  builder.put_text(31, record.arn);
  builder.put_text(32, record.acquirer);
  builder.put_text(37, record.rrn);
  builder.put_text(38, record.auth_code);
  builder.put_text(41, record.terminal);
  builder.put_text(42, record.merchant);
  if (!record.merchant_name.empty()) {
    // Behind the name the street and the city, then postcode, state and country: none is known.
    builder.put_text(
        43, fmt::format("{0}{1}{1}{1}{2:16}", record.merchant_name.view(), place_separator, ""));
  }
  if (!record.lifecycle_id.empty()) {
    builder.put_text(63, fmt::format(" {:<15}", record.lifecycle_id.view()));
  }

  std::vector<iso8583::Pds> subelements;
  // 'R' and the date of the original: the nearest that a record carries is its own.
  const std::string reversal_indicator = fmt::format(
      "R{:.6}", record.local_time ? to_compact_text(*record.local_time) : std::string("000000"));
  if (record.reversal) {
    subelements.push_back({pds::message_reversal_indicator, reversal_indicator});
  }
  subelements.push_back({pds::currency_exponents, builder.exponents()});
  builder.put_private_data(subelements);
}

}  // namespace

result<void, WriteError> IpmWriter::write(const ClearingRecord& record) {
  if (auto header = ensure_header(); !header) return header;
  MessageBuilder builder(*dialect_);
  put_record(record, builder);
  if (builder.error()) return *builder.error();
  const std::string message_number = fmt::format("{:08}", messages_ + 1);
  builder.message().set(71, message_number);
  auto written = write_message(builder.message());
  if (!written) return written;
  amount_sum_ = (amount_sum_ + static_cast<std::uint64_t>(record.amount.amount)) %
                static_cast<std::uint64_t>(amount_sum_limit);
  return {};
}

result<void, WriteError> IpmWriter::finish() {
  if (auto header = ensure_header(); !header) return header;
  const std::string checksum = fmt::format("{:016}", amount_sum_);
  const std::string count = fmt::format("{:08}", messages_ + 1);
  const std::array<iso8583::Pds, 3> subelements = {{{pds::file_id, options_.file_id},
                                                    {pds::file_amount_checksum, checksum},
                                                    {pds::file_message_count, count}}};
  if (auto trailer = write_control("695", subelements); !trailer) return trailer;
  if (!vbs_.finish()) return WriteError{"the file could not be written"};
  return {};
}

result<void, WriteError> IpmWriter::ensure_header() {
  if (header_written_) return {};
  const std::array<iso8583::Pds, 2> subelements = {
      {{pds::file_id, options_.file_id}, {pds::processing_mode, "T"}}};
  auto header = write_control("697", subelements);
  header_written_ = header.has_value();
  return header;
}

result<void, WriteError> IpmWriter::write_control(std::string_view function_code,
                                                  std::span<const iso8583::Pds> subelements) {
  MessageBuilder builder(*dialect_);
  builder.message().set_mti("1644");
  builder.put(24, std::string(function_code));
  builder.put_private_data(subelements);
  if (builder.error()) return *builder.error();
  builder.put(71, fmt::format("{:08}", messages_ + 1));
  return write_message(builder.message());
}

result<void, WriteError> IpmWriter::write_message(iso8583::Message& message) {
  const auto size = encode(*dialect_, message, buffer_);
  if (!size) return WriteError{to_string(size.error())};
  if (!vbs_.write(std::span(buffer_).first(*size))) {
    return WriteError{"the file could not be written"};
  }
  ++messages_;
  return {};
}

}  // namespace holdfast::clearing
