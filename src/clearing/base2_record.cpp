#include "clearing/base2_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "clearing/base2_dates.hpp"
#include "clearing/field_checks.hpp"
#include "clearing/latin1.hpp"
#include "iso8583/mask.hpp"

namespace holdfast::clearing {

using std::chrono::sys_days;

namespace {

// Fields of a fixed place cannot be left out: blanks or zeros stand for what is not there.
bool is_unset(std::string_view value) {
  return value.find_first_not_of(' ') == std::string_view::npos ||
         value.find_first_not_of('0') == std::string_view::npos;
}

std::string_view without_leading_zeros(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

CivilTime start_of(sys_days date) {
  const std::chrono::year_month_day day(date);
  CivilTime time;
  time.year = static_cast<std::int16_t>(static_cast<int>(day.year()));
  time.month = static_cast<std::uint8_t>(static_cast<unsigned>(day.month()));
  time.day = static_cast<std::uint8_t>(static_cast<unsigned>(day.day()));
  return time;
}

std::string place_of(Base2Field field) {
  const Base2FieldLayout& layout = layout_of(field);
  std::string_view tcr = "TCR 0";
  if (layout.line == Base2LineKind::tcr1) tcr = "TCR 1";
  if (layout.line == Base2LineKind::tcr5) tcr = "TCR 5";
  return layout.first == layout.last
             ? fmt::format("{} ({}, {})", layout.name, tcr, layout.first)
             : fmt::format("{} ({}, {}-{})", layout.name, tcr, layout.first, layout.last);
}

// Takes the fields of a transaction one by one into a record. Each take_… is false once a field
// is wrong, and leaves the reason in `rejection`.
class Base2Fields {
 public:
  Base2Fields(const Base2Item& transaction, std::optional<sys_days> file_date,
              ClearingRecord& record, Rejection& rejection)
      : transaction_(transaction), file_date_(file_date), record_(record), rejection_(rejection) {}

  bool take_all() {
    return take_kind() && take_usage() && take_card() && take_amounts() && take_reference() &&
           take_texts() && take_sequence() && take_local_time();
  }

 private:
  bool reject(RejectionCode code, Base2Field field, std::string_view reason) {
    rejection_.code = code;
    rejection_.detail = fmt::format("field {}: {}", place_of(field), reason);
    return false;
  }
  bool missing(Base2Field field) {
    return reject(RejectionCode::missing_field, field, "is missing");
  }
  bool bad(Base2Field field, std::string_view reason) {
    return reject(RejectionCode::bad_field, field, reason);
  }
  bool unsupported(std::string detail) {
    rejection_.code = RejectionCode::unsupported_message;
    rejection_.detail = std::move(detail);
    return false;
  }

  // Empty where the transaction has no such component.
  std::string_view value(Base2Field field) const {
    std::size_t tcr = 0;
    if (layout_of(field).line == Base2LineKind::tcr1) tcr = 1;
    if (layout_of(field).line == Base2LineKind::tcr5) tcr = 5;
    const Base2Line* line = transaction_.find(tcr);
    return line == nullptr ? std::string_view() : value_of(*line, field);
  }

  template <std::size_t capacity>
  bool take_text(Base2Field field, Text<capacity>& out) {
    return assign_latin1(trimmed(value(field)), out) || bad(field, "too long");
  }
  // Holds are found by it: one of zeros is none.
  template <std::size_t capacity>
  bool take_id(Base2Field field, Text<capacity>& out) {
    return is_unset(value(field)) || take_text(field, out);
  }
  template <std::size_t capacity>
  bool take_digits(Base2Field field, Text<capacity>& out) {
    if (is_unset(value(field))) return true;
    return is_digits(value(field)) ? take_text(field, out) : bad(field, "not digits");
  }

  bool take_kind() {
    const std::string_view code = value(Base2Field::transaction_code);
    if (!is_base2_draft(code)) {
      return unsupported(fmt::format("transaction code {} does not clear", code));
    }
    const std::string_view qualifier = value(Base2Field::qualifier);
    if (!is_digits(qualifier)) return bad(Base2Field::qualifier, "not a digit");
    std::string_view presentment_code = code;
    for (const Base2Reversal& reversal : base2_reversals) {
      if (reversal.transaction_code != code) continue;
      presentment_code = reversal.presentment_code;
      record_.reversal = true;
    }
    // A qualifier that makes no other operation leaves the code's own.
    for (const Base2Operation& operation : base2_operations) {
      if (operation.transaction_code != presentment_code) continue;
      if (operation.qualifier != '0' && operation.qualifier != qualifier[0]) continue;
      static_cast<void>(record_.processing_code.assign(operation.processing_code));
    }
    return take_text(Base2Field::transaction_code, record_.message_type);
  }

  bool take_usage() {
    const std::string_view usage = value(Base2Field::usage_code);
    if (usage == "1" || usage == " ") return true;
    if (usage != "2") return unsupported("a draft of this usage code does not clear");
    record_.kind = RecordKind::second_presentment;
    // Else it would be the first presentment once more.
    return take_text(Base2Field::usage_code, record_.function_code);
  }

  // The extension has digits 17 to 19, filled with zeros behind. How many of them are the card's,
  // its check digit tells; where it does not, all are.
  static std::string card_number(std::string_view number, std::string_view extension) {
    if (extension.find_first_not_of('0') == std::string_view::npos) {
      return std::string(without_leading_zeros(number));
    }
    std::string longest = fmt::format("{}{}", number, extension);
    for (std::string pan = longest;; pan.pop_back()) {
      if (iso8583::is_luhn_valid(pan)) return pan;
      if (pan.back() != '0') return longest;
    }
  }

  bool take_card() {
    const std::string_view number = value(Base2Field::account_number);
    const std::string_view extension = value(Base2Field::account_number_extension);
    if (is_unset(number)) return missing(Base2Field::account_number);
    if (!is_unset(extension) && !is_digits(trimmed(extension))) {
      return bad(Base2Field::account_number_extension, "not digits");
    }
    const bool assigned = record_.pan.assign(card_number(number, trimmed(extension)));
    return (assigned && is_pan(record_.pan)) ||
           bad(Base2Field::account_number, "not a card number");
  }

  bool take_amounts() {
    std::optional<engine::Money> amount;
    if (!take_money(Base2Field::source_amount, Base2Field::source_currency, amount)) return false;
    if (!amount) return missing(Base2Field::source_amount);
    record_.amount = *amount;
    return take_money(Base2Field::destination_amount, Base2Field::destination_currency,
                      record_.billing);
  }

  // Neither an amount nor a currency is no money; zero of a currency is zero.
  bool take_money(Base2Field amount_field, Base2Field currency_field,
                  std::optional<engine::Money>& out) {
    const bool has_currency = !is_unset(value(currency_field));
    if (is_unset(value(amount_field)) && !has_currency) return true;
    const auto amount = number_from(value(amount_field));
    if (!amount) return bad(amount_field, "not an amount");
    if (!has_currency) return missing(currency_field);
    const auto code = number_from(value(currency_field));
    const auto currency =
        code ? engine::CurrencyCode::from_numeric(static_cast<int>(*code)) : std::nullopt;
    if (!currency) {
      return reject(RejectionCode::unknown_currency, currency_field, "not in ISO 4217");
    }
    out = engine::Money{*amount, *currency};
    return true;
  }

  // Records are told apart by it, so a part of one is none.
  bool take_reference() {
    const std::string_view acquirer = value(Base2Field::acquirer_business_id);
    if (!is_unset(acquirer) && !is_digits(acquirer)) {
      return bad(Base2Field::acquirer_business_id, "not digits");
    }
    return take_digits(Base2Field::acquirer_reference_number, record_.arn) &&
           (is_unset(acquirer) || record_.acquirer.assign(without_leading_zeros(acquirer)));
  }

  bool take_texts() {
    return take_digits(Base2Field::merchant_category_code, record_.mcc) &&
           take_id(Base2Field::authorization_code, record_.auth_code) &&
           take_id(Base2Field::transaction_identifier, record_.lifecycle_id) &&
           take_text(Base2Field::card_acceptor_id, record_.merchant) &&
           take_text(Base2Field::terminal_id, record_.terminal);
  }

  // Nothing where a digit is missing; 0 where the field is unset.
  std::optional<std::int64_t> small_number(Base2Field field) const {
    return is_unset(value(field)) ? 0 : number_from(value(field));
  }

  bool take_sequence() {
    const auto number = small_number(Base2Field::clearing_sequence_number);
    const auto count = small_number(Base2Field::clearing_sequence_count);
    if (!number) return bad(Base2Field::clearing_sequence_number, "not digits");
    if (!count) return bad(Base2Field::clearing_sequence_count, "not digits");
    if (*count > 0) record_.sequence = static_cast<std::uint32_t>(*number);
    record_.final = !(0 < *number && *number < *count);
    return true;
  }

  bool take_local_time() {
    const std::string_view processed = value(Base2Field::central_processing_date);
    const std::string_view purchase = value(Base2Field::purchase_date);
    if (!is_unset(processed) && !is_digits(processed)) {
      return bad(Base2Field::central_processing_date, "not digits");
    }
    if (is_unset(purchase) || !file_date_) return true;
    const auto processing_date =
        is_unset(processed) ? file_date_ : base2_processing_date(processed, *file_date_);
    if (!processing_date) return bad(Base2Field::central_processing_date, "no such day");
    const auto date = base2_purchase_date(purchase, *processing_date);
    if (!date) return bad(Base2Field::purchase_date, "no such day");
    record_.local_time = start_of(*date);
    return true;
  }

  const Base2Item& transaction_;
  std::optional<sys_days> file_date_;
  ClearingRecord& record_;
  Rejection& rejection_;
};

}  // namespace

bool is_base2_draft(std::string_view transaction_code) {
  return std::any_of(base2_reversals.begin(), base2_reversals.end(),
                     [transaction_code](const Base2Reversal& reversal) {
                       return transaction_code == reversal.transaction_code ||
                              transaction_code == reversal.presentment_code;
                     });
}

FileItem normalise(const Base2Item& transaction, std::optional<sys_days> file_date,
                   std::uint64_t number) {
  Rejection rejection;
  rejection.number = number;
  if (!transaction.is_readable()) {
    rejection.detail = fmt::format(
        "the transaction at offset {} has a line without a transaction code and component",
        transaction.offset());
    return rejection;
  }
  ClearingRecord record;
  record.number = number;
  if (!Base2Fields(transaction, file_date, record, rejection).take_all()) return rejection;
  return record;
}

void Base2Totals::count(const Base2Item& item) {
  components += static_cast<std::int64_t>(item.line_count());
  ++transactions;
  if (item.role() != Base2Role::transaction) return;
  const bool is_draft =
      item.is_readable() && is_base2_draft(value_of(item.first(), Base2Field::transaction_code));
  monetary_known &= is_draft;
  const auto destination = number_from(value_of(item.first(), Base2Field::destination_amount));
  const auto source = number_from(value_of(item.first(), Base2Field::source_amount));
  amounts_known &= is_draft && destination && source;
  if (!is_draft) return;
  ++monetary_transactions;
  destination_amount = (destination_amount + destination.value_or(0)) % base2_hash_total_limit;
  source_amount = (source_amount + source.value_or(0)) % base2_hash_total_limit;
}

void Base2Totals::add(const Base2Totals& batch) {
  destination_amount = (destination_amount + batch.destination_amount) % base2_hash_total_limit;
  source_amount = (source_amount + batch.source_amount) % base2_hash_total_limit;
  monetary_transactions += batch.monetary_transactions;
  components += batch.components;
  transactions += batch.transactions;
  amounts_known &= batch.amounts_known;
  monetary_known &= batch.monetary_known;
}

std::string disagreement(const Base2Line& trailer, const Base2Totals& counted,
                         std::string_view name, std::string_view of) {
  struct Check {
    Base2Field field;
    std::int64_t counted;
    bool known;
  };
  const std::array<Check, 5> checks = {{
      {Base2Field::transaction_count, counted.transactions, true},
      {Base2Field::component_count, counted.components, true},
      {Base2Field::monetary_transactions, counted.monetary_transactions, counted.monetary_known},
      {Base2Field::trailer_destination_amount, counted.destination_amount, counted.amounts_known},
      {Base2Field::trailer_source_amount, counted.source_amount, counted.amounts_known},
  }};
  for (const Check& check : checks) {
    if (!check.known) continue;
    const std::string_view field = layout_of(check.field).name;
    const auto stated = number_from(value_of(trailer, check.field));
    if (!stated) return fmt::format("{}: its {} is not a number", name, field);
    if (*stated == check.counted) continue;
    return fmt::format("{}: its {} is {}, {} has {}", name, field, *stated, of, check.counted);
  }
  return {};
}

}  // namespace holdfast::clearing
