// Where the fields of Visa Base II lie. A file is lines of 168 characters; a draft is the lines
// (transaction component records, TCR) 0, 1, 5 and others of one transaction. Reader and writer
// know positions from this table alone; docs/base2.md is written from it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::clearing {

inline constexpr std::size_t base2_line_size = 168;
using Base2Line = std::array<char, base2_line_size>;  // latin-1, without its end

enum class Base2LineKind : std::uint8_t { any, header, tcr0, tcr1, tcr5, trailer };

enum class Base2Field : std::uint8_t {
  transaction_code,
  qualifier,
  component,
  header_bin,
  header_processing_date,
  test_option,
  outgoing_file_id,
  account_number,
  account_number_extension,
  floor_limit_indicator,
  acquirer_reference_number,
  acquirer_business_id,
  purchase_date,
  destination_amount,
  destination_currency,
  source_amount,
  source_currency,
  merchant_category_code,
  merchant_zip,
  usage_code,
  reason_code,
  settlement_flag,
  authorization_code,
  central_processing_date,
  reimbursement_attribute,
  card_acceptor_id,
  terminal_id,
  cashback,
  transaction_identifier,
  authorized_amount,
  authorization_currency,
  authorization_response_code,
  clearing_sequence_number,
  clearing_sequence_count,
  total_authorized_amount,
  trailer_bin,
  trailer_processing_date,
  trailer_destination_amount,
  monetary_transactions,
  batch_number,
  component_count,
  reserved_behind_components,
  centre_batch_id,
  transaction_count,
  reserved_behind_transactions,
  trailer_source_amount,
  reserved_behind_source_amount,
};

// How a value stands in a field that is longer: digits to the right behind zeros, text to the left
// before blanks.
enum class Base2Fill : std::uint8_t { digits, text };

struct Base2FieldLayout {
  Base2Field field;
  Base2LineKind line;
  std::string_view name;
  std::size_t first;  // positions count from 1, and include the last
  std::size_t last;
  Base2Fill fill;
  std::string_view written = "";  // what the writer puts where the record says nothing

  constexpr std::size_t size() const { return last - first + 1; }
};

// clang-format off
inline constexpr auto base2_layout = std::to_array<Base2FieldLayout>({
    {Base2Field::transaction_code, Base2LineKind::any, "transaction code", 1, 2, Base2Fill::digits},
    {Base2Field::qualifier, Base2LineKind::any, "transaction code qualifier", 3, 3, Base2Fill::digits},
    {Base2Field::component, Base2LineKind::any, "transaction component", 4, 4, Base2Fill::digits},

    {Base2Field::header_bin, Base2LineKind::header, "centre information block", 3, 8, Base2Fill::digits},
    {Base2Field::header_processing_date, Base2LineKind::header, "processing date", 9, 13, Base2Fill::digits},
    {Base2Field::test_option, Base2LineKind::header, "test option", 30, 33, Base2Fill::text, "TEST"},
    {Base2Field::outgoing_file_id, Base2LineKind::header, "outgoing file id", 77, 79, Base2Fill::digits},

    {Base2Field::account_number, Base2LineKind::tcr0, "account number", 5, 20, Base2Fill::digits},
    {Base2Field::account_number_extension, Base2LineKind::tcr0, "account number extension", 21, 23, Base2Fill::digits},
    {Base2Field::floor_limit_indicator, Base2LineKind::tcr0, "floor limit indicator", 24, 24, Base2Fill::text, "Z"},
    {Base2Field::acquirer_reference_number, Base2LineKind::tcr0, "acquirer reference number", 27, 49, Base2Fill::digits},
    {Base2Field::acquirer_business_id, Base2LineKind::tcr0, "acquirer's business id", 50, 57, Base2Fill::digits},
    {Base2Field::purchase_date, Base2LineKind::tcr0, "purchase date", 58, 61, Base2Fill::digits},
    {Base2Field::destination_amount, Base2LineKind::tcr0, "destination amount", 62, 73, Base2Fill::digits},
    {Base2Field::destination_currency, Base2LineKind::tcr0, "destination currency", 74, 76, Base2Fill::digits},
    {Base2Field::source_amount, Base2LineKind::tcr0, "source amount", 77, 88, Base2Fill::digits},
    {Base2Field::source_currency, Base2LineKind::tcr0, "source currency", 89, 91, Base2Fill::digits},
    {Base2Field::merchant_category_code, Base2LineKind::tcr0, "merchant category code", 133, 136, Base2Fill::digits},
    {Base2Field::merchant_zip, Base2LineKind::tcr0, "merchant ZIP code", 137, 141, Base2Fill::digits},
    {Base2Field::usage_code, Base2LineKind::tcr0, "usage code", 147, 147, Base2Fill::digits, "1"},
    {Base2Field::reason_code, Base2LineKind::tcr0, "reason code", 148, 149, Base2Fill::digits},
    {Base2Field::settlement_flag, Base2LineKind::tcr0, "settlement flag", 150, 150, Base2Fill::digits},
    {Base2Field::authorization_code, Base2LineKind::tcr0, "authorization code", 152, 157, Base2Fill::text},
    {Base2Field::central_processing_date, Base2LineKind::tcr0, "central processing date", 164, 167, Base2Fill::digits},
    {Base2Field::reimbursement_attribute, Base2LineKind::tcr0, "reimbursement attribute", 168, 168, Base2Fill::digits},

    {Base2Field::card_acceptor_id, Base2LineKind::tcr1, "card acceptor id", 81, 95, Base2Fill::text},
    {Base2Field::terminal_id, Base2LineKind::tcr1, "terminal id", 96, 103, Base2Fill::text},
    {Base2Field::cashback, Base2LineKind::tcr1, "cashback", 158, 166, Base2Fill::digits},

    {Base2Field::transaction_identifier, Base2LineKind::tcr5, "transaction identifier", 5, 19, Base2Fill::text},
    {Base2Field::authorized_amount, Base2LineKind::tcr5, "authorized amount", 20, 31, Base2Fill::digits},
    {Base2Field::authorization_currency, Base2LineKind::tcr5, "authorization currency", 32, 34, Base2Fill::digits},
    {Base2Field::authorization_response_code, Base2LineKind::tcr5, "authorization response code", 35, 36, Base2Fill::digits},
    {Base2Field::clearing_sequence_number, Base2LineKind::tcr5, "multiple clearing sequence number", 45, 46, Base2Fill::digits},
    {Base2Field::clearing_sequence_count, Base2LineKind::tcr5, "multiple clearing sequence count", 47, 48, Base2Fill::digits},
    {Base2Field::total_authorized_amount, Base2LineKind::tcr5, "total authorized amount", 50, 61, Base2Fill::digits},

    {Base2Field::trailer_bin, Base2LineKind::trailer, "centre information block", 5, 10, Base2Fill::digits},
    {Base2Field::trailer_processing_date, Base2LineKind::trailer, "processing date", 11, 15, Base2Fill::digits},
    {Base2Field::trailer_destination_amount, Base2LineKind::trailer, "destination amount", 16, 30, Base2Fill::digits},
    {Base2Field::monetary_transactions, Base2LineKind::trailer, "number of monetary transactions", 31, 42, Base2Fill::digits},
    {Base2Field::batch_number, Base2LineKind::trailer, "batch number", 43, 48, Base2Fill::digits},
    {Base2Field::component_count, Base2LineKind::trailer, "number of TCRs", 49, 60, Base2Fill::digits},
    {Base2Field::reserved_behind_components, Base2LineKind::trailer, "reserved", 61, 66, Base2Fill::digits},
    {Base2Field::centre_batch_id, Base2LineKind::trailer, "centre batch id", 67, 74, Base2Fill::digits},
    {Base2Field::transaction_count, Base2LineKind::trailer, "number of transactions", 75, 83, Base2Fill::digits},
    {Base2Field::reserved_behind_transactions, Base2LineKind::trailer, "reserved", 84, 101, Base2Fill::digits},
    {Base2Field::trailer_source_amount, Base2LineKind::trailer, "source amount", 102, 116, Base2Fill::digits},
    {Base2Field::reserved_behind_source_amount, Base2LineKind::trailer, "reserved", 117, 161, Base2Fill::digits},
});
// clang-format on

constexpr const Base2FieldLayout& layout_of(Base2Field field) {
  return base2_layout[static_cast<std::size_t>(field)];
}

// What the line holds in the field, fill and all.
constexpr std::string_view value_of(const Base2Line& line, Base2Field field) {
  const Base2FieldLayout& layout = layout_of(field);
  return {line.data() + layout.first - 1, layout.size()};
}

constexpr bool base2_layout_is_sound() {
  for (std::size_t i = 0; i < base2_layout.size(); ++i) {
    const Base2FieldLayout& layout = base2_layout[i];
    if (static_cast<std::size_t>(layout.field) != i) return false;
    if (layout.first < 1 || layout.last < layout.first || layout.last > base2_line_size) {
      return false;
    }
    if (layout.written.size() > layout.size()) return false;
    // Within a kind of line, fields stand in order and do not overlap.
    const bool follows = i > 0 && base2_layout[i - 1].line == layout.line;
    if (follows && layout.first <= base2_layout[i - 1].last) return false;
  }
  return true;
}
static_assert(base2_layout_is_sound());

}  // namespace holdfast::clearing
