#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "engine_support.hpp"
#include "lmdb.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

// An engine's whole life with a little of everything in it; all of it is in the store.
void do_varied_work(const EngineOptions& options) {
  auto engine = open_engine(options);
  Client client(*engine);
  issue_accounts(client, 3);
  ChangeCard change;
  change.token = digest<CardToken>("C1");
  LimitRule rule;
  rule.max_count = 1000;
  rule.name = LimitName::cut("a day");
  change.limits = {rule};
  client.call(change);
  for (int stan = 1; stan <= 30; ++stan) {
    const std::string lifecycle = numbered("L", stan);
    client.ask({.amount = "5.00",
                .stan = stan,
                .card = "C1",
                .rrn = "R1",
                .lifecycle = lifecycle,
                .link = "processor"});
  }
  PostClearing post;
  post.identity = digest<ClearingIdentity>("R1");
  post.token = digest<CardToken>("C1");
  post.transaction = money("5.00");
  client.call(post);  // unmatched: an exception too
  PutFxRates rates;
  rates.rates.base = currency("RUB");
  rates.rates.rates[currency("EUR")] = {*ScaledRate::parse("62.20"), *ScaledRate::parse("64.10")};
  client.call(rates);
  client.call(CutOver{LinkName::cut("processor")});
  Reverse reverse;
  reverse.token = digest<CardToken>("C2");
  reverse.rrn = FixedText<12>::cut("R9");
  reverse.is_advice = true;
  client.call(reverse);
  REQUIRE(engine->stop().has_value());
}

// A table can be read when the transaction that opened it has ended.
MDB_dbi open_table(const lmdb::Environment& environment, const char* name) {
  auto transaction = environment.begin_write();
  const MDB_dbi dbi = *transaction->open_table(name);
  REQUIRE(transaction->commit().has_value());
  return dbi;
}

// Changes a byte in the middle of the table's last record, or takes the record away.
void alter(const std::filesystem::path& store, const char* table, bool erase) {
  auto environment = lmdb::Environment::open(store.string(), std::size_t{1} << 30, 32);
  REQUIRE(environment.has_value());
  const MDB_dbi dbi = open_table(*environment, table);
  std::vector<std::uint8_t> key;
  std::vector<std::uint8_t> record;
  {
    auto snapshot = environment->snapshot();
    snapshot->for_each(dbi, [&](lmdb::Bytes k, lmdb::Bytes value) {
      key.assign(k.begin(), k.end());
      record.assign(value.begin(), value.end());
    });
  }
  REQUIRE_FALSE(record.empty());
  record[record.size() / 2] ^= 1;
  auto transaction = environment->begin_write();
  REQUIRE((erase ? transaction->erase(dbi, key) : transaction->put(dbi, key, record)).has_value());
  REQUIRE(transaction->commit().has_value());
}

std::string verified(const std::filesystem::path& folder) {
  const auto report = verify_journal(folder, [](std::uint64_t) {});
  if (report) return "agrees";
  return report.error().code == EngineErrorCode::disagreement
             ? report.error().detail
             : fmt::format("error: {}", report.error().detail);
}

}  // namespace

TEST_CASE("verify: journal and store agree after a stop, and the report counts",
          "[engine][verify]") {
  TemporaryFolder folder;
  do_varied_work(options_for(folder.path()));
  const auto report = verify_journal(folder.path(), [](std::uint64_t) {});
  if (!report) FAIL(report.error().detail);
  CHECK(report->accounts == 3);
  CHECK(report->cards == 3);
  CHECK(report->holds == 31);
  CHECK(report->movements == 4);
  CHECK(report->events == 41);
  CHECK(report->store_sequence == 41);
  REQUIRE(report->ledger.size() == 1);
  CHECK(format_amount(report->ledger[0].customers, currency("RUB")) == "299995.00");
}

TEST_CASE("verify: says disagreement when a record of any table was altered or is gone",
          "[engine][verify]") {
  for (const char* table : {"accounts",
                            "account_numbers",
                            "cards",
                            "holds",
                            "holds_by_lifecycle_id",
                            "holds_by_auth_code",
                            "holds_by_rrn",
                            "holds_by_amount",
                            "movements",
                            "requests",
                            "decisions",
                            "decisions_by_rrn",
                            "limit_rules",
                            "limit_usage",
                            "fx_rates",
                            "links",
                            "link_totals",
                            "clearing_records",
                            "exceptions",
                            "ledger",
                            "expiries"}) {
    for (const bool erase : {false, true}) {
      TemporaryFolder folder;
      do_varied_work(options_for(folder.path()));
      alter(folder.path() / "store", table, erase);
      const std::string said = verified(folder.path());
      INFO(table << (erase ? " erased: " : " altered: ") << said);
      CHECK(said.find(fmt::format("table {}:", table)) != std::string::npos);
    }
  }
}

TEST_CASE("verify: says disagreement when the counters were altered", "[engine][verify]") {
  TemporaryFolder folder;
  do_varied_work(options_for(folder.path()));
  {
    auto environment =
        lmdb::Environment::open((folder.path() / "store").string(), std::size_t{1} << 30, 32);
    const MDB_dbi dbi = open_table(*environment, "meta");
    const std::uint8_t key[] = {'m', 'e', 't', 'a'};
    MetaRecord meta;
    std::memcpy(&meta, environment->snapshot()->get(dbi, key)->data(), sizeof meta);
    SECTION("the number of holds") {
      --meta.hold_count;
    }
    SECTION("the business date") {
      --meta.last_business_date.days;
    }
    SECTION("the version of the rates") {
      ++meta.fx_version;
    }
    auto transaction = environment->begin_write();
    REQUIRE(transaction->put(dbi, key, Table<HoldId, MetaRecord>::as_bytes(meta)).has_value());
    REQUIRE(transaction->commit().has_value());
  }
  CHECK(verified(folder.path()).find("counters differ") != std::string::npos);
}

TEST_CASE("verify: a store that is ahead of its journal is a disagreement", "[engine][verify]") {
  TemporaryFolder folder;
  do_varied_work(options_for(folder.path()));
  std::filesystem::remove_all(folder.path() / "journal");
  std::filesystem::create_directory(folder.path() / "journal");
  CHECK(verified(folder.path()).find("which the journal does not reach") != std::string::npos);
}

TEST_CASE("verify: the dump tells every event in order", "[engine][verify]") {
  TemporaryFolder folder;
  do_varied_work(options_for(folder.path()));
  std::uint64_t lines = 0;
  const auto dumped = dump_journal(folder.path(), [&lines](std::string_view line) {
    ++lines;
    REQUIRE(line.starts_with(fmt::format("{{\"sequence\":{},", lines)));
  });
  CHECK(dumped.has_value());
  CHECK(lines == 41);
}
