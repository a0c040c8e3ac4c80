#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <sstream>

#include "clearing/base2_dates.hpp"
#include "clearing/base2_layout.hpp"
#include "clearing/jsonl_record.hpp"
#include "clearing/record_command.hpp"
#include "clearing_support.hpp"
#include "iso8583/ebcdic.hpp"

namespace holdfast::clearing {
namespace {

using test::Outcome;
using test::read_all;

using Lines = std::vector<std::string>;

// The sample's: a header, five drafts of three lines, the trailers of the batch and of the file.
Lines sample_lines() {
  Lines lines;
  std::istringstream bytes(test::vector_bytes("drafts.ctf"));
  for (std::string line; std::getline(bytes, line);) lines.push_back(line);
  REQUIRE(lines.size() == 18);
  return lines;
}
constexpr std::size_t batch_trailer = 16;
constexpr std::size_t file_trailer = 17;

std::string joined(const Lines& lines, std::string_view line_end = "\n") {
  std::string bytes;
  for (const std::string& line : lines) bytes += fmt::format("{}{}", line, line_end);
  return bytes;
}

std::string in_ebcdic(std::string bytes) {
  iso8583::convert_latin1_to_cp500({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

// As it stands there: the value has the field's size.
void set_field(std::string& line, Base2Field field, std::string_view value) {
  const Base2FieldLayout& layout = layout_of(field);
  REQUIRE(value.size() == layout.size());
  line.replace(layout.first - 1, layout.size(), value);
}

std::string_view field_of(std::string_view line, Base2Field field) {
  const Base2FieldLayout& layout = layout_of(field);
  return line.substr(layout.first - 1, layout.size());
}

// The line of the first draft that the field is in.
std::string& line_with(Lines& lines, Base2Field field) {
  switch (layout_of(field).line) {
    case Base2LineKind::tcr1:
      return lines[2];
    case Base2LineKind::tcr5:
      return lines[3];
    default:
      return lines[1];
  }
}

Outcome read_with(Base2Field field, std::string_view value) {
  Lines lines = sample_lines();
  set_field(line_with(lines, field), field, value);
  return read_all(joined(lines));
}

TEST_CASE("base2: the sample gives exactly its expected records, however it is written",
          "[clearing]") {
  const auto expected = boost::json::parse(test::vector_bytes("drafts.ctf.expect.json"));
  struct Variant {
    std::string bytes;
    Base2Layout layout;
  };
  const Lines lines = sample_lines();
  const std::vector<Variant> variants = {
      {joined(lines, "\n"), {CodePage::latin1, true}},
      {joined(lines, "\r\n"), {CodePage::latin1, true}},
      {joined(lines, ""), {CodePage::latin1, false}},
      {in_ebcdic(joined(lines, "\n")), {CodePage::cp500, true}},
      {in_ebcdic(joined(lines, "\r\n")), {CodePage::cp500, true}},
      {in_ebcdic(joined(lines, "\x85")), {CodePage::cp500, true}},  // NEL
      {in_ebcdic(joined(lines, "")), {CodePage::cp500, false}},
      {joined(lines, "\n") + "\r\n\n\x1A", {CodePage::latin1, true}},
      {joined(lines, "") + "\n", {CodePage::latin1, false}},
      {joined(lines, "\n").substr(0, 18 * 169 - 1), {CodePage::latin1, true}},
  };
  for (std::size_t i = 0; i < variants.size(); ++i) {
    INFO("variant " << i);
    for (const std::size_t read_size : {1U, 167U, 1'000'000U}) {
      const Outcome outcome = read_all(test::trickle_source(variants[i].bytes, read_size));
      REQUIRE_FALSE(outcome.error);
      CHECK(outcome.summary.format == Format::base2);
      CHECK(outcome.summary.base2 == variants[i].layout);
      CHECK(outcome.summary.file_id.text == outcome.summary.content_hash);
      CHECK(outcome.summary.file_id.text.starts_with("sha256:"));
      CHECK(outcome.summary.records == 5);
      CHECK(outcome.summary.trailer_detail == "");
      CHECK_FALSE(outcome.summary.trailer_mismatch);
      CHECK(outcome.rejections.empty());
      const auto& records = expected.at("records").as_array();
      REQUIRE(outcome.records.size() == records.size());
      for (std::size_t record = 0; record < records.size(); ++record) {
        CHECK(boost::json::parse(to_jsonl(outcome.records[record])) == records[record]);
        CHECK(outcome.records[record].number == record + 1);
        CHECK(outcome.records[record].message_type == (record < 3    ? "05"
                                                       : record == 3 ? "06"
                                                                     : "07"));
        CHECK(outcome.records[record].function_code.empty());
        CHECK(outcome.records[record].kind == RecordKind::first_presentment);
      }
    }
  }
}

TEST_CASE("base2: lines with the ends of ASCII in an EBCDIC file", "[clearing]") {
  std::string bytes;
  for (const std::string& line : sample_lines()) bytes += in_ebcdic(line) + "\r\n";
  const Outcome outcome = read_all(bytes);
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.records == read_all(test::vector_bytes("drafts.ctf")).records);
}

TEST_CASE("base2: the writer writes the sample, but for what records do not say", "[clearing]") {
  const Lines sample = sample_lines();
  std::ostringstream out;
  Base2FileOptions options;
  options.processing_date = *parse_iso_time("2026-11-22T00:00:00");
  Base2Writer writer(out, options);
  for (const ClearingRecord& record : read_all(joined(sample)).records) {
    REQUIRE(writer.write(record).has_value());
  }
  REQUIRE(writer.finish().has_value());
  std::istringstream written(std::move(out).str());
  for (std::string expected : sample) {
    std::string line;
    REQUIRE(std::getline(written, line));
    if (expected[0] == '0' && expected[3] == '0') {
      // Merchant, its city and country; authorization characteristics, terminal and entry mode.
      for (const auto& [first, last] : std::vector<std::pair<std::size_t, std::size_t>>{
               {92, 132}, {151, 151}, {158, 158}, {160, 160}, {162, 163}}) {
        expected.replace(first - 1, last - first + 1, last - first + 1, ' ');
      }
    }
    CHECK(line == expected);
  }
}

// A record that Base II can carry whole; processed on 2027-01-02.
ClearingRecord random_base2_record(std::mt19937_64& random, std::uint64_t number) {
  const auto pick = [&random](std::initializer_list<const char*> values) {
    return std::string_view(values.begin()[random() % values.size()]);
  };
  const auto money = [&] {
    return engine::Money{static_cast<std::int64_t>(random() % 1'000'000'000'000),
                         *engine::CurrencyCode::from_alpha(pick({"RUB", "EUR", "JPY", "KWD"}))};
  };
  ClearingRecord record;
  record.number = number;
  const auto operation = base2_operations[random() % base2_operations.size()];
  test::set(record.processing_code, operation.processing_code);
  record.reversal = random() % 4 == 0;
  test::set(record.message_type,
            fmt::format("{}{}", record.reversal ? '2' : '0', operation.transaction_code[1]));
  switch (random() % 4) {
    case 0:
      test::set(record.pan, fmt::format("4{:012}", random() % 1'000'000'000'000));
      break;
    case 1:
      test::set(record.pan, fmt::format("4{:017}1", random() % 100'000'000'000'000'000));
      break;
    default:
      test::set(record.pan, fmt::format("4{:015}", random() % 1'000'000'000'000'000));
      break;
  }
  if (random() % 8 == 0) {
    record.kind = RecordKind::second_presentment;
    test::set(record.function_code, "2");
  }
  record.amount = money();
  if (random() % 2 == 0) record.billing = money();
  if (random() % 4 != 0) {
    record.local_time = parse_iso_time(
        fmt::format("{}T00:00:00",
                    pick({"2027-01-02", "2027-01-03", "2026-12-31", "2026-02-28", "2026-01-04"})));
  }
  if (random() % 4 != 0) test::set(record.auth_code, pick({"A00001", "12345", "A B"}));
  if (random() % 8 != 0) test::set(record.arn, fmt::format("7{:022}", number));
  if (random() % 4 != 0) test::set(record.lifecycle_id, fmt::format("{:015}", 3063 + number));
  if (random() % 8 != 0) test::set(record.mcc, pick({"5411", "0742"}));
  if (random() % 8 != 0) test::set(record.acquirer, pick({"410001", "12345", "99999999"}));
  test::set(record.merchant, pick({"", "CAF\u00C9 A B", "M", "VMERCHANT000001"}));
  test::set(record.terminal, pick({"", "T 1", "TERM0001"}));
  if (random() % 4 == 0) {
    record.sequence = static_cast<std::uint32_t>(1 + random() % 98);
    record.final = random() % 2 == 0;
  }
  return record;
}

std::vector<Base2FileOptions> base2_variants() {
  std::vector<Base2FileOptions> variants;
  for (const CodePage code_page : {CodePage::latin1, CodePage::cp500}) {
    for (const Base2LineEnd line_end : {Base2LineEnd::none, Base2LineEnd::lf, Base2LineEnd::crlf}) {
      Base2FileOptions options;
      options.processing_date = *parse_iso_time("2027-01-02T00:00:00");
      options.code_page = code_page;
      options.line_end = line_end;
      options.batch_size = 7;
      variants.push_back(options);
    }
  }
  return variants;
}

TEST_CASE("base2: what was written is read, in every variant", "[clearing]") {
  std::mt19937_64 random(20261123);
  for (const Base2FileOptions& variant : base2_variants()) {
    for (const std::uint64_t count : {0U, 1U, 7U, 8U, 500U}) {
      std::vector<ClearingRecord> records;
      for (std::uint64_t number = 1; number <= count; ++number) {
        records.push_back(random_base2_record(random, number));
      }
      const Outcome outcome = read_all(test::write_base2(records, variant));
      REQUIRE_FALSE(outcome.error);
      CHECK(outcome.rejections.empty());
      CHECK(outcome.records == records);
      CHECK(outcome.summary.records == count);
      CHECK(outcome.summary.trailer_detail == "");
      CHECK(outcome.summary.base2->code_page == variant.code_page);
    }
  }
}

TEST_CASE("base2: the transaction code tells the operation and the direction", "[clearing]") {
  struct Case {
    std::string_view code;
    std::string_view qualifier;
    std::string_view processing_code;
    bool reversal;
  };
  for (const Case& c : std::vector<Case>{{"05", "0", "000000", false},
                                         {"06", "0", "200000", false},
                                         {"06", "1", "200000", false},
                                         {"06", "2", "260000", false},
                                         {"07", "0", "010000", false},
                                         {"05", "2", "000000", false},
                                         {"25", "0", "000000", true},
                                         {"26", "0", "200000", true},
                                         {"26", "2", "260000", true},
                                         {"27", "0", "010000", true}}) {
    Lines lines = sample_lines();
    for (std::size_t line = 1; line <= 3; ++line) {
      set_field(lines[line], Base2Field::transaction_code, c.code);
      set_field(lines[line], Base2Field::qualifier, c.qualifier);
    }
    const Outcome outcome = read_all(joined(lines));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.trailer_detail == "");
    REQUIRE(outcome.records.size() == 5);
    CHECK(outcome.records[0].message_type == c.code);
    CHECK(outcome.records[0].processing_code == c.processing_code);
    CHECK(outcome.records[0].reversal == c.reversal);
  }
}

TEST_CASE("base2: what a draft does not say is absent", "[clearing]") {
  const auto record_with = [](Base2Field field, std::string_view value) {
    const Outcome outcome = read_with(field, value);
    REQUIRE_FALSE(outcome.error);
    REQUIRE(outcome.records.size() == 5);
    return outcome.records[0];
  };
  SECTION("card numbers of other sizes") {
    CHECK(record_with(Base2Field::account_number, "0004222222222222").pan == "4222222222222");
    CHECK(record_with(Base2Field::account_number_extension, "789").pan == "4111111111111111789");
    CHECK(record_with(Base2Field::account_number_extension, "   ").pan == "4111111111111111");
  }
  SECTION("zeros and blanks are no reference, no code and no id") {
    for (const char fill : {'0', ' '}) {
      CHECK(record_with(Base2Field::acquirer_reference_number, std::string(23, fill)).arn.empty());
      CHECK(record_with(Base2Field::acquirer_business_id, std::string(8, fill)).acquirer.empty());
      CHECK(record_with(Base2Field::merchant_category_code, std::string(4, fill)).mcc.empty());
      CHECK(record_with(Base2Field::authorization_code, std::string(6, fill)).auth_code.empty());
      CHECK(record_with(Base2Field::transaction_identifier, std::string(15, fill))
                .lifecycle_id.empty());
      CHECK_FALSE(record_with(Base2Field::purchase_date, std::string(4, fill)).local_time);
      // The file's own date instead: 2026-11-22, too.
      const auto by_file =
          record_with(Base2Field::central_processing_date, std::string(4, fill)).local_time;
      REQUIRE(by_file);
      CHECK(to_iso_text(*by_file) == "2026-11-19T00:00:00");
      CHECK_FALSE(record_with(Base2Field::clearing_sequence_count, std::string(2, fill)).sequence);
      CHECK(record_with(Base2Field::usage_code, "1").kind == RecordKind::first_presentment);
    }
  }
  SECTION("no destination amount") {
    for (const char fill : {'0', ' '}) {
      Lines lines = sample_lines();
      set_field(lines[1], Base2Field::destination_amount, std::string(12, fill));
      set_field(lines[1], Base2Field::destination_currency, std::string(3, fill));
      const Outcome outcome = read_all(joined(lines));
      REQUIRE(outcome.records.size() == 5);
      CHECK_FALSE(outcome.records[0].billing);
    }
  }
  SECTION("no TCR 1 and no TCR 5, and components that nothing is taken from") {
    Lines lines = sample_lines();
    std::string other = lines[2];
    set_field(other, Base2Field::component, "3");
    lines[2] = other;
    set_field(other, Base2Field::component, "7");
    lines[3] = other;
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.records.size() == 5);
    CHECK(outcome.summary.trailer_detail == "");
    CHECK(outcome.records[0].merchant.empty());
    CHECK(outcome.records[0].terminal.empty());
    CHECK(outcome.records[0].lifecycle_id.empty());
    CHECK(outcome.records[0].arn == "74100016325000000000016");
    CHECK(outcome.records[0].final);
  }
  SECTION("a second presentment") {
    const ClearingRecord again = record_with(Base2Field::usage_code, "2");
    CHECK(again.kind == RecordKind::second_presentment);
    CHECK(identity(again, {}) != identity(record_with(Base2Field::usage_code, "1"), {}));
  }
}

TEST_CASE("base2: a part that is not the last is not final", "[clearing]") {
  struct Case {
    std::string_view number;
    std::string_view count;
    bool final;
    std::optional<std::uint32_t> sequence;
  };
  for (const Case& c : std::vector<Case>{{"00", "00", true, std::nullopt},
                                         {"01", "00", true, std::nullopt},
                                         {"01", "01", true, 1},
                                         {"01", "02", false, 1},
                                         {"02", "02", true, 2},
                                         {"03", "02", true, 3},
                                         {"00", "02", true, 0},
                                         {"98", "99", false, 98}}) {
    Lines lines = sample_lines();
    set_field(lines[3], Base2Field::clearing_sequence_number, c.number);
    set_field(lines[3], Base2Field::clearing_sequence_count, c.count);
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.records.size() == 5);
    INFO(c.number << " of " << c.count);
    CHECK(outcome.records[0].final == c.final);
    CHECK(outcome.records[0].sequence == c.sequence);
  }
}

struct BadField {
  Base2Field field;
  std::string_view value;
  RejectionCode code;
  std::string_view detail;
};

TEST_CASE("base2: a draft that cannot be taken is rejected and the rest goes on", "[clearing]") {
  const std::vector<BadField> ladder = {
      {Base2Field::qualifier, "X", RejectionCode::bad_field,
       "field transaction code qualifier (TCR 0, 3): not a digit"},
      {Base2Field::account_number, "0000000000000000", RejectionCode::missing_field,
       "field account number (TCR 0, 5-20): is missing"},
      {Base2Field::account_number, "                ", RejectionCode::missing_field,
       "field account number (TCR 0, 5-20): is missing"},
      {Base2Field::account_number, "0000000004111111", RejectionCode::bad_field,
       "field account number (TCR 0, 5-20): not a card number"},
      {Base2Field::account_number, "411111111111111X", RejectionCode::bad_field,
       "field account number (TCR 0, 5-20): not a card number"},
      {Base2Field::account_number_extension, "1X1", RejectionCode::bad_field,
       "field account number extension (TCR 0, 21-23): not digits"},
      {Base2Field::acquirer_reference_number, "7410001632500000000001X", RejectionCode::bad_field,
       "field acquirer reference number (TCR 0, 27-49): not digits"},
      {Base2Field::acquirer_reference_number, "741000163250           ", RejectionCode::bad_field,
       "field acquirer reference number (TCR 0, 27-49): not digits"},
      {Base2Field::acquirer_business_id, "0041000X", RejectionCode::bad_field,
       "field acquirer's business id (TCR 0, 50-57): not digits"},
      {Base2Field::purchase_date, "1131", RejectionCode::bad_field,
       "field purchase date (TCR 0, 58-61): no such day"},
      {Base2Field::purchase_date, "0229", RejectionCode::bad_field,
       "field purchase date (TCR 0, 58-61): no such day"},
      {Base2Field::purchase_date, "11X9", RejectionCode::bad_field,
       "field purchase date (TCR 0, 58-61): no such day"},
      {Base2Field::central_processing_date, "632X", RejectionCode::bad_field,
       "field central processing date (TCR 0, 164-167): not digits"},
      {Base2Field::central_processing_date, "6366", RejectionCode::bad_field,
       "field central processing date (TCR 0, 164-167): no such day"},
      {Base2Field::destination_amount, "00000001234X", RejectionCode::bad_field,
       "field destination amount (TCR 0, 62-73): not an amount"},
      {Base2Field::destination_amount, "            ", RejectionCode::bad_field,
       "field destination amount (TCR 0, 62-73): not an amount"},
      {Base2Field::destination_currency, "000", RejectionCode::missing_field,
       "field destination currency (TCR 0, 74-76): is missing"},
      {Base2Field::destination_currency, "001", RejectionCode::unknown_currency,
       "field destination currency (TCR 0, 74-76): not in ISO 4217"},
      {Base2Field::source_amount, "-00000012345", RejectionCode::bad_field,
       "field source amount (TCR 0, 77-88): not an amount"},
      {Base2Field::source_currency, "   ", RejectionCode::missing_field,
       "field source currency (TCR 0, 89-91): is missing"},
      {Base2Field::source_currency, "RUB", RejectionCode::unknown_currency,
       "field source currency (TCR 0, 89-91): not in ISO 4217"},
      {Base2Field::merchant_category_code, "54X1", RejectionCode::bad_field,
       "field merchant category code (TCR 0, 133-136): not digits"},
      {Base2Field::usage_code, "9", RejectionCode::unsupported_message,
       "a draft of this usage code does not clear"},
      {Base2Field::clearing_sequence_number, "1 ", RejectionCode::bad_field,
       "field multiple clearing sequence number (TCR 5, 45-46): not digits"},
      {Base2Field::clearing_sequence_count, "X2", RejectionCode::bad_field,
       "field multiple clearing sequence count (TCR 5, 47-48): not digits"},
  };
  for (const BadField& bad : ladder) {
    INFO(layout_of(bad.field).name << " = " << bad.value);
    const Outcome outcome = read_with(bad.field, bad.value);
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == 5);
    // An amount that cannot be read does not speak against the trailer.
    CHECK(outcome.summary.trailer_detail == "");
    REQUIRE(outcome.records.size() == 4);
    CHECK(outcome.records[0].number == 2);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].number == 1);
    CHECK(outcome.rejections[0].code == bad.code);
    CHECK(outcome.rejections[0].detail == bad.detail);
  }
}

TEST_CASE("base2: no source amount at all is a missing field", "[clearing]") {
  Lines lines = sample_lines();
  set_field(lines[1], Base2Field::source_amount, std::string(12, ' '));
  set_field(lines[1], Base2Field::source_currency, "   ");
  const Outcome outcome = read_all(joined(lines));
  REQUIRE(outcome.rejections.size() == 1);
  CHECK(outcome.rejections[0].code == RejectionCode::missing_field);
  CHECK(outcome.rejections[0].detail == "field source amount (TCR 0, 77-88): is missing");
}

TEST_CASE("base2: transactions that do not clear are counted and rejected", "[clearing]") {
  for (const std::string_view code : {"10", "15", "20", "33", "35", "40", "52", "00", "99"}) {
    Lines lines = sample_lines();
    for (std::size_t line = 1; line <= 3; ++line) {
      set_field(lines[line], Base2Field::transaction_code, code);
    }
    const Outcome outcome = read_all(joined(lines));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == 5);
    // What it counts for in the trailers is not known.
    CHECK(outcome.summary.trailer_detail == "");
    CHECK(outcome.records.size() == 4);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].number == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::unsupported_message);
    CHECK(outcome.rejections[0].detail == fmt::format("transaction code {} does not clear", code));
  }
}

TEST_CASE("base2: a line that cannot be read takes no more with it than it may belong to",
          "[clearing]") {
  const std::string garbage(168, '?');
  struct Case {
    std::string what;
    std::function<void(Lines&)> change;
    std::size_t records;
    std::vector<std::uint64_t> rejected;
  };
  const auto unreadable = [](std::size_t line, std::size_t at) {
    return [line, at](Lines& lines) { lines[line][at] = 'X'; };
  };
  const std::vector<Case> cases = {
      {"TCR 0 has no transaction code", unreadable(4, 0), 5, {2}},
      {"TCR 0 has no component", unreadable(4, 3), 5, {2}},
      {"TCR 1 has no transaction code", unreadable(5, 1), 5, {2}},
      {"TCR 1 has no component", unreadable(5, 3), 5, {2}},
      {"TCR 5 has no transaction code", unreadable(6, 0), 5, {2}},
      {"TCR 5 has no component", unreadable(6, 3), 5, {2}},
      {"a line in place of TCR 0", [&](Lines& l) { l[4] = garbage; }, 5, {2}},
      {"a line in place of TCR 1", [&](Lines& l) { l[5] = garbage; }, 5, {2}},
      {"a line in place of TCR 5", [&](Lines& l) { l[6] = garbage; }, 5, {2}},
      {"a line more, between drafts", [&](Lines& l) { l.insert(l.begin() + 4, garbage); }, 6, {2}},
      {"two lines more", [&](Lines& l) { l.insert(l.begin() + 4, 2, garbage); }, 7, {2, 3}},
      {"a line more, behind the header",
       [&](Lines& l) { l.insert(l.begin() + 1, garbage); },
       6,
       {1}},
      {"a line more, within a draft", [&](Lines& l) { l.insert(l.begin() + 5, garbage); }, 5, {2}},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Lines lines = sample_lines();
    c.change(lines);
    const Outcome outcome = read_all(joined(lines));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == c.records);
    CHECK(outcome.records.size() == c.records - c.rejected.size());
    std::vector<std::uint64_t> rejected;
    for (const Rejection& rejection : outcome.rejections) {
      rejected.push_back(rejection.number);
      CHECK(rejection.code == RejectionCode::malformed_message);
      CHECK(rejection.detail.starts_with("the transaction at offset "));
    }
    CHECK(rejected == c.rejected);
  }
}

TEST_CASE("base2: a file that is cut short is refused, wherever it is cut", "[clearing]") {
  const Lines sample = sample_lines();
  struct Case {
    std::string what;
    Lines lines;
    std::string detail;
  };
  const auto without = [&sample](std::size_t line) {
    Lines lines = sample;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(line));
    return lines;
  };
  Lines short_line = sample;
  short_line[5].pop_back();
  Lines empty_line = sample;
  empty_line.insert(empty_line.begin() + 4, "");
  Lines header_within = sample;
  header_within.insert(header_within.begin() + 4, sample[0]);
  Lines header_twice = sample;
  header_twice.insert(header_twice.begin(), sample[0]);
  Lines draft_behind = sample;
  draft_behind.push_back(sample[1]);
  const std::string header_follows =
      "a header follows before the file trailer (92) of the one before it";
  const std::string no_file_trailer = "the file ends without its file trailer (92)";
  const std::vector<Case> cases = {
      {"no file trailer", without(file_trailer), no_file_trailer},
      {"no batch trailer", without(batch_trailer),
       "a batch has no trailer (91) before the file trailer"},
      {"neither", {sample.begin(), sample.begin() + 16}, no_file_trailer},
      {"a header alone", {sample[0], sample[0]}, header_follows},
      {"a short line", short_line, "a line has 167 characters instead of 168"},
      {"an empty line", empty_line, "a line has 0 characters instead of 168"},
      {"a header within a batch", header_within, header_follows},
      {"a header behind a header", header_twice, header_follows},
      {"a draft behind the file trailer", draft_behind, no_file_trailer},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const Outcome outcome = read_all(joined(c.lines));
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::truncated);
    CHECK(outcome.error->detail == c.detail);
  }
}

TEST_CASE("base2: a draft whose lines do not fit is rejected, and the others are not",
          "[clearing]") {
  const Lines sample = sample_lines();
  const std::size_t all = read_all(joined(sample)).records.size();
  Lines no_tcr_0 = sample;
  no_tcr_0.erase(no_tcr_0.begin() + 1);
  Lines component_again = sample;
  component_again.insert(component_again.begin() + 3, component_again[2]);
  Lines other_code = sample;
  set_field(other_code[2], Base2Field::transaction_code, "06");
  Lines unknown_code = sample;
  set_field(unknown_code[1], Base2Field::transaction_code, "99");
  for (const Lines& lines : {no_tcr_0, component_again, other_code, unknown_code}) {
    const Outcome outcome = read_all(joined(lines));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.records.size() == all - 1);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].number == 1);
  }
  // What stands before a stray line may lack it: neither posts.
  Lines second_without = sample;
  second_without.erase(second_without.begin() + 4);
  const Outcome outcome = read_all(joined(second_without));
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.records.size() == all - 2);
  CHECK(outcome.rejections.size() == 1);
  CHECK(outcome.summary.trailer_mismatch);
}

TEST_CASE("base2: lines that cannot be told apart refuse the file", "[clearing]") {
  Lines lines = sample_lines();
  SECTION("a line is too long") {
    lines[5] += ' ';
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::malformed_framing);
    CHECK(outcome.error->offset == 5 * 169);
  }
  SECTION("bytes follow the end") {
    const Outcome outcome = read_all(joined(lines) + "\nmore");
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::malformed_framing);
  }
  SECTION("a byte is missing where there are no line ends") {
    std::string bytes = joined(lines, "");
    bytes.erase(5 * 168 + 20, 1);
    const Outcome outcome = read_all(bytes);
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::truncated);
  }
}

TEST_CASE("base2: a trailer that disagrees flags the file and stops nothing", "[clearing]") {
  struct Case {
    std::size_t line;
    Base2Field field;
    std::string_view value;
    std::string_view detail;
  };
  const std::vector<Case> cases = {
      {batch_trailer, Base2Field::transaction_count, "000000005",
       "batch trailer 1: its number of transactions is 5, the batch has 6"},
      {batch_trailer, Base2Field::component_count, "000000000015",
       "batch trailer 1: its number of TCRs is 15, the batch has 16"},
      {batch_trailer, Base2Field::monetary_transactions, "000000000004",
       "batch trailer 1: its number of monetary transactions is 4, the batch has 5"},
      {batch_trailer, Base2Field::trailer_destination_amount, "000000000242016",
       "batch trailer 1: its destination amount is 242016, the batch has 242017"},
      {batch_trailer, Base2Field::trailer_source_amount, "000000000074460",
       "batch trailer 1: its source amount is 74460, the batch has 74461"},
      {batch_trailer, Base2Field::trailer_source_amount, "00000000007446X",
       "batch trailer 1: its source amount is not a number"},
      {file_trailer, Base2Field::transaction_count, "000000006",
       "file trailer: its number of transactions is 6, the file has 7"},
      {file_trailer, Base2Field::component_count, "000000000016",
       "file trailer: its number of TCRs is 16, the file has 17"},
      {file_trailer, Base2Field::monetary_transactions, "            ",
       "file trailer: its number of monetary transactions is not a number"},
      {file_trailer, Base2Field::trailer_destination_amount, "000000000242018",
       "file trailer: its destination amount is 242018, the file has 242017"},
      {file_trailer, Base2Field::trailer_source_amount, "100000000074461",
       "file trailer: its source amount is 100000000074461, the file has 74461"},
  };
  for (const Case& c : cases) {
    INFO(c.detail);
    Lines lines = sample_lines();
    set_field(lines[c.line], c.field, c.value);
    const Outcome outcome = read_all(joined(lines));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.trailer_mismatch);
    CHECK(outcome.summary.trailer_detail == c.detail);
    CHECK(outcome.records.size() == 5);
  }
}

TEST_CASE("base2: what disagrees first is told, of any group in the file", "[clearing]") {
  const Lines sample = sample_lines();
  const auto detail_of = [](const Lines& lines) {
    const Outcome outcome = read_all(joined(lines));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.records.size() == outcome.summary.records);
    CHECK(outcome.summary.trailer_mismatch != outcome.summary.trailer_detail.empty());
    return outcome.summary.trailer_detail;
  };
  SECTION("a draft is missing") {
    Lines lines = sample;
    lines.erase(lines.begin() + 4, lines.begin() + 7);
    CHECK(detail_of(lines) == "batch trailer 1: its number of transactions is 6, the batch has 5");
  }
  SECTION("a draft is there twice") {
    Lines lines = sample;
    lines.insert(lines.begin() + 4, sample.begin() + 1, sample.begin() + 4);
    CHECK(detail_of(lines) == "batch trailer 1: its number of transactions is 6, the batch has 7");
  }
  SECTION("no header") {
    CHECK(detail_of({sample.begin() + 1, sample.end()}) ==
          "the file trailer has no header (90) before it");
  }
  SECTION("two files, one behind the other") {
    Lines lines = sample;
    lines.insert(lines.end(), sample.begin(), sample.end());
    CHECK(detail_of(lines) == "");
    set_field(lines[18 + file_trailer], Base2Field::component_count, "000000000018");
    CHECK(detail_of(lines) == "file trailer: its number of TCRs is 18, the file has 17");
    set_field(lines[18 + batch_trailer], Base2Field::component_count, "000000000018");
    CHECK(detail_of(lines) == "batch trailer 2: its number of TCRs is 18, the batch has 16");
  }
  SECTION("an empty file") {
    Lines lines = {sample[0], sample[file_trailer]};
    CHECK_FALSE(detail_of(lines).empty());
  }
}

TEST_CASE("base2: hash totals are cut to their fifteen digits", "[clearing]") {
  std::vector<ClearingRecord> records;
  for (std::uint64_t number = 1; number <= 1500; ++number) {
    ClearingRecord record = read_all(test::vector_bytes("drafts.ctf")).records[0];
    record.number = number;
    record.amount.amount = 999'999'999'999;
    record.billing = record.amount;
    records.push_back(record);
    if (number == 1) records[0].amount.amount = 5;
  }
  Base2FileOptions options;
  options.processing_date = *parse_iso_time("2026-11-22T00:00:00");
  options.batch_size = 600;
  const std::string bytes = test::write_base2(records, options);
  const std::string_view trailer = std::string_view(bytes).substr(bytes.size() - 169);
  CHECK(field_of(trailer, Base2Field::trailer_destination_amount) == "499999999998500");
  CHECK(field_of(trailer, Base2Field::trailer_source_amount) == "498999999998506");
  const Outcome outcome = read_all(bytes);
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.summary.trailer_detail == "");
}

TEST_CASE("base2: a processing date has the nearest year that ends in its digit", "[clearing]") {
  const auto text = [](std::optional<std::chrono::sys_days> date) {
    if (!date) return std::string("none");
    const std::chrono::year_month_day day(*date);
    return fmt::format("{}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  };
  CHECK(text(base2_file_date("26326")) == "2026-11-22");
  CHECK(text(base2_file_date("28366")) == "2028-12-31");
  for (const auto* bad : {"26366", "26000", "2632", "26 26", "     "}) {
    CHECK_FALSE(base2_file_date(bad));
  }
  struct Case {
    std::string_view yddd;
    std::string_view file;
    std::string_view date;
  };
  for (const Case& c : std::vector<Case>{{"6326", "26326", "2026-11-22"},
                                         {"6365", "27001", "2026-12-31"},
                                         {"7001", "26365", "2027-01-01"},
                                         {"9365", "30001", "2029-12-31"},
                                         {"0001", "29365", "2030-01-01"},
                                         {"8366", "29001", "2028-12-31"},
                                         {"9366", "29001", "none"},
                                         {"9000", "29001", "none"},
                                         {"93", "29001", "none"}}) {
    INFO(c.yddd << " in the file of " << c.file);
    CHECK(text(base2_processing_date(c.yddd, *base2_file_date(c.file))) == c.date);
  }
  struct Purchase {
    std::string_view mmdd;
    std::string_view processed;
    std::string_view date;
  };
  for (const Purchase& c : std::vector<Purchase>{
           {"1122", "26326", "2026-11-22"},
           {"1119", "26326", "2026-11-19"},
           // A merchant a day ahead of the centre, also over the turn of the year.
           {"1123", "26326", "2026-11-23"},
           {"0101", "26365", "2027-01-01"},
           {"1124", "26326", "2025-11-24"},
           {"0102", "26365", "2026-01-02"},
           // Presented late: half a year and more is nearer to the next year's day.
           {"0301", "26326", "2026-03-01"},
           {"1231", "27001", "2026-12-31"},
           {"1231", "27002", "2026-12-31"},
           {"0103", "27001", "2026-01-03"},
           {"1231", "30001", "2029-12-31"},
           {"0229", "28060", "2028-02-29"},
           {"0229", "29005", "2028-02-29"},
           {"0229", "27100", "none"},
           {"0230", "26326", "none"},
           {"1301", "26326", "none"},
           {"0100", "26326", "none"},
           {"112", "26326", "none"}}) {
    INFO(c.mmdd << " processed on " << c.processed);
    CHECK(text(base2_purchase_date(c.mmdd, *base2_file_date(c.processed))) == c.date);
  }
}

TEST_CASE("base2: the year of a purchase comes from its own processing date", "[clearing]") {
  Lines lines = sample_lines();
  SECTION("at the turn of the year") {
    set_field(lines[0], Base2Field::header_processing_date, "27002");
    set_field(lines[1], Base2Field::purchase_date, "1231");
    set_field(lines[1], Base2Field::central_processing_date, "7002");
    set_field(lines[4], Base2Field::purchase_date, "0101");
    set_field(lines[4], Base2Field::central_processing_date, "6365");
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.records.size() == 5);
    CHECK(to_iso_text(*outcome.records[0].local_time) == "2026-12-31T00:00:00");
    CHECK(to_iso_text(*outcome.records[1].local_time) == "2027-01-01T00:00:00");
  }
  SECTION("the header has no date: the trailers do") {
    set_field(lines[0], Base2Field::header_processing_date, "     ");
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.records.size() == 5);
    CHECK(to_iso_text(*outcome.records[0].local_time) == "2026-11-19T00:00:00");
  }
  SECTION("no date anywhere: the purchase's is not guessed") {
    set_field(lines[0], Base2Field::header_processing_date, "     ");
    set_field(lines[batch_trailer], Base2Field::trailer_processing_date, "00000");
    set_field(lines[file_trailer], Base2Field::trailer_processing_date, "99999");
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.records.size() == 5);
    CHECK_FALSE(outcome.records[0].local_time);
  }
  SECTION("ten years on, in a group of its own") {
    Lines later = sample_lines();
    set_field(later[0], Base2Field::header_processing_date, "36326");
    lines.insert(lines.end(), later.begin(), later.end());
    const Outcome outcome = read_all(joined(lines));
    REQUIRE(outcome.records.size() == 10);
    CHECK(outcome.records[4].local_time->year == 2026);
    CHECK(outcome.records[5].local_time->year == 2036);
  }
}

TEST_CASE("base2: a reversal names the draft that it takes back", "[clearing]") {
  const ClearingRecord draft = read_all(test::vector_bytes("drafts.ctf")).records[0];
  ClearingRecord reversal = draft;
  test::set(reversal.message_type, "25");
  reversal.reversal = true;
  CHECK(identity(reversal, {}) != identity(draft, {}));
  CHECK(presentment_identity(reversal, {}) == identity(draft, {}));
  const std::vector<std::function<void(ClearingRecord&)>> changes = {
      [](ClearingRecord& r) { test::set(r.arn, "74100016325000000000017"); },
      [](ClearingRecord& r) { r.amount.amount += 1; },
      [](ClearingRecord& r) { r.sequence = 1; },
      [](ClearingRecord& r) { test::set(r.message_type, "27"); },
  };
  for (const auto& change : changes) {
    ClearingRecord other = reversal;
    change(other);
    CHECK(presentment_identity(other, {}) != identity(draft, {}));
  }
  // IPM tells the direction by a field of its own.
  ClearingRecord ipm = test::plain_record(1);
  ipm.reversal = true;
  CHECK(presentment_identity(ipm, {}) == identity(test::plain_record(1), {}));
}

TEST_CASE("base2: every prefix of a file is refused", "[clearing]") {
  std::mt19937_64 random(7);
  for (const Base2FileOptions& variant : base2_variants()) {
    std::vector<ClearingRecord> records;
    for (std::uint64_t number = 1; number <= 9; ++number) {
      records.push_back(random_base2_record(random, number));
    }
    const std::string bytes = test::write_base2(records, variant);
    const std::size_t line_end = variant.line_end == Base2LineEnd::none ? 0U
                                 : variant.line_end == Base2LineEnd::lf ? 1U
                                                                        : 2U;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      INFO("cut at " << size << " of " << bytes.size());
      const Outcome outcome = read_all(std::string_view(bytes).substr(0, size));
      if (size < bytes.size() - line_end) {
        REQUIRE(outcome.error);
      } else {
        REQUIRE_FALSE(outcome.error);
        CHECK(outcome.records == records);
      }
    }
  }
}

TEST_CASE("base2: no byte that changes crashes the reader, or shows a card number", "[clearing]") {
  const std::string ascii = test::vector_bytes("drafts.ctf");
  const std::array<std::string_view, 4> card_parts = {"411111", "401288", "424242", "400005"};
  for (const std::string& whole : {ascii, joined(sample_lines(), ""), in_ebcdic(ascii)}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char change : {'\x01', '\x10', '\x40', '\x7F'}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ change);
        const Outcome outcome = read_all(bytes);
        if (outcome.error) continue;
        if (outcome.records.size() + outcome.rejections.size() != outcome.summary.records) {
          FAIL("records are lost with byte " << at);
        }
        for (const Rejection& rejection : outcome.rejections) {
          for (const std::string_view part : card_parts) {
            if (rejection.detail.find(part) != std::string::npos) FAIL(rejection.detail);
          }
        }
      }
    }
  }
}

TEST_CASE("base2: content is recognised, whatever else begins with digits", "[clearing]") {
  const auto format_of = [](std::string_view bytes) {
    return detect(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()))
        .format;
  };
  const std::string sample = test::vector_bytes("drafts.ctf");
  CHECK(format_of(sample) == Format::base2);
  CHECK(format_of(in_ebcdic(sample)) == Format::base2);
  CHECK(format_of(sample.substr(169)) == Format::base2);
  CHECK(format_of(sample.substr(0, 100)) == Format::base2);
  CHECK(format_of("0500 apples\n0501 pears\n") == std::nullopt);
  CHECK(format_of("0500;12.30\n") == std::nullopt);
  CHECK(format_of("9012\n{\"pan\":null}\n") == Format::jsonl);
  CHECK(format_of("9040000026326 is no object\n{\"pan\":null}\n") == Format::jsonl);
  CHECK(format_of("0500" + std::string(300, 'x') + "\n{\"pan\":null}\n") == Format::jsonl);
  CHECK(format_of("0500" + std::string(300, 'x') + "\n") == std::nullopt);
  CHECK(format_of("0501" + sample.substr(4)) == std::nullopt);

  const auto detail_of = [](std::string_view bytes) {
    return read_all(bytes).error.value_or(FileError{}).detail;
  };
  CHECK(detail_of("0500 apples\n") ==
        "the file looks like none of ipm, base2 and jsonl: its first line has 11 bytes");
  CHECK(detail_of("0500 apples") ==
        "the file looks like none of ipm, base2 and jsonl: it begins "
        "with 11 bytes without a line end");
  CHECK(detail_of(std::string("\0\1\2", 3)) ==
        "the file looks like none of ipm, base2 and jsonl: it begins with bytes that are no text");
  CHECK(detail_of("9040000026326                TEST\n" + sample.substr(169)) ==
        "a line has 33 characters instead of 168");
}

TEST_CASE("base2: the documentation has the fields of the reader", "[clearing]") {
  const auto line_name = [](Base2LineKind kind) {
    switch (kind) {
      case Base2LineKind::any:
        return "every line";
      case Base2LineKind::header:
        return "90";
      case Base2LineKind::tcr0:
        return "TCR 0";
      case Base2LineKind::tcr1:
        return "TCR 1";
      case Base2LineKind::tcr5:
        return "TCR 5";
      case Base2LineKind::trailer:
        break;
    }
    return "91, 92";
  };
  std::ifstream document(HOLDFAST_SOURCE_DIR "/docs/base2.md");
  std::string line;
  while (std::getline(document, line) &&
         line != "| line | field | positions | filled | key of jsonl |") {
  }
  std::getline(document, line);
  for (const Base2FieldLayout& layout : base2_layout) {
    const std::string positions = layout.first == layout.last
                                      ? fmt::to_string(layout.first)
                                      : fmt::format("{}-{}", layout.first, layout.last);
    const std::string expected =
        fmt::format("| {} | {} | {} | {} |", line_name(layout.line), layout.name, positions,
                    layout.fill == Base2Fill::digits ? "digits" : "text");
    REQUIRE(std::getline(document, line));
    CHECK(line.substr(0, expected.size()) == expected);
  }
  REQUIRE(std::getline(document, line));
  CHECK(line.empty());
}

TEST_CASE("base2: the writer refuses what would be read as something else", "[clearing]") {
  Base2FileOptions options;
  options.processing_date = *parse_iso_time("2026-11-22T00:00:00");
  const ClearingRecord good = read_all(test::vector_bytes("drafts.ctf")).records[0];
  std::ostringstream out;
  Base2Writer writer(out, options);
  const std::vector<std::pair<std::function<void(ClearingRecord&)>, std::string>> ladder = {
      {[](ClearingRecord& r) { r.amount.amount = 1'000'000'000'000; }, "source amount is too long"},
      {[](ClearingRecord& r) { r.amount.amount = -1; }, "source amount is negative"},
      {[](ClearingRecord& r) { test::set(r.pan, "0111111111111111"); },
       "account number cannot be told from its fill"},
      {[](ClearingRecord& r) { test::set(r.pan, "41111111111111111"); },
       "account number cannot be told from its fill"},
      {[](ClearingRecord& r) { test::set(r.pan, "4111111111111111000"); },
       "account number cannot be told from its fill"},
      {[](ClearingRecord& r) { test::set(r.arn, "7410001632500000000001X"); },
       "acquirer reference number is not digits"},
      {[](ClearingRecord& r) { test::set(r.merchant, "\u041C"); },
       "card acceptor id is not latin-1"},
      {[](ClearingRecord& r) { test::set(r.merchant, "MORE THAN FIFTEEN"); },
       "card acceptor id is too long"},
      {[](ClearingRecord& r) { test::set(r.lifecycle_id, "0123456789012345"); },
       "transaction identifier is too long"},
      {[](ClearingRecord& r) { r.local_time = parse_iso_time("2025-11-19T00:00:00"); },
       "purchase date is not within the year before the processing"},
      {[](ClearingRecord& r) { r.local_time = parse_iso_time("2026-11-24T00:00:00"); },
       "purchase date is not within the year before the processing"},
      {[](ClearingRecord& r) { r.final = false; },
       "multiple clearing sequence number of a part is missing"},
      {[](ClearingRecord& r) { r.sequence = 100; },
       "multiple clearing sequence number is too long"},
      {[](ClearingRecord& r) { r.kind = RecordKind::chargeback; },
       "Base II has no draft for such a record"},
      {[](ClearingRecord& r) { test::set(r.processing_code, "300000"); },
       "Base II has no draft for such a record"},
  };
  for (const auto& [change, detail] : ladder) {
    ClearingRecord record = good;
    change(record);
    const auto written = writer.write(record);
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().detail == detail);
  }
  CHECK(out.str().empty());
  REQUIRE(writer.write(good).has_value());
  REQUIRE(writer.finish().has_value());
  const Outcome outcome = read_all(std::move(out).str());
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.summary.trailer_detail == "");
  CHECK(outcome.records == std::vector<ClearingRecord>{good});
}

TEST_CASE("base2: an operation that has no draft of its own is written as the nearest one",
          "[clearing]") {
  Base2FileOptions options;
  options.processing_date = *parse_iso_time("2026-11-22T00:00:00");
  for (const auto& [processing_code, read] :
       std::vector<std::pair<std::string_view, std::string_view>>{{"090000", "000000"},
                                                                  {"100000", "000000"},
                                                                  {"170000", "000000"},
                                                                  {"210000", "260000"},
                                                                  {"280000", "260000"},
                                                                  {"001020", "000000"}}) {
    ClearingRecord record = read_all(test::vector_bytes("drafts.ctf")).records[0];
    test::set(record.processing_code, processing_code);
    const Outcome outcome = read_all(test::write_base2({record}, options));
    REQUIRE(outcome.records.size() == 1);
    CHECK(outcome.records[0].processing_code == read);
  }
}

}  // namespace
}  // namespace holdfast::clearing
