// Damaged files of every kind: refused or read, but never crashed on and never posted in part.
#include <catch2/catch.hpp>
#include <sstream>

#include "clearing/jsonl_file.hpp"
#include "clearing_support.hpp"

namespace holdfast::clearing {
namespace {

using test::Outcome;
using test::read_all;

// Where the trailer's last byte is, so that only the closing length and fill lie behind it.
std::size_t end_of_records(std::string_view bytes, const test::IpmVariant& variant) {
  std::string_view kept = bytes;
  if (variant.framing.blocked) {
    // A trailer ends in a digit; the fill of either code page's blocks is no digit.
    kept = kept.substr(0, kept.find_last_not_of('@') + 1);
  }
  return variant.framing.closing_zero_length ? kept.size() - length_prefix_size : kept.size();
}

void check_every_truncation(const std::string& bytes, std::size_t records_end) {
  const Outcome whole = read_all(bytes);
  REQUIRE_FALSE(whole.error);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO("cut at " << size << " of " << bytes.size());
    const Outcome outcome = read_all(std::string_view(bytes).substr(0, size));
    if (size < records_end) {
      REQUIRE(outcome.error);
    } else {
      REQUIRE_FALSE(outcome.error);
      CHECK(outcome.records == whole.records);
      CHECK(outcome.summary.file_id == whole.summary.file_id);
    }
  }
}

TEST_CASE("truncation: the sample cut anywhere before its end is refused", "[clearing]") {
  const std::string bytes = test::vector_bytes("first_ebcdic_1014.ipm");
  check_every_truncation(bytes,
                         end_of_records(bytes, {CodePage::cp500, {LengthPrefix::vbs, true, true}}));
}

TEST_CASE("truncation: every variant cut anywhere before its end is refused", "[clearing]") {
  std::mt19937_64 random(3);
  for (const test::IpmVariant& variant : test::ipm_variants()) {
    std::vector<ClearingRecord> records;
    for (std::uint64_t number = 1; number <= 9; ++number) {
      records.push_back(test::random_ipm_record(random, number));
    }
    const std::string bytes = test::write_ipm(records, variant);
    check_every_truncation(bytes, end_of_records(bytes, variant));
  }
}

TEST_CASE("truncation: a file that is damaged in its framing is refused", "[clearing]") {
  const std::string whole = test::vector_bytes("first_ebcdic_1014.ipm");
  SECTION("a block's end is overwritten") {
    std::string bytes = whole;
    bytes[2026] = 'x';
    const Outcome outcome = read_all(bytes);
    REQUIRE(outcome.error);
    CHECK(outcome.error->code == FileErrorCode::malformed_framing);
  }
  SECTION("a byte is missing") {
    std::string bytes = whole;
    bytes.erase(700, 1);
    CHECK(read_all(bytes).error);
  }
  SECTION("bytes follow the end") {
    CHECK(read_all(whole + "more").error);
  }
}

TEST_CASE("format: content is recognised, and what was asked for must agree", "[clearing]") {
  const std::string ipm = test::vector_bytes("first_ebcdic_1014.ipm");
  const std::string base2 = test::vector_bytes("drafts.ctf");
  const std::string jsonl = "{\"pan\":null}\n";
  const auto error_of = [](std::string_view bytes, std::optional<Format> asked) {
    return read_all(bytes, asked).error.value_or(FileError{FileErrorCode::unreadable, 0, ""});
  };
  CHECK_FALSE(read_all(ipm, Format::ipm).error);
  CHECK_FALSE(read_all(jsonl, Format::jsonl).error);
  CHECK_FALSE(read_all("no brace\n" + jsonl).error);
  CHECK(read_all("A text,\nwith an example:\n\n" + jsonl).error);
  CHECK_FALSE(read_all("no brace\n", Format::jsonl).error);

  CHECK(error_of(ipm, Format::jsonl).code == FileErrorCode::format_disagrees);
  CHECK(error_of(ipm, Format::jsonl).detail == "jsonl was asked for, but the file looks like ipm");
  CHECK(error_of(jsonl, Format::ipm).code == FileErrorCode::format_disagrees);
  CHECK(error_of(jsonl, Format::base2).code == FileErrorCode::format_disagrees);
  CHECK(error_of(base2, Format::jsonl).code == FileErrorCode::format_disagrees);
  CHECK(error_of(base2, Format::ipm).code == FileErrorCode::format_disagrees);
  CHECK_FALSE(read_all(base2, Format::base2).error);
  CHECK_FALSE(read_all(base2).error);
  CHECK(error_of("garbage", Format::base2).code == FileErrorCode::truncated);
  CHECK(error_of("no brace\n", std::nullopt).code == FileErrorCode::format_not_recognised);
  const std::string none = "the file looks like none of ipm, base2 and jsonl: ";
  CHECK(error_of("no brace\n", std::nullopt).detail == none + "its first line has 8 bytes");
  CHECK(error_of("5555555555554444", std::nullopt).detail ==
        none + "it begins with 16 bytes without a line end");
  CHECK(error_of("\x01\x02", std::nullopt).detail ==
        none + "it begins with bytes that are no text");
  CHECK(error_of(base2, Format::ipm).detail == "ipm was asked for, but the file looks like base2");
  CHECK(error_of(jsonl, Format::ipm).detail == "ipm was asked for, but the file looks like jsonl");
  CHECK(error_of("", std::nullopt).detail == "the file is empty");
  for (const auto asked : {std::optional<Format>(), std::optional(Format::jsonl)}) {
    CHECK(error_of("", asked).code == FileErrorCode::empty_file);
  }
  CHECK(read_all("garbage", Format::ipm).error);
}

TEST_CASE("mutation: no damage crashes the reader or shows a card number", "[clearing]") {
  std::mt19937_64 random(20261122);
  std::vector<std::string> originals = {test::vector_bytes("first_ebcdic_1014.ipm"),
                                        test::vector_bytes("drafts.ctf")};
  std::vector<ClearingRecord> records;
  for (std::uint64_t number = 1; number <= 5; ++number) {
    records.push_back(test::plain_record(number));
  }
  for (const test::IpmVariant& variant : test::ipm_variants()) {
    originals.push_back(test::write_ipm(records, variant));
  }
  originals.push_back(test::whole_ipm_file(
      {test::ipm_message("1740", {{3, "190000"}, {4, "250"}, {24, "783"}, {49, "840"}}),
       test::ipm_message("1644", {{24, "691"}, {72, "5555555555554444"}}),
       test::ipm_message("1240", test::plain_presentment()),
       test::ipm_message("1240", test::plain_presentment()),
       test::ipm_message("1644", {{24, "696"}, {48, test::private_data({{507, "A"}})}})}));
  std::ostringstream lines;
  for (const ClearingRecord& record : records) REQUIRE(JsonlWriter(lines).write(record));
  originals.push_back(std::move(lines).str());

  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = originals[random() % originals.size()];
    for (auto changes = random() % 4 + 1; changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
          break;
        case 2:
          bytes.erase(at, random() % 8 + 1);
          break;
        default:
          bytes.insert(at, random() % 8 + 1, static_cast<char>(random()));
          break;
      }
    }
    const Outcome outcome = read_all(bytes);
    if (outcome.error) {
      CHECK(outcome.error->detail.find("555555") == std::string::npos);
      continue;
    }
    CHECK(outcome.records.size() + outcome.recorded.size() + outcome.rejections.size() ==
          outcome.summary.records);
    for (const RecordedMessage& message : outcome.recorded) {
      for (const CarriedField& field : message.fields) {
        CHECK(field.text.find("5555555555554444") == std::string::npos);
      }
    }
    for (const Rejection& rejection : outcome.rejections) {
      CHECK(rejection.detail.find("555555") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace holdfast::clearing
