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

using test::Outcome;
using test::plain_record;
using test::read_all;

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

// A message as the tests write it: fields of a plain record, then one change.
using Fields = std::map<int, std::string>;

Fields plain_fields() {
  return {{2, "5555555555554444"},
          {3, "000000"},
          {4, "000000012345"},
          {12, "261119100107"},
          {24, "200"},
          {26, "5411"},
          {31, "75200016325000000000012"},
          {33, "200001"},
          {43, "SHORT"},
          {48,
           "0148004"
           "6432"},
          {49, "643"},
          {63, " MCC0000011119  "},
          {71, "00000002"}};
}

std::string encoded(std::string_view mti, const Fields& fields) {
  iso8583::Message message;
  message.set_mti(mti);
  for (const auto& [field, text] : fields) message.set(field, text);
  std::array<std::uint8_t, 4096> out{};
  const auto size = encode(test::dialects().latin1, message, out);
  REQUIRE(size.has_value());
  return {reinterpret_cast<const char*>(out.data()), *size};
}

std::string header() {
  return encoded("1644", {{24, "697"}, {48, "0105005FILE1"}, {71, "00000001"}});
}

std::string trailer(std::string_view private_data = "") {
  Fields fields = {{24, "695"}, {71, "00000009"}};
  if (!private_data.empty()) fields[48] = private_data;
  return encoded("1644", fields);
}

std::string file_of(const std::vector<std::string>& messages) {
  std::ostringstream out;
  VbsWriter writer(out, {});
  for (const std::string& message : messages) {
    REQUIRE(writer.write(
        std::span(reinterpret_cast<const std::uint8_t*>(message.data()), message.size())));
  }
  REQUIRE(writer.finish());
  return std::move(out).str();
}

Outcome read_one(std::string_view mti, const Fields& fields) {
  return read_all(
      file_of({header(), encoded(mti, fields), encoded("1240", plain_fields()), trailer()}));
}

TEST_CASE("ipm: an unclean record is still a record", "[clearing]") {
  Fields fields = plain_fields();
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
  std::function<void(Fields&)> change;
  RejectionCode code;
  std::string detail;
};

TEST_CASE("ipm: a message that cannot be taken is rejected and the rest goes on", "[clearing]") {
  const std::vector<BadMessage> ladder = {
      {"no PAN", [](Fields& f) { f.erase(2); }, RejectionCode::missing_field, "field 2: "},
      {"short PAN", [](Fields& f) { f[2] = "5555"; }, RejectionCode::bad_field, "field 2: "},
      {"no processing code", [](Fields& f) { f.erase(3); }, RejectionCode::missing_field,
       "field 3: "},
      {"no amount", [](Fields& f) { f.erase(4); }, RejectionCode::missing_field, "field 4: "},
      {"no currency", [](Fields& f) { f.erase(49); }, RejectionCode::missing_field, "field 49: "},
      {"no such currency", [](Fields& f) { f[49] = "001"; }, RejectionCode::unknown_currency,
       "field 49: "},
      {"billing without currency", [](Fields& f) { f[6] = "000000000001"; },
       RejectionCode::missing_field, "field 51: "},
      {"a day that is none", [](Fields& f) { f[12] = "261319100107"; }, RejectionCode::bad_field,
       "field 12: "},
      {"other decimals", [](Fields& f) { f[48] = "01480046430"; },
       RejectionCode::currency_exponent_mismatch, "field 48: PDS 0148"},
      {"private data cut short", [](Fields& f) { f[48] = "0148099643"; }, RejectionCode::bad_field,
       "field 48: "},
      {"exponents not in fours", [](Fields& f) { f[48] = "0148003643"; }, RejectionCode::bad_field,
       "field 48: "},
      {"an unknown function", [](Fields& f) { f[24] = "999"; }, RejectionCode::unsupported_message,
       "message 1240 with function code 999"},
      {"no function", [](Fields& f) { f.erase(24); }, RejectionCode::unsupported_message,
       "message 1240 with function code missing"},
  };
  for (const BadMessage& bad : ladder) {
    INFO(bad.what);
    Fields fields = plain_fields();
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
  std::string message = encoded("1240", plain_fields());
  // DE4 begins behind the MTI, the bitmaps, DE2 with its length and DE3.
  const std::size_t amount_offset = 4 + 16 + 2 + 16 + 6;
  SECTION("a letter in the amount") {
    message[amount_offset + 3] = 'X';
    const Outcome outcome = read_all(file_of({header(), message, trailer()}));
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::malformed_message);
    CHECK(outcome.rejections[0].detail == "field 4 at offset 47: not numeric");
  }
  SECTION("cut short within its prefix") {
    const Outcome outcome = read_all(file_of({header(), message.substr(0, 30), trailer()}));
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::malformed_message);
  }
  SECTION("hardly there") {
    const Outcome outcome = read_all(file_of({header(), "x", message, trailer()}));
    CHECK(outcome.rejections.size() == 1);
    CHECK(outcome.records.size() == 1);
  }
}

TEST_CASE("ipm: messages that do not clear are counted and rejected", "[clearing]") {
  for (const auto& [mti, function] : std::vector<std::pair<std::string, std::string>>{
           {"1740", "700"}, {"1644", "691"}, {"1442", "200"}, {"1240", "450"}}) {
    Fields fields = plain_fields();
    fields[24] = function;
    const Outcome outcome = read_one(mti, fields);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::unsupported_message);
    CHECK(outcome.summary.records == 2);
  }
}

TEST_CASE("ipm: a trailer that disagrees flags the file and stops nothing", "[clearing]") {
  const std::string record = encoded("1240", plain_fields());
  struct Case {
    std::vector<std::string> messages;
    bool mismatch;
  };
  const std::string right =
      "0301016000000000002469003060080000000"
      "4";
  const std::vector<Case> cases = {
      {{header(), record, record, trailer(right)}, false},
      {{header(), record, record, trailer()}, false},
      {{header(), record, trailer(right)}, true},
      {{header(), record, record,
        trailer("0301016000000000002469103060080000000"
                "4")},
       true},
      {{header(), record, record, trailer("0105005FILE1")}, false},
      {{header(), record, record, trailer("0105005FILE2")}, true},
      {{record, record,
        trailer("03060080000000"
                "3")},
       true},
      // Two groups in one file, the second one wrong.
      {{header(), record, record, trailer(right), header(), record, record, trailer(right)}, false},
      {{header(), record, record, trailer(right), header(), record, trailer(right)}, true},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    const Outcome outcome = read_all(file_of(cases[i].messages));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.trailer_mismatch == cases[i].mismatch);
    CHECK(outcome.summary.trailer_detail.empty() != cases[i].mismatch);
    CHECK(outcome.records.size() == outcome.summary.records);
  }
}

TEST_CASE("ipm: a record whose amount cannot be read does not make the trailer wrong",
          "[clearing]") {
  // A length that is no number, before the walk has come to field 4.
  std::string unreadable = encoded("1240", plain_fields());
  const auto pan = unreadable.find("165");
  REQUIRE(pan != std::string::npos);
  unreadable.replace(pan, 2, "XX");
  const Outcome outcome = read_all(file_of({header(), encoded("1240", plain_fields()), unreadable,
                                            trailer("0301016000000000002469003060080000000"
                                                    "4")}));
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.rejections.size() == 1);
  CHECK(outcome.summary.trailer_detail == "");
}

TEST_CASE("ipm: the file is known by its header, else by its trailer, else by its content",
          "[clearing]") {
  const std::string record = encoded("1240", plain_fields());
  const std::string nameless = encoded("1644", {{24, "697"}, {71, "00000001"}});
  CHECK(read_all(file_of({header(), record, trailer()})).summary.file_id.text == "FILE1");
  CHECK(read_all(file_of({nameless, record, trailer("0105005FILE2")})).summary.file_id.text ==
        "FILE2");
  const Outcome outcome = read_all(file_of({nameless, record, trailer()}));
  CHECK(outcome.summary.file_id.text.starts_with("sha256:"));
  CHECK(outcome.summary.file_id.text == outcome.summary.content_hash);
  const Outcome other = read_all(file_of({nameless, record, record, trailer()}));
  CHECK(other.summary.file_id.text != outcome.summary.file_id.text);
}

TEST_CASE("ipm: without a trailer the file is refused", "[clearing]") {
  const std::string record = encoded("1240", plain_fields());
  for (const auto& messages : std::vector<std::vector<std::string>>{
           {header()}, {header(), record}, {record}, {header(), record, trailer(), record}}) {
    const Outcome outcome = read_all(file_of(messages));
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
