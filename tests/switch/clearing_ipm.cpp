#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <sstream>

#include "clearing/jsonl_record.hpp"
#include "clearing_support.hpp"
#include "iso8583/composite.hpp"

namespace holdfast::clearing {
namespace {

using test::ipm_file;
using test::ipm_header;
using test::ipm_message;
using test::ipm_trailer;
using test::IpmTexts;
using test::Outcome;
using test::plain_presentment;
using test::plain_record;
using test::private_data;
using test::read_all;
using test::whole_ipm_file;

constexpr std::string_view sample_name = "first_ebcdic_1014.ipm";

TEST_CASE("ipm: the sample gives exactly its expected records", "[clearing]") {
  const auto expected =
      boost::json::parse(test::vector_bytes(std::string(sample_name) + ".expect.json"));
  const std::string bytes = test::vector_bytes(sample_name);
  for (const std::size_t read_size : {1U, 1013U, 1'000'000U}) {
    const Outcome outcome = read_all(test::trickle_source(bytes, read_size));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.format == Format::ipm);
    CHECK(outcome.summary.ipm == IpmLayout{LengthPrefix::vbs, true, CodePage::cp500});
    CHECK(outcome.summary.file_id.text == "0022611220000001999900001");
    CHECK(outcome.summary.records == 7);
    CHECK_FALSE(outcome.summary.trailer_mismatch);
    CHECK(outcome.rejections.empty());
    const auto& records = expected.at("records").as_array();
    REQUIRE(outcome.records.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      CHECK(boost::json::parse(to_jsonl(outcome.records[i])) == records[i]);
      CHECK(outcome.records[i].number == i + 1);
      CHECK(outcome.records[i].message_type == "1240");
      CHECK(outcome.records[i].function_code == "200");
      CHECK(outcome.records[i].kind == RecordKind::first_presentment);
    }
  }
}

TEST_CASE("ipm: what was written is read, in every variant", "[clearing]") {
  std::mt19937_64 random(20261120);
  for (const test::IpmVariant& variant : test::ipm_variants()) {
    for (const std::uint64_t count : {0U, 1U, 2U, 3U, 400U}) {
      std::vector<ClearingRecord> records;
      for (std::uint64_t number = 1; number <= count; ++number) {
        records.push_back(test::random_ipm_record(random, number));
      }
      const Outcome outcome = read_all(test::write_ipm(records, variant));
      REQUIRE_FALSE(outcome.error);
      CHECK(outcome.rejections.empty());
      CHECK(outcome.records == records);
      CHECK(outcome.summary.records == count);
      CHECK(outcome.summary.file_id.text == "0010025112200000019999000007");
      CHECK_FALSE(outcome.summary.trailer_mismatch);
      CHECK(outcome.summary.ipm->code_page == variant.code_page);
      CHECK(outcome.summary.ipm->prefix == variant.framing.prefix);
      if (count > 10) CHECK(outcome.summary.ipm->blocked == variant.framing.blocked);
    }
  }
}

Outcome read_one(std::string_view mti, const IpmTexts& fields) {
  return read_all(
      whole_ipm_file({ipm_message(mti, fields), ipm_message("1240", plain_presentment())}));
}

TEST_CASE("ipm: an unclean record is still a record", "[clearing]") {
  IpmTexts fields = plain_presentment();
  SECTION("acquirer from DE33, DE43 shorter than its parts") {
    const Outcome outcome = read_one("1240", fields);
    REQUIRE(outcome.records.size() == 2);
    CHECK(outcome.records[0].acquirer == "200001");
    CHECK(outcome.records[0].lifecycle_id == "MCC0000011119");
  }
  SECTION("the lifecycle id begins behind the support indicator") {
    fields[63] = "1MCC000002 1119 ";
    CHECK(read_one("1240", fields).records.at(0).lifecycle_id == "MCC000002 1119");
    fields[63] = "1";
    CHECK(read_one("1240", fields).records.at(0).lifecycle_id.empty());
  }
  SECTION("no private data at all") {
    fields.erase(48);
    CHECK(read_one("1240", fields).records.size() == 2);
  }
  SECTION("a reversal") {
    fields[48] =
        "01480046432"
        "0025007R261118";
    CHECK(read_one("1240", fields).records.at(0).reversal);
  }
  SECTION("a blank reversal indicator") {
    fields[48] = "0025007       ";
    CHECK_FALSE(read_one("1240", fields).records.at(0).reversal);
  }
  SECTION("a multi-clearing that is not the last, and the last") {
    fields[25] = "1403";
    CHECK_FALSE(read_one("1240", fields).records.at(0).final);
    fields[25] = "1404";
    CHECK(read_one("1240", fields).records.at(0).final);
  }
  SECTION("a currency without its amount") {
    fields[51] = "978";
    CHECK_FALSE(read_one("1240", fields).records.at(0).billing);
  }
}

struct BadMessage {
  std::string what;
  std::function<void(IpmTexts&)> change;
  RejectionCode code;
  std::string detail;
};

TEST_CASE("ipm: a message that cannot be taken is rejected and the rest goes on", "[clearing]") {
  const std::vector<BadMessage> ladder = {
      {"no PAN", [](IpmTexts& f) { f.erase(2); }, RejectionCode::missing_field, "field 2: "},
      {"short PAN", [](IpmTexts& f) { f[2] = "5555"; }, RejectionCode::bad_field, "field 2: "},
      {"no processing code", [](IpmTexts& f) { f.erase(3); }, RejectionCode::missing_field,
       "field 3: "},
      {"no amount", [](IpmTexts& f) { f.erase(4); }, RejectionCode::missing_field, "field 4: "},
      {"no currency", [](IpmTexts& f) { f.erase(49); }, RejectionCode::missing_field, "field 49: "},
      {"no such currency", [](IpmTexts& f) { f[49] = "001"; }, RejectionCode::unknown_currency,
       "field 49: "},
      {"billing without currency", [](IpmTexts& f) { f[6] = "000000000001"; },
       RejectionCode::missing_field, "field 51: "},
      {"a day that is none", [](IpmTexts& f) { f[12] = "261319100107"; }, RejectionCode::bad_field,
       "field 12: "},
      {"other decimals", [](IpmTexts& f) { f[48] = "01480046430"; },
       RejectionCode::currency_exponent_mismatch, "field 48: PDS 0148"},
      {"private data cut short", [](IpmTexts& f) { f[48] = "0148099643"; },
       RejectionCode::bad_field, "field 48: "},
      {"exponents not in fours", [](IpmTexts& f) { f[48] = "0148003643"; },
       RejectionCode::bad_field, "field 48: "},
      {"an unknown function", [](IpmTexts& f) { f[24] = "999"; },
       RejectionCode::unsupported_message, "message 1240 with function code 999"},
      {"no function", [](IpmTexts& f) { f.erase(24); }, RejectionCode::unsupported_message,
       "message 1240 with function code missing"},
  };
  for (const BadMessage& bad : ladder) {
    INFO(bad.what);
    IpmTexts fields = plain_presentment();
    bad.change(fields);
    const Outcome outcome = read_one("1240", fields);
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == 2);
    REQUIRE(outcome.records.size() == 1);
    CHECK(outcome.records[0].number == 2);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].number == 1);
    CHECK(outcome.rejections[0].code == bad.code);
    CHECK(outcome.rejections[0].detail.starts_with(bad.detail));
    CHECK(outcome.rejections[0].detail.find("5555") == std::string::npos);
  }
}

TEST_CASE("ipm: a message that does not decode says where", "[clearing]") {
  std::string message = ipm_message("1240", plain_presentment());
  // DE4 begins behind the MTI, the bitmaps, DE2 with its length and DE3.
  const std::size_t amount_offset = 4 + 16 + 2 + 16 + 6;
  SECTION("a letter in the amount") {
    message[amount_offset + 3] = 'X';
    const Outcome outcome = read_all(ipm_file({ipm_header(), message, ipm_trailer()}));
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::malformed_message);
    CHECK(outcome.rejections[0].detail == "field 4 at offset 47: not numeric");
  }
  SECTION("cut short within its prefix") {
    const Outcome outcome =
        read_all(ipm_file({ipm_header(), message.substr(0, 30), ipm_trailer()}));
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::malformed_message);
  }
  SECTION("hardly there") {
    const Outcome outcome = read_all(ipm_file({ipm_header(), "x", message, ipm_trailer()}));
    CHECK(outcome.rejections.size() == 1);
    CHECK(outcome.records.size() == 1);
  }
}

TEST_CASE("ipm: messages that are not known are counted and rejected", "[clearing]") {
  for (const auto& [mti, function] : std::vector<std::pair<std::string, std::string>>{
           {"1740", "784"}, {"1740", "200"}, {"1644", "698"}, {"1442", "200"}, {"1240", "450"}}) {
    IpmTexts fields = plain_presentment();
    fields[24] = function;
    const Outcome outcome = read_one(mti, fields);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::unsupported_message);
    CHECK(outcome.summary.records == 2);
  }
}

TEST_CASE("ipm: a trailer that disagrees flags the file and stops nothing", "[clearing]") {
  const std::string record = ipm_message("1240", plain_presentment());
  struct Case {
    std::vector<std::string> messages;
    bool mismatch;
  };
  const std::string right =
      "0301016000000000002469003060080000000"
      "4";
  const std::vector<Case> cases = {
      {{ipm_header(), record, record, ipm_trailer(right)}, false},
      {{ipm_header(), record, record, ipm_trailer()}, false},
      {{ipm_header(), record, ipm_trailer(right)}, true},
      {{ipm_header(), record, record,
        ipm_trailer("0301016000000000002469103060080000000"
                    "4")},
       true},
      {{ipm_header(), record, record, ipm_trailer("0105005FILE1")}, false},
      {{ipm_header(), record, record, ipm_trailer("0105005FILE2")}, true},
      {{record, record,
        ipm_trailer("03060080000000"
                    "3")},
       true},
      // Two groups in one file, the second one wrong.
      {{ipm_header(), record, record, ipm_trailer(right), ipm_header(), record, record,
        ipm_trailer(right)},
       false},
      {{ipm_header(), record, record, ipm_trailer(right), ipm_header(), record, ipm_trailer(right)},
       true},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    const Outcome outcome = read_all(ipm_file(cases[i].messages));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.trailer_mismatch == cases[i].mismatch);
    CHECK(outcome.summary.trailer_detail.empty() != cases[i].mismatch);
    CHECK(outcome.records.size() == outcome.summary.records);
  }
}

TEST_CASE("ipm: the trailer's flag says what disagrees, the first of it", "[clearing]") {
  const std::string record = ipm_message("1240", plain_presentment());
  struct Row {
    std::vector<std::pair<int, std::string>> trailer;
    std::string detail;
  };
  const std::vector<Row> rows = {
      {{{301, "0000000000012346"}, {306, "00000004"}},
       "the trailer counts 4 messages, the file has 3"},
      {{{301, "0000000000012346"}, {306, "00000003"}},
       "the trailer's amount checksum is 12346, the amounts sum up to 12345"},
      {{{105, "FILE2"}, {301, "0000000000012345"}}, "header and trailer name different file ids"},
      {{{105, "FILE1"}, {301, "0000000000012345"}, {306, "00000003"}}, ""},
  };
  for (const Row& row : rows) {
    const Outcome outcome =
        read_all(ipm_file({ipm_header(), record, ipm_trailer(private_data(row.trailer))}));
    CHECK(outcome.summary.trailer_detail == row.detail);
    CHECK(outcome.records.size() == 1);
  }
  const Outcome headless = read_all(ipm_file({record, ipm_trailer()}));
  CHECK(headless.summary.trailer_detail == "a trailer has no header before it");
  CHECK(headless.records.size() == 1);
}

TEST_CASE("ipm: a header before the trailer of another is a file that was cut short",
          "[clearing]") {
  const std::string record = ipm_message("1240", plain_presentment());
  for (const auto& messages : std::vector<std::vector<std::string>>{
           {ipm_header(), ipm_header(), record, ipm_trailer()},
           {ipm_header(), record, ipm_header(), record, ipm_trailer()},
           {record, ipm_header(), record, ipm_trailer()},
           {ipm_header(), record, ipm_trailer(), ipm_header(), ipm_header(), ipm_trailer()}}) {
    const Outcome outcome = read_all(ipm_file(messages));
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::truncated);
    CHECK(outcome.error->detail == "a header comes before the trailer of what stands before it");
  }
  const Outcome second = read_all(ipm_file({ipm_header(), ipm_header(), ipm_trailer()}));
  CHECK(second.error->offset == 4 + ipm_header().size());
}

TEST_CASE("ipm: a record whose amount cannot be read does not make the trailer wrong",
          "[clearing]") {
  // A length that is no number, before the walk has come to field 4.
  std::string unreadable = ipm_message("1240", plain_presentment());
  const auto pan = unreadable.find("165");
  REQUIRE(pan != std::string::npos);
  unreadable.replace(pan, 2, "XX");
  const Outcome outcome =
      read_all(ipm_file({ipm_header(), ipm_message("1240", plain_presentment()), unreadable,
                         ipm_trailer("0301016000000000002469003060080000000"
                                     "4")}));
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.rejections.size() == 1);
  CHECK(outcome.summary.trailer_detail == "");
}

TEST_CASE("ipm: the file is known by its header, else by its trailer, else by its content",
          "[clearing]") {
  const std::string record = ipm_message("1240", plain_presentment());
  const std::string nameless = ipm_message("1644", {{24, "697"}, {71, "00000001"}});
  CHECK(read_all(ipm_file({ipm_header(), record, ipm_trailer()})).summary.file_id.text == "FILE1");
  CHECK(read_all(ipm_file({nameless, record, ipm_trailer("0105005FILE2")})).summary.file_id.text ==
        "FILE2");
  const Outcome outcome = read_all(ipm_file({nameless, record, ipm_trailer()}));
  CHECK(outcome.summary.file_id.text.starts_with("sha256:"));
  CHECK(outcome.summary.file_id.text == outcome.summary.content_hash);
  const Outcome other = read_all(ipm_file({nameless, record, record, ipm_trailer()}));
  CHECK(other.summary.file_id.text != outcome.summary.file_id.text);
}

TEST_CASE("ipm: without a trailer the file is refused", "[clearing]") {
  const std::string record = ipm_message("1240", plain_presentment());
  for (const auto& messages :
       std::vector<std::vector<std::string>>{{ipm_header()},
                                             {ipm_header(), record},
                                             {record},
                                             {ipm_header(), record, ipm_trailer(), record}}) {
    const Outcome outcome = read_all(ipm_file(messages));
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::truncated);
  }
}

TEST_CASE("ipm: the writer refuses what does not fit", "[clearing]") {
  std::ostringstream out;
  IpmWriter writer(out, test::dialects().latin1, {"FILE1", {}});
  ClearingRecord record = plain_record(1);
  record.amount.amount = 1'000'000'000'000;
  CHECK_FALSE(writer.write(record).has_value());
  record = plain_record(1);
  test::set(record.merchant, "\u041C");  // a Cyrillic letter
  CHECK_FALSE(writer.write(record).has_value());
  record = plain_record(1);
  test::set(record.merchant, "MORE THAN FIFTEEN");
  CHECK_FALSE(writer.write(record).has_value());
  REQUIRE(writer.write(plain_record(1)).has_value());
  REQUIRE(writer.finish().has_value());
  const Outcome outcome = read_all(std::move(out).str());
  REQUIRE_FALSE(outcome.error);
  CHECK_FALSE(outcome.summary.trailer_mismatch);
  CHECK(outcome.records == std::vector<ClearingRecord>{plain_record(1)});
}

}  // namespace
}  // namespace holdfast::clearing
