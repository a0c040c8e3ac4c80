#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "clearing_support.hpp"
#include "cli_support.hpp"
#include "http_support.hpp"

namespace {

using holdfast::cli::test::Finished;
using holdfast::http::test::ApiUnderTest;

// With the options that find the API.
Finished run(const ApiUnderTest& api, const std::string& arguments, const std::string& input = {}) {
  return holdfast::cli::test::run_holdfast(arguments + " --config " + api.config_file().string(),
                                           input);
}

std::string file_with(const ApiUnderTest& api, const std::string& name, const std::string& text) {
  const auto file = api.folder() / name;
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

}  // namespace

TEST_CASE("cli: accounts, cards and holds through the running switch", "[cli]") {
  ApiUnderTest api;
  const Finished opened = run(api, "account open A1 --currency RUB --booked 1000.00");
  CHECK(opened.exit_code == 0);
  CHECK(opened.output.find("available        1000.00 RUB\n") != std::string::npos);
  const Finished changed = run(api, "account set A1 --overdraft 50 --json");
  CHECK(changed.output.find(R"("overdraft_limit":5000)") != std::string::npos);

  const Finished issued =
      run(api, "card issue --pan - --expiry 2912 --account A1 --json", "4111111111111111\n");
  CHECK(issued.exit_code == 0);
  CHECK(issued.output.find(R"("pan_masked":"411111******1111")") != std::string::npos);
  const std::string id = issued.output.substr(issued.output.find("card_id") + 10, 32);
  CHECK(run(api, "card set " + id + " --status lost").exit_code == 0);
  CHECK(run(api, "card show " + id).output.find("status         lost") != std::string::npos);

  CHECK(run(api, "hold place A1 --amount 100.00 --currency RUB --reference rent").exit_code == 0);
  CHECK(run(api, "hold list A1").output.find("100.00 RUB") != std::string::npos);
  const Finished refused = run(api, "hold place A1 --amount 951 --currency RUB");
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors ==
        "holdfast hold place: insufficient_funds: The available balance does not cover the "
        "amount. Available: 950.00 RUB.\n");
  CHECK(run(api, "hold release 1").exit_code == 0);
  CHECK(run(api, "hold show 1").output.find("released") != std::string::npos);
  CHECK(run(api, "ledger").output.find("-1000.00 RUB") != std::string::npos);
  CHECK(run(api, "health").output == "ok\n");
  CHECK(run(api, "clock set 2026-11-21T09:00:00Z").exit_code == 0);
  CHECK(run(api, "clock set 2026-11-20T09:00:00Z").exit_code == 1);
  CHECK(run(api, "exception list --json").output == "{\"exceptions\":[]}\n");
}

TEST_CASE("cli load: every line counts once, a bad one is named and does not stop it", "[cli]") {
  ApiUnderTest api;
  std::string lines;
  for (int i = 0; i < 5000; ++i) {
    const std::string number = std::to_string(10'000'000 + i);
    lines += R"({"id":"A)" + number + R"(","currency":"RUB","booked":100})" + "\n";
    lines +=
        R"({"pan":"41111111)" + number + R"(","expiry":"2912","account_id":"A)" + number + "\"}\n";
  }
  const std::string good = file_with(api, "good.jsonl", lines);
  const Finished loaded = run(api, "load " + good + " --json");
  INFO(loaded.errors);
  CHECK(loaded.exit_code == 0);
  CHECK(loaded.output.starts_with(
      R"({"lines":10000,"created":10000,"changed":0,"unchanged":0,"refused":0,)"));
  const Finished again = run(api, "load " + good + " --json");
  CHECK(again.exit_code == 0);
  CHECK(again.output.starts_with(
      R"({"lines":10000,"created":0,"changed":0,"unchanged":10000,"refused":0,)"));
  CHECK(api.ask("GET", "/v1/ledger").text.find("\"customers\":500000,") != std::string::npos);
  const std::string other =
      file_with(api, "other.jsonl",
                "{\"id\":\"A10000000\",\"currency\":\"RUB\",\"overdraft_limit\":5}\n"
                "{\"id\":\"A10000001\",\"currency\":\"RUB\"}\n");
  CHECK(
      run(api, "load " + other + " --json")
          .output.starts_with(R"({"lines":2,"created":0,"changed":1,"unchanged":1,"refused":0,)"));
  CHECK(run(api, "load " + other.substr(0, other.rfind('/'))).exit_code == 2);

  const std::string bad =
      file_with(api, "bad.jsonl",
                "{\"id\":\"B1\",\"currency\":\"RUB\"}\n\n{\"id\":\"B2\",\"currency\":\"RUX\"}\n"
                "{\"pan\":\"4222222222222222\",\"expiry\":\"2912\",\"account_id\":\"B9\"}\n"
                "{\"id\":\"B3\",\"currency\":\"RUB\"}");
  const Finished refused = run(api, "load " + bad + " --json");
  CHECK(refused.exit_code == 1);
  CHECK(refused.output.starts_with(
      R"({"lines":4,"created":2,"changed":0,"unchanged":0,"refused":2,)"));
  CHECK(refused.errors.find(bad + ":3: bad_field: 'currency' must be") != std::string::npos);
  CHECK(refused.errors.find(bad + ":4: unknown_account: ") != std::string::npos);
  CHECK(refused.errors.find("4222222") == std::string::npos);
}

TEST_CASE("cli clearing: the report, and a file that is refused", "[cli]") {
  ApiUnderTest api;
  REQUIRE(run(api, "account open A1 --currency RUB --booked 1000.00").exit_code == 0);
  REQUIRE(run(api, "card issue --pan 4111111111111111 --expiry 2912 --account A1").exit_code == 0);
  const std::string file = file_with(
      api, "night.jsonl",
      R"({"record_id":"R1","pan":"4111111111111111","processing_code":"000000","amount":500,)"
      R"("currency":"RUB","local_time":"2026-11-20T12:00:00"})"
      "\n{\"record_id\":\"R2\"}\n");
  const Finished report = run(api, "clearing ingest " + file + " --format jsonl --json");
  INFO(report.errors << report.output);
  CHECK(report.exit_code == 0);
  CHECK(report.output.find(R"("records":2,"posted":1)") != std::string::npos);
  CHECK(report.output.find(R"("rejected":1,"recorded":0,"posted_amounts":{"RUB":500})") !=
        std::string::npos);
  const Finished text = run(api, "clearing ingest " + file);
  CHECK(text.exit_code == 0);
  CHECK(text.output.find("duplicates      1\n") != std::string::npos);
  const Finished refused =
      run(api, "clearing ingest " + file_with(api, "noise", "\x01\x02\x03") + " --json");
  CHECK(refused.exit_code == 1);
  CHECK(refused.errors.starts_with("holdfast clearing ingest: file_refused: "));
}

TEST_CASE("cli clearing: what was recorded, and what came with a record", "[cli]") {
  using namespace holdfast::clearing::test;
  ApiUnderTest api;
  REQUIRE(run(api, "account open A1 --currency RUB --booked 1000.00").exit_code == 0);
  REQUIRE(run(api, "card issue --pan 5555555555554444 --expiry 2912 --account A1").exit_code == 0);
  const std::string file = file_with(
      api, "night.ipm",
      whole_ipm_file({ipm_message("1240", plain_presentment()),
                      ipm_message("1644", {{24, "696"}, {48, private_data({{507, "TICKET"}})}}),
                      ipm_message("1740", {{3, "190000"}, {4, "250"}, {24, "783"}, {49, "840"}})}));
  const Finished report = run(api, "clearing ingest " + file);
  INFO(report.errors << report.output);
  CHECK(report.output.find("recorded        2\n") != std::string::npos);
  const Finished run_text = run(api, "clearing show FILE1");
  CHECK(run_text.output.find("recorded        records  credit to the bank  debit to the bank\n"
                             "addendum        1\n"
                             "fee collection  1        0.00 USD            2.50 USD\n") !=
        std::string::npos);
  const Finished records = run(api, "clearing records FILE1");
  INFO(records.output);
  CHECK(records.output.find("recorded          addendum to 1") != std::string::npos);
  CHECK(records.output.find("PDS 0507: TICKET\n") != std::string::npos);
  CHECK(records.output.find("fee collection  -2.50 USD") != std::string::npos);
  CHECK(records.output.find("  SHORT\n") != std::string::npos);
  const Finished recorded = run(api, "clearing records FILE1 --outcome recorded --json");
  CHECK(std::count(recorded.output.begin(), recorded.output.end(), '\n') == 2);
  const Finished posted = run(api, "clearing records FILE1 --outcome posted --json");
  const auto key = posted.output.find(R"("key":")") + 7;
  const Finished explained =
      run(api, "explain --record " + posted.output.substr(key, posted.output.find('"', key) - key));
  CHECK(explained.output.find("addendum (1644/696, record 2)\nPDS 0507  TICKET\n") !=
        std::string::npos);
}

TEST_CASE("cli batch: the list, and where a rejected item is now", "[cli]") {
  ApiUnderTest api;
  for (const char* id : {"loans-7", "loans-8"}) {
    REQUIRE(run(api, std::string("batch open --source loans ") + id).exit_code == 0);
  }
  REQUIRE(run(api, "batch close loans-7").exit_code == 0);
  const Finished all = run(api, "batch list");
  INFO(all.errors << all.output);
  CHECK(all.output ==
        "batch    source  status  business date  items  answered  problems\n"
        "loans-8  loans   open    2026-11-21     0      0         0\n"
        "loans-7  loans   closed  2026-11-21     0      0         0\n");
  const Finished closed = run(api, "batch list --status closed --json");
  CHECK(closed.output.starts_with(R"({"batch_id":"loans-7","source":"loans","status":"closed")"));
  CHECK(std::count(closed.output.begin(), closed.output.end(), '\n') == 1);
  CHECK(run(api, "batch list --status lost").exit_code == 2);
}

TEST_CASE("cli: every command says with 1 that the switch does not run", "[cli]") {
  ApiUnderTest api;
  api.stop_all();
  std::filesystem::remove(api.folder() / "data/endpoints.json");
  const std::string trace = HOLDFAST_SOURCE_DIR "/tests/scenarios/01-retransmission.trace";
  CHECK(run(api, "ledger").exit_code == 1);
  CHECK(run(api, "replay " + trace).exit_code == 1);
  CHECK(run(api, "replay " + trace).errors.find("the switch does not run") != std::string::npos);
  CHECK(holdfast::cli::test::run_holdfast("replay " + trace + " --config nothing").exit_code == 2);
}

TEST_CASE("cli journal: verify proves the folder, dump prints the events", "[cli]") {
  ApiUnderTest api;
  REQUIRE(run(api, "account open A1 --currency RUB --booked 1000.00").exit_code == 0);
  const std::string data = (api.folder() / "data").string();
  const Finished busy = holdfast::cli::test::run_holdfast("journal verify " + data);
  CHECK(busy.exit_code == 1);
  CHECK(busy.errors.starts_with("holdfast journal verify: "));
  api.stop_all();
  const Finished sound = holdfast::cli::test::run_holdfast("journal verify " + data);
  INFO(sound.errors);
  CHECK(sound.exit_code == 0);
  CHECK(sound.output.find("all accounts sum to 0.00") != std::string::npos);
  const Finished json = holdfast::cli::test::run_holdfast("journal verify --json " + data);
  CHECK(json.output.find(R"("currencies":{"RUB":{"customers":100000,"sum":0}})") !=
        std::string::npos);
  const Finished dump = holdfast::cli::test::run_holdfast("journal dump " + data);
  CHECK(dump.exit_code == 0);
  CHECK(dump.output.starts_with("{"));
  CHECK(dump.output.find("A1") != std::string::npos);
}
