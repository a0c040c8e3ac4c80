#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <set>

#include "clearing/record.hpp"
#include "clearing_support.hpp"

namespace holdfast::clearing {
namespace {

using test::plain_record;
using test::set;

const FileId file{"0010025112200000019999000007"};

TEST_CASE("identity: what is not part of it changes nothing", "[clearing]") {
  const ClearingRecord record = plain_record(1);
  ClearingRecord again = record;
  again.number = 900;
  set(again.merchant, "ANOTHER NAME");
  set(again.record_id, "other");
  again.billing = engine::Money{1, record.amount.currency};
  CHECK(identity(again, FileId{"another file"}) == identity(record, file));
}

TEST_CASE("identity: each of its parts changes it", "[clearing]") {
  const std::vector<std::function<void(ClearingRecord&)>> changes = {
      [](ClearingRecord& r) { set(r.arn, "75200016325000000000013"); },
      [](ClearingRecord& r) { r.amount.amount += 1; },
      [](ClearingRecord& r) { r.amount.currency = *engine::CurrencyCode::from_alpha("EUR"); },
      [](ClearingRecord& r) { set(r.message_type, "1442"); },
      [](ClearingRecord& r) { set(r.function_code, "205"); },
      [](ClearingRecord& r) { r.reversal = true; },
      [](ClearingRecord& r) { r.sequence = 0; },
      [](ClearingRecord& r) { r.sequence = 1; },
  };
  std::set<RecordIdentity> seen = {identity(plain_record(1), file)};
  for (const auto& change : changes) {
    ClearingRecord record = plain_record(1);
    change(record);
    CHECK(seen.insert(identity(record, file)).second);
  }
}

TEST_CASE("identity: without an ARN it is the record id, else file and position", "[clearing]") {
  ClearingRecord record = plain_record(1);
  record.arn = {};
  ClearingRecord second = record;
  second.number = 2;
  CHECK(identity(record, file) != identity(second, file));
  CHECK(identity(record, file) != identity(record, FileId{"another"}));
  CHECK(identity(record, file) == identity(record, file));

  set(record.record_id, "r-1");
  set(second.record_id, "r-1");
  CHECK(identity(record, file) == identity(second, FileId{"another"}));
  set(second.record_id, "r-2");
  CHECK(identity(record, file) != identity(second, file));
}

TEST_CASE("identity: the bytes are the same in every build", "[clearing]") {
  // Identities are kept in the journal: this value never changes.
  std::string hex;
  for (const std::uint8_t byte : identity(plain_record(1), file)) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[byte >> 4];
    hex += digits[byte & 0xF];
  }
  CHECK(hex == "b2ca4d626aba47dfbba51f70d0d525ce");
}

TEST_CASE("identity: the longest texts fit", "[clearing]") {
  ClearingRecord record = plain_record(std::numeric_limits<std::uint64_t>::max());
  set(record.arn, std::string(40, '9'));
  CHECK(identity(record, file) != RecordIdentity{});
  record.arn = {};
  set(record.record_id, std::string(64, 'x'));
  CHECK(identity(record, file) != RecordIdentity{});
  record.record_id = {};
  CHECK(identity(record, FileId{std::string(5000, 'f')}) != RecordIdentity{});
}

TEST_CASE("civil time: days and times that do not exist are nothing", "[clearing]") {
  CHECK(to_iso_text(*parse_iso_time("2028-02-29T23:59:59")) == "2028-02-29T23:59:59");
  CHECK(to_compact_text(*parse_iso_time("2026-11-19T10:01:07")) == "261119100107");
  CHECK(parse_compact_time("261119100107") == parse_iso_time("2026-11-19T10:01:07"));
  for (const auto* text : {"2026-02-29T00:00:00", "2026-11-19T24:00:00", "2026-11-19 10:01:07",
                           "2026-11-19T10:60:00", "2026-11-19T10:01:60", "2026-11-19T10:01:07Z",
                           "2026-00-19T10:01:07", "2026-11-19T1-:01:07", "", "2026-11-19"}) {
    INFO(text);
    CHECK_FALSE(parse_iso_time(text));
  }
  for (const auto* text : {"000000000000", "261319100107", "2611191001", "26111910010x"}) {
    INFO(text);
    CHECK_FALSE(parse_compact_time(text));
  }
}

}  // namespace
}  // namespace holdfast::clearing
