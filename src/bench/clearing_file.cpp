#include "bench/clearing_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>

#include "bench/population.hpp"
#include "clearing/ipm_writer.hpp"

namespace holdfast::bench {
namespace {

using clearing::ClearingRecord;

clearing::CivilTime civil_time(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return {static_cast<std::int16_t>(static_cast<int>(date.year())),
          static_cast<std::uint8_t>(static_cast<unsigned>(date.month())),
          static_cast<std::uint8_t>(static_cast<unsigned>(date.day())),
          static_cast<std::uint8_t>(clock.hours().count()),
          static_cast<std::uint8_t>(clock.minutes().count()),
          static_cast<std::uint8_t>(clock.seconds().count())};
}

engine::Money money(std::int64_t amount) {
  const std::string_view code = RequestMaker::constant_field(49);
  int numeric = 0;
  for (const char digit : code) numeric = 10 * numeric + (digit - '0');
  return {amount, engine::CurrencyCode::trusted(static_cast<std::uint16_t>(numeric))};
}

// 23 digits: 2, the acquirer, the sequence with zeros on the left. Real ones have a date and a
// check digit, which nobody looks at.
std::string arn_text(std::uint64_t sequence) {
  return fmt::format("2{}{:016}", RequestMaker::constant_field(32), sequence);
}

std::string rrn_text(std::uint64_t sequence) {
  return fmt::format("{:0{}}", sequence, sequence_digits);
}

// PDS 0105: type, date, processor, number of the file.
std::string file_id(std::chrono::sys_seconds day, unsigned number) {
  return fmt::format("001{:%y%m%d}{:0>11}{:05}", day, RequestMaker::constant_field(32), number);
}

template <std::size_t capacity>
void put(clearing::Text<capacity>& text, std::string_view value) {
  // Each is a field of an authorization, which has no more room than a record.
  static_cast<void>(text.assign(value));
}

}  // namespace

ClearingRecord presentment(const RequestMaker& requests, const ApprovedPurchase& approved) {
  const Purchase purchase = requests.purchase(approved.sequence);
  std::array<char, pan_digits> pan{};
  write_pan(pan, purchase.card);
  ClearingRecord record;
  put(record.message_type, "1240");
  put(record.function_code, "200");
  put(record.pan, {pan.data(), pan.size()});
  put(record.processing_code, RequestMaker::constant_field(3));
  record.amount = money(purchase.amount);
  record.local_time = civil_time(approved.local_time);
  put(record.mcc, RequestMaker::constant_field(18));
  put(record.arn, arn_text(approved.sequence));
  put(record.acquirer, RequestMaker::constant_field(32));
  put(record.rrn, rrn_text(approved.sequence));
  put(record.terminal, RequestMaker::terminal_text(purchase.terminal));
  put(record.merchant, RequestMaker::constant_field(42));
  put(record.lifecycle_id, RequestMaker::lifecycle_id_text(approved.sequence));
  return record;
}

Outcome<void> write_clearing_file(const std::filesystem::path& file, unsigned number,
                                  const iso8583::Dialect& dialect, const RequestMaker& requests,
                                  std::span<const ApprovedPurchase> purchases) {
  std::ofstream stream(file, std::ios::binary);
  clearing::IpmWriter writer(stream, dialect, {file_id(requests.local_time(), number), {}});
  for (const ApprovedPurchase& approved : purchases) {
    if (auto written = writer.write(presentment(requests, approved)); !written) {
      return Error{fmt::format("{}: {}", file.string(), written.error().detail)};
    }
  }
  const auto finished = writer.finish();
  stream.close();
  if (!finished || !stream) return Error{fmt::format("{}: cannot be written", file.string())};
  return {};
}

}  // namespace holdfast::bench
