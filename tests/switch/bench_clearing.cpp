#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "bench/clearing_bench.hpp"
#include "bench/clearing_file.hpp"
#include "bench/machine.hpp"
#include "bench/recovery_bench.hpp"
#include "clearing_support.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;
using clearing::test::dialects;

RequestMaker make_requests() {
  const auto link = iso8583::load_dialect(HOLDFAST_SOURCE_DIR "/config/dialects/iso87-ascii.toml");
  REQUIRE(link.has_value());
  auto requests = RequestMaker::create(*link, 1'000, 1);
  REQUIRE(requests.has_value());
  return std::move(*requests);
}

}  // namespace

TEST_CASE("bench clearing: a file has a presentment for each purchase", "[bench]") {
  const RequestMaker requests = make_requests();
  const std::chrono::sys_seconds local_time =
      std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(13) +
      std::chrono::minutes(5);
  const std::vector<ApprovedPurchase> purchases = {{5, local_time}, {999'999'999'999, local_time}};
  auto folder = TemporaryFolder::create(fs::temp_directory_path());
  REQUIRE(folder.has_value());
  const fs::path file = folder->path() / "clearing.ipm";
  REQUIRE(write_clearing_file(file, 2, dialects().latin1, requests, purchases).has_value());

  auto source = clearing::file_source(file.string());
  REQUIRE(source.has_value());
  const auto read = clearing::test::read_all(std::move(*source));
  REQUIRE_FALSE(read.error);
  CHECK(read.summary.format == clearing::Format::ipm);
  CHECK_FALSE(read.summary.trailer_mismatch);
  CHECK(read.summary.file_id.text.ends_with("0000040012300002"));
  CHECK(read.rejections.empty());
  REQUIRE(read.records.size() == purchases.size());
  for (std::size_t i = 0; i < purchases.size(); ++i) {
    clearing::ClearingRecord expected = presentment(requests, purchases[i]);
    expected.number = i + 1;
    CHECK(read.records[i] == expected);
  }
  CHECK(read.records[0].rrn == "000000000005");
  CHECK(read.records[0].lifecycle_id == "MRK000000000005");
  CHECK(read.records[0].arn == "24001230000000000000005");
  CHECK(to_iso_text(*read.records[0].local_time) == "2026-03-01T13:05:00");
}

TEST_CASE("bench clearing: a report is right when everything posted and matched", "[bench]") {
  const auto right =
      R"({"records":3,"posted":3,"matched":3,"unmatched":0,"duplicates":0,"rejected":0})";
  CHECK(check_ingest_report(right, 3).has_value());
  const auto wrong =
      GENERATE(R"({"records":3,"posted":3,"matched":2,"unmatched":1,"duplicates":0,"rejected":0})",
               R"({"records":3,"posted":2,"matched":2,"unmatched":0,"duplicates":0,"rejected":1})",
               R"({"records":2,"posted":2,"matched":2,"unmatched":0,"duplicates":0,"rejected":0})",
               R"({"records":3})", "[]", "");
  CHECK_FALSE(check_ingest_report(wrong, 3).has_value());
}

TEST_CASE("bench recover: what was recovered is read from the switch's log", "[bench]") {
  const auto recovered = find_recovered(
      "2026-03-01T10:05:00.123Z info something else\n"
      "2026-03-01T10:05:00.124Z info recovered 10 accounts, 20 cards; replayed 45 events up to 45\n"
      "2026-03-01T10:05:00.125Z info listening\n");
  CHECK(recovered == Recovered{10, 20, 45});
  CHECK_FALSE(find_recovered("recovered nothing\n"));
  CHECK_FALSE(find_recovered(""));
}

}  // namespace holdfast::bench
