#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "clearing/jsonl_file.hpp"
#include "clearing/jsonl_record.hpp"
#include "clearing_support.hpp"

namespace holdfast::clearing {
namespace {

using test::Outcome;
using test::read_all;

const std::string whole_line =
    R"({"record_id":"r-1","pan":"4111111111111111","processing_code":"000000","amount":716,)"
    R"("currency":"EUR","billing_amount":77972,"billing_currency":"RUB",)"
    R"("settlement_amount":null,"local_time":"2026-11-20T11:02:07","auth_code":"A00002",)"
    R"("rrn":"632200000002","arn":"75200016325000000000020","lifecycle_id":"MCC0000021119",)"
    R"("mcc":"5812","terminal":"TERM0002","merchant":"M","acquirer":"520001","final":false,)"
    R"("reversal":true,"sequence":2,"future_key":[1,{"a":null}]})";

const std::string short_line =
    R"({"pan":"4111111111111111","processing_code":"000000","amount":1,"currency":"RUB"})";

TEST_CASE("jsonl: a line gives its record", "[clearing]") {
  const Outcome outcome = read_all(whole_line + "\n" + short_line + "\n");
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.summary.format == Format::jsonl);
  CHECK(outcome.summary.records == 2);
  CHECK(outcome.summary.file_id.text == outcome.summary.content_hash);
  REQUIRE(outcome.records.size() == 2);
  const ClearingRecord& record = outcome.records[0];
  CHECK(record.number == 1);
  CHECK(record.message_type == "jsonl");
  CHECK(record.record_id == "r-1");
  CHECK(to_string(record.amount) == "7.16 EUR");
  CHECK(to_string(record.billing.value()) == "779.72 RUB");
  CHECK_FALSE(record.settlement);
  CHECK(to_iso_text(record.local_time.value()) == "2026-11-20T11:02:07");
  CHECK(record.arn == "75200016325000000000020");
  CHECK_FALSE(record.final);
  CHECK(record.reversal);
  CHECK(record.sequence == 2U);
  CHECK(outcome.records[1].final);
  CHECK_FALSE(outcome.records[1].reversal);
  CHECK_FALSE(outcome.records[1].local_time);
}

struct BadLine {
  std::string key;
  std::string value;  // in place of the whole line's
  RejectionCode code;
};

TEST_CASE("jsonl: a malformed line is rejected by name and the rest goes on", "[clearing]") {
  const std::vector<BadLine> ladder = {
      {"pan", "null", RejectionCode::missing_field},
      {"pan", "\"\"", RejectionCode::missing_field},
      {"pan", "4111111111111111", RejectionCode::bad_field},
      {"pan", "\"411111111111111x\"", RejectionCode::bad_field},
      {"pan", "\"41111111111111111111\"", RejectionCode::bad_field},
      {"pan", "\"4111\"", RejectionCode::bad_field},
      {"processing_code", "null", RejectionCode::missing_field},
      {"processing_code", "\"00\"", RejectionCode::bad_field},
      {"processing_code", "\"00000a\"", RejectionCode::bad_field},
      {"amount", "null", RejectionCode::missing_field},
      {"amount", "-1", RejectionCode::bad_field},
      {"amount", "7.16", RejectionCode::bad_field},
      {"amount", "\"716\"", RejectionCode::bad_field},
      {"amount", "9223372036854775808", RejectionCode::bad_field},
      {"currency", "null", RejectionCode::missing_field},
      {"currency", "978", RejectionCode::bad_field},
      {"currency", "\"978\"", RejectionCode::unknown_currency},
      {"currency", "\"XQZ\"", RejectionCode::unknown_currency},
      {"billing_amount", "-5", RejectionCode::bad_field},
      {"billing_currency", "null", RejectionCode::missing_field},
      {"local_time", "\"2026-11-31T11:02:07\"", RejectionCode::bad_field},
      {"local_time", "1763629327", RejectionCode::bad_field},
      {"mcc", "\"58\"", RejectionCode::bad_field},
      {"arn", "12", RejectionCode::bad_field},
      {"arn", "\"4111111111111111\"", RejectionCode::bad_field},
      {"rrn", "\"00004111111111111111\"", RejectionCode::bad_field},
      {"record_id", fmt::format("\"{:065}\"", 1), RejectionCode::bad_field},
      {"final", "1", RejectionCode::bad_field},
      {"reversal", "\"no\"", RejectionCode::bad_field},
      {"sequence", "-1", RejectionCode::bad_field},
      {"sequence", "4294967296", RejectionCode::bad_field},
  };
  for (const BadLine& bad : ladder) {
    INFO(bad.key << " = " << bad.value);
    const std::string key = "\"" + bad.key + "\":";
    const std::size_t begin = whole_line.find(key) + key.size();
    const std::size_t end = whole_line.find(",\"", begin);
    const std::string line =
        fmt::format("{}{}{}", whole_line.substr(0, begin), bad.value, whole_line.substr(end));
    const Outcome outcome = read_all(fmt::format("{0}\n{1}\n{0}\n", short_line, line));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == 3);
    REQUIRE(outcome.records.size() == 2);
    CHECK(outcome.records[1].number == 3);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].number == 2);
    CHECK(outcome.rejections[0].code == bad.code);
    CHECK(outcome.rejections[0].detail.starts_with("field " + bad.key + ": "));
    CHECK(outcome.rejections[0].detail.find("411111") == std::string::npos);
  }
}

TEST_CASE("jsonl: a line that is no object is rejected", "[clearing]") {
  for (const std::string& line :
       {std::string("not json"), std::string("[1]"), std::string("null"), short_line + "x",
        short_line + short_line, short_line.substr(0, 30), std::string("{\"pan\":\"\xFF\xFE\"}"),
        std::string(20'000, '['), std::string("\0", 1)}) {
    const Outcome outcome = read_all(fmt::format("{}\n{}\n", line, short_line));
    REQUIRE_FALSE(outcome.error);
    REQUIRE(outcome.rejections.size() == 1);
    CHECK(outcome.rejections[0].code == RejectionCode::malformed_json);
    CHECK(outcome.records.size() == 1);
  }
}

TEST_CASE("jsonl: a line may nest a little, but not without end", "[clearing]") {
  for (const std::size_t depth : {3U, 20U, 30'000U}) {
    const std::string line =
        fmt::format("{},\"future_key\":{}{}}}\n", short_line.substr(0, short_line.size() - 1),
                    std::string(depth, '['), std::string(depth, ']'));
    const Outcome outcome = read_all(line);
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.records.size() == (depth == 3 ? 1 : 0));
    CHECK(outcome.rejections.size() == (depth == 3 ? 0 : 1));
  }
}

TEST_CASE("jsonl: a last line cut short refuses the file", "[clearing]") {
  const std::string bytes = whole_line + "\n" + short_line;
  const std::size_t second = whole_line.size() + 1;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    INFO("cut at " << size);
    const Outcome outcome = read_all(bytes.substr(0, size), Format::jsonl);
    const bool whole = size == whole_line.size() || size == second || size == bytes.size();
    if (whole) {
      CHECK_FALSE(outcome.error);
      CHECK(outcome.records.size() == (size == bytes.size() ? 2 : 1));
    } else {
      REQUIRE(outcome.error);
      CHECK(outcome.error->code ==
            (size == 0 ? FileErrorCode::empty_file : FileErrorCode::truncated));
    }
  }
}

TEST_CASE("jsonl: blank lines do not count, CRLF and a byte order mark do not matter",
          "[clearing]") {
  const Outcome outcome =
      read_all("\xEF\xBB\xBF" + short_line + "\r\n\r\n  \t\n" + short_line + "\r\n\n");
  REQUIRE_FALSE(outcome.error);
  CHECK(outcome.summary.records == 2);
  REQUIRE(outcome.records.size() == 2);
  CHECK(outcome.records[1].number == 2);
}

TEST_CASE("jsonl: a line beyond the bound is rejected and not kept", "[clearing]") {
  const std::string exactly = short_line + std::string(line_size_max - short_line.size(), ' ');
  for (const std::size_t read_size : {7U, 4096U, 1'000'000U}) {
    const std::string bytes =
        fmt::format("{0}\n{1}\n{1} \n{2}\n{0}\n", short_line, exactly, std::string(1'000'000, '{'));
    const Outcome outcome = read_all(test::trickle_source(bytes, read_size));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.summary.records == 5);
    REQUIRE(outcome.records.size() == 3);
    CHECK(outcome.records[1].number == 2);
    CHECK(outcome.records[2].number == 5);
    REQUIRE(outcome.rejections.size() == 2);
    CHECK(outcome.rejections[0].code == RejectionCode::line_too_long);
    CHECK(outcome.rejections[0].number == 3);
    CHECK(outcome.rejections[1].number == 4);
  }
  const Outcome endless = read_all(short_line + "\n" + std::string(line_size_max + 1, ' '));
  REQUIRE(endless.error);
  CHECK(endless.error->code == FileErrorCode::truncated);
}

TEST_CASE("jsonl: what was written is read", "[clearing]") {
  std::mt19937_64 random(20261119);
  std::ostringstream out;
  JsonlWriter writer(out);
  std::vector<ClearingRecord> expected;
  for (std::uint64_t number = 1; number <= 2000; ++number) {
    ClearingRecord record = test::random_ipm_record(random, number);
    record.kind = RecordKind::first_presentment;
    test::set(record.message_type, "jsonl");
    record.function_code = {};
    record.merchant_name = {};
    test::set(record.record_id, fmt::format("quote \" and \\ {}", random() % 100));
    if (random() % 3 == 0) record.sequence = static_cast<std::uint32_t>(random());
    REQUIRE(writer.write(record));
    expected.push_back(record);
  }
  const std::string bytes = std::move(out).str();
  for (const std::size_t read_size : {1013U, 1'000'000U}) {
    const Outcome outcome = read_all(test::trickle_source(bytes, read_size));
    REQUIRE_FALSE(outcome.error);
    CHECK(outcome.rejections.empty());
    CHECK(outcome.records == expected);
  }
}

}  // namespace
}  // namespace holdfast::clearing
