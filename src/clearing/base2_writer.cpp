#include "clearing/base2_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "clearing/base2_dates.hpp"
#include "clearing/field_checks.hpp"
#include "clearing/latin1.hpp"
#include "iso8583/ebcdic.hpp"
#include "rules/processing_code.hpp"

namespace holdfast::clearing {

using boost::system::result;
using std::chrono::sys_days;

namespace {

// A line under construction. The first value that does not fit is kept as the error.
class LineBuilder {
 public:
  LineBuilder(Base2LineKind kind, std::string_view code, char qualifier, char component) {
    line_.fill(' ');
    for (const Base2FieldLayout& layout : base2_layout) {
      if (layout.line == kind) put(layout.field, layout.written);
    }
    put(Base2Field::transaction_code, code);
    if (kind == Base2LineKind::header) return;
    put(Base2Field::qualifier, {&qualifier, 1});
    put(Base2Field::component, {&component, 1});
  }

  void put(Base2Field field, std::string_view value) {
    const Base2FieldLayout& layout = layout_of(field);
    const bool right = layout.fill == Base2Fill::digits;
    if (value.size() > layout.size()) return fail(field, "is too long");
    if (right && !is_digits(value)) return fail(field, "is not digits");
    const auto begin = line_.begin() + static_cast<std::ptrdiff_t>(layout.first - 1);
    const auto end = begin + static_cast<std::ptrdiff_t>(layout.size());
    std::fill(begin, end, right ? '0' : ' ');
    std::copy(value.begin(), value.end(),
              right ? end - static_cast<std::ptrdiff_t>(value.size()) : begin);
  }
  void put(Base2Field field, std::int64_t number) { put(field, fmt::to_string(number)); }

  void put_utf8(Base2Field field, std::string_view utf8) {
    const auto latin1 = to_latin1(utf8);
    if (!latin1) return fail(field, "is not latin-1");
    put(field, *latin1);
  }

  void put_money(Base2Field amount, Base2Field currency, const engine::Money& money) {
    if (money.amount < 0) return fail(amount, "is negative");
    put(amount, money.amount);
    put(currency, std::int64_t{money.currency.numeric()});
  }

  void fail(Base2Field field, std::string_view reason) {
    if (!error_) error_ = WriteError{fmt::format("{} {}", layout_of(field).name, reason)};
  }

  const Base2Line& line() const { return line_; }
  const std::optional<WriteError>& error() const { return error_; }

 private:
  Base2Line line_{};
  std::optional<WriteError> error_;
};

sys_days date_of(const CivilTime& time) {
  return sys_days(std::chrono::year(time.year) / time.month / time.day);
}

std::string yyddd(sys_days date) {
  const std::chrono::year year = std::chrono::year_month_day(date).year();
  const auto day = (date - sys_days(year / 1 / 1)).count() + 1;
  return fmt::format("{:02}{:03}", static_cast<int>(year) % 100, day);
}

// Null where the processing code is for nothing that clears.
const Base2Operation* operation_for(std::string_view processing_code) {
  const auto with_code = [](std::string_view code) {
    return std::find_if(base2_operations.begin(), base2_operations.end(),
                        [code](const Base2Operation& known) {
                          return known.processing_code.substr(0, 2) == code.substr(0, 2);
                        });
  };
  auto found = with_code(processing_code);
  const engine::Operation operation = operation_of(processing_code);
  if (found == base2_operations.end() && engine::is_debit(operation)) found = with_code("00");
  if (found == base2_operations.end() && engine::is_top_up(operation)) found = with_code("26");
  return found == base2_operations.end() ? nullptr : &*found;
}

std::string_view code_of(const Base2Operation& operation, bool reversal) {
  if (!reversal) return operation.transaction_code;
  return std::find_if(base2_reversals.begin(), base2_reversals.end(),
                      [&operation](const Base2Reversal& known) {
                        return known.presentment_code == operation.transaction_code;
                      })
      ->transaction_code;
}

void put_card(std::string_view pan, LineBuilder& draft) {
  constexpr std::size_t number_size = layout_of(Base2Field::account_number).size();
  constexpr std::size_t extended_size =
      number_size + layout_of(Base2Field::account_number_extension).size();
  const std::string_view number = pan.substr(0, number_size);
  const std::string_view extension = pan.substr(number.size());
  const bool fits = extension.empty() ? !number.starts_with('0')
                                      : pan.size() == extended_size && extension != "000";
  if (!fits) return draft.fail(Base2Field::account_number, "cannot be told from its fill");
  draft.put(Base2Field::account_number, number);
  draft.put(Base2Field::account_number_extension, extension);
}

void put_dates(const ClearingRecord& record, sys_days processing_date, LineBuilder& draft) {
  draft.put(Base2Field::central_processing_date, yyddd(processing_date).substr(1));
  if (!record.local_time) return;
  const std::string date =
      fmt::format("{:02}{:02}", record.local_time->month, record.local_time->day);
  if (base2_purchase_date(date, processing_date) != date_of(*record.local_time)) {
    return draft.fail(Base2Field::purchase_date, "is not within the year before the processing");
  }
  draft.put(Base2Field::purchase_date, date);
}

void put_sequence(const ClearingRecord& record, LineBuilder& draft) {
  if (!record.sequence && record.final) return;
  if (record.sequence.value_or(0) == 0) {
    return draft.fail(Base2Field::clearing_sequence_number, "of a part is missing");
  }
  const std::int64_t number = *record.sequence;
  draft.put(Base2Field::clearing_sequence_number, number);
  draft.put(Base2Field::clearing_sequence_count, record.final ? number : number + 1);
}

}  // namespace

Base2Writer::Base2Writer(std::ostream& out, Base2FileOptions options)
    : out_(&out), options_(std::move(options)) {}

result<void, WriteError> Base2Writer::write(const ClearingRecord& record) {
  const Base2Operation* operation = operation_for(record.processing_code);
  if (operation == nullptr || record.kind == RecordKind::chargeback) {
    return WriteError{"Base II has no draft for such a record"};
  }
  const std::string_view code = code_of(*operation, record.reversal);
  LineBuilder tcr0(Base2LineKind::tcr0, code, operation->qualifier, '0');
  put_card(record.pan, tcr0);
  tcr0.put(Base2Field::acquirer_reference_number, record.arn);
  tcr0.put(Base2Field::acquirer_business_id, record.acquirer);
  put_dates(record, date_of(options_.processing_date), tcr0);
  tcr0.put_money(Base2Field::source_amount, Base2Field::source_currency, record.amount);
  if (record.billing) {
    tcr0.put_money(Base2Field::destination_amount, Base2Field::destination_currency,
                   *record.billing);
  }
  tcr0.put(Base2Field::merchant_category_code, record.mcc);
  if (record.kind == RecordKind::second_presentment) tcr0.put(Base2Field::usage_code, "2");
  tcr0.put_utf8(Base2Field::authorization_code, record.auth_code);

  LineBuilder tcr1(Base2LineKind::tcr1, code, operation->qualifier, '1');
  tcr1.put_utf8(Base2Field::card_acceptor_id, record.merchant);
  tcr1.put_utf8(Base2Field::terminal_id, record.terminal);

  LineBuilder tcr5(Base2LineKind::tcr5, code, operation->qualifier, '5');
  tcr5.put_utf8(Base2Field::transaction_identifier, record.lifecycle_id);
  tcr5.put_money(Base2Field::authorized_amount, Base2Field::authorization_currency, record.amount);
  tcr5.put(Base2Field::total_authorized_amount, record.amount.amount);
  put_sequence(record, tcr5);

  for (const LineBuilder* component : {&tcr0, &tcr1, &tcr5}) {
    if (component->error()) return *component->error();
  }
  if (auto header = ensure_header(); !header) return header;
  for (const LineBuilder* component : {&tcr0, &tcr1, &tcr5}) {
    if (auto written = write_line(component->line()); !written) return written;
  }
  Base2Item draft;
  draft.begin(tcr0.line(), 0);
  draft.add(tcr1.line());
  draft.add(tcr5.line());
  batch_.count(draft);
  if (static_cast<std::uint64_t>(batch_.transactions) < options_.batch_size) return {};
  return end_batch();
}

result<void, WriteError> Base2Writer::finish() {
  if (auto header = ensure_header(); !header) return header;
  if (batch_.transactions > 0) {
    if (auto ended = end_batch(); !ended) return ended;
  }
  return write_trailer("92", file_);
}

result<void, WriteError> Base2Writer::ensure_header() {
  if (header_written_) return {};
  LineBuilder header(Base2LineKind::header, "90", '0', '0');
  header.put(Base2Field::header_bin, options_.bin);
  header.put(Base2Field::header_processing_date, yyddd(date_of(options_.processing_date)));
  header.put(Base2Field::outgoing_file_id, options_.file_id);
  if (header.error()) return *header.error();
  auto written = write_line(header.line());
  header_written_ = written.has_value();
  return written;
}

result<void, WriteError> Base2Writer::end_batch() {
  ++batches_;
  if (auto trailer = write_trailer("91", batch_); !trailer) return trailer;
  file_.add(std::exchange(batch_, {}));
  return {};
}

// Counts the trailer in.
result<void, WriteError> Base2Writer::write_trailer(std::string_view code, Base2Totals& totals) {
  ++totals.components;
  ++totals.transactions;
  LineBuilder trailer(Base2LineKind::trailer, code, '0', '0');
  trailer.put(Base2Field::trailer_bin, options_.bin);
  trailer.put(Base2Field::trailer_processing_date, yyddd(date_of(options_.processing_date)));
  trailer.put(Base2Field::trailer_destination_amount, totals.destination_amount);
  trailer.put(Base2Field::monetary_transactions, totals.monetary_transactions);
  trailer.put(Base2Field::batch_number, static_cast<std::int64_t>(batches_));
  trailer.put(Base2Field::component_count, totals.components);
  trailer.put(Base2Field::centre_batch_id, static_cast<std::int64_t>(batches_));
  trailer.put(Base2Field::transaction_count, totals.transactions);
  trailer.put(Base2Field::trailer_source_amount, totals.source_amount);
  if (trailer.error()) return *trailer.error();
  return write_line(trailer.line());
}

result<void, WriteError> Base2Writer::write_line(const Base2Line& line) {
  std::string bytes(line.begin(), line.end());
  if (options_.line_end == Base2LineEnd::crlf) bytes += '\r';
  if (options_.line_end != Base2LineEnd::none) bytes += '\n';
  if (options_.code_page == CodePage::cp500) {
    iso8583::convert_latin1_to_cp500({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  }
  out_->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out_->good()) return WriteError{"the file could not be written"};
  return {};
}

}  // namespace holdfast::clearing
