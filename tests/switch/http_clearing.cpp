#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "http/clearing_desk.hpp"
#include "http/upload.hpp"
#include "http_support.hpp"

namespace {

namespace fs = std::filesystem;
using holdfast::http::test::ApiAnswer;
using holdfast::http::test::ApiUnderTest;

std::string record(int number, const std::string& pan = "4111111111111111") {
  return R"({"record_id":"R)" + std::to_string(number) + R"(","pan":")" + pan +
         R"(","processing_code":"000000","amount":500,"currency":"RUB",)"
         R"("local_time":"2026-11-20T12:00:00","final":true,"reversal":false})"
         "\n";
}

void open_account_with_card(ApiUnderTest& api) {
  REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":100000})").status == 201);
  REQUIRE(api.ask("POST", "/v1/cards",
                  R"({"pan":"4111111111111111","expiry":"2912","account_id":"A1"})")
              .status == 201);
}

// Takes a turn and never gives it back.
boost::asio::awaitable<void> keep_turn(holdfast::http::ClearingDesk& desk) {
  const auto turn = co_await desk.take_turn();
  boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                  boost::asio::steady_timer::time_point::max());
  co_await never.async_wait(boost::asio::use_awaitable);
}

int uploads_left(const ApiUnderTest& api) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(api.folder() / "data/clearing")) {
    if (entry.path().extension() == ".upload") ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("clearing-files: the report comes back, and the file is listed", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  const std::string file = record(1) + record(2);
  const ApiAnswer report =
      api.ask("POST", "/v1/clearing-files?format=jsonl&name=a/night.jsonl", file);
  INFO(report.text);
  CHECK(report.status == 200);
  CHECK(report.at("records") == "2");
  CHECK(report.at("posted") == "2");
  CHECK(report.at("posted_amounts") == R"({"RUB":1000})");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "99000");
  CHECK(uploads_left(api) == 0);

  const ApiAnswer again = api.ask("POST", "/v1/clearing-files", file);
  CHECK(again.at("duplicates") == "2");
  CHECK(again.at("posted") == "0");
  const ApiAnswer list = api.ask("GET", "/v1/clearing-files");
  const auto& files = list.json.at("files").as_array();
  REQUIRE(files.size() == 2);
  CHECK(files[0].at("name") == "night.jsonl");
  CHECK(files[0].at("status") == "done");
  CHECK(files[0].at("done") == 2);
  CHECK(files[0].at("file_id").as_string() == report.at("file_id"));

  const ApiAnswer exceptions = api.ask("GET", "/v1/exceptions");
  CHECK(exceptions.at("next_cursor") == "null");
  REQUIRE(exceptions.json.at("exceptions").as_array().size() == 2);
  CHECK(exceptions.json.at("exceptions").as_array()[0].at("code") == "unmatched");
}

TEST_CASE("clearing-files: a run tells what became of each record, and why", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  const std::string file = record(1) + "nonsense\n" + record(1) + record(2, "4000000000000002");
  REQUIRE(api.ask("POST", "/v1/clearing-files?name=night.jsonl", file).status == 200);
  const auto list = api.ask("GET", "/v1/clearing-files");
  const std::string id(list.json.at("files").as_array()[0].at("id").as_string());
  const std::string target = "/v1/clearing-files/" + id;
  SECTION("at once") {}
  SECTION("after a restart") {
    api.restart();
  }
  const ApiAnswer run = api.ask("GET", target);
  CHECK(run.at("name") == "night.jsonl");
  CHECK(run.at("format") == "jsonl");
  CHECK(run.json.at("report").at("rejected") == 2);
  CHECK(boost::json::serialize(run.json.at("categories")) ==
        R"([{"category":"purchase","currency":"RUB","records":1,"matched":0,"unmatched":1,)"
        R"("posted":500}])");
  CHECK(api.ask("GET", "/v1/clearing-files/" + run.at("file_id")).text == run.text);
  const ApiAnswer records = api.ask("GET", target + "/records");
  const auto& lines = records.json.at("records").as_array();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].at("outcome") == "posted_unmatched");
  CHECK(lines[0].at("amount") == -500);
  CHECK(boost::json::serialize(lines[0].at("exceptions")) == R"(["unmatched"])");
  CHECK(lines[1].at("code") == "malformed_json");
  CHECK(lines[2].at("outcome") == "duplicate");
  CHECK(lines[3].at("code") == "unknown_card");
  CHECK(records.at("next_cursor") == "null");
  for (const auto& [outcome, count] : {std::pair{"posted", 1}, std::pair{"rejected", 2},
                                       std::pair{"matched", 0}, std::pair{"duplicate", 1}}) {
    INFO(outcome);
    const ApiAnswer some = api.ask("GET", target + "/records?outcome=" + outcome);
    CHECK(some.json.at("records").as_array().size() == static_cast<std::size_t>(count));
  }
  CHECK(api.ask("GET", target + "/records?outcome=lost").at("code") == "bad_query");
  CHECK(api.ask("GET", "/v1/clearing-files/nothing").at("code") == "unknown_file");

  const std::string key(lines[0].at("key").as_string());
  const ApiAnswer why = api.ask("GET", "/v1/clearing-records/" + key);
  CHECK(why.at("record") == "1");
  CHECK(why.at("posted") == "-500");
  CHECK(why.at("account_id") == "A1");
  CHECK(why.at("reason") == "No authorization fits it; -5.00 RUB was posted.");
  CHECK(api.ask("GET", "/v1/clearing-records/" + std::string(32, '0')).status == 404);
  CHECK(api.ask("GET", "/v1/clearing-records/x").status == 404);
  const ApiAnswer page = api.ask("GET", target + "?format=html");
  CHECK(page.text.starts_with("<!DOCTYPE html>"));
  CHECK(page.text.find("<td>purchase</td>") != std::string::npos);
}

TEST_CASE("clearing-files: exceptions come in pages", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  std::string file;
  for (int i = 0; i < 501; ++i) file += record(i);
  REQUIRE(api.ask("POST", "/v1/clearing-files", file).status == 200);
  const ApiAnswer first = api.ask("GET", "/v1/exceptions");
  CHECK(first.json.at("exceptions").as_array().size() == 500);
  CHECK(first.at("next_cursor") == "500");
  const ApiAnswer second = api.ask("GET", "/v1/exceptions?cursor=500");
  CHECK(second.json.at("exceptions").as_array().size() == 1);
  CHECK(second.at("next_cursor") == "null");
  CHECK(api.ask("GET", "/v1/exceptions?cursor=x").status == 400);
}

TEST_CASE("clearing-files: what is no clearing file is refused whole", "[http]") {
  ApiUnderTest api;
  const ApiAnswer refused = api.ask("POST", "/v1/clearing-files?format=jsonl", "\x01\x02 no file");
  CHECK(refused.status == 422);
  CHECK(refused.at("code") == "file_refused");
  CHECK_FALSE(refused.at("detail").empty());
  CHECK(api.ask("GET", "/v1/clearing-files").json.at("files").as_array()[0].at("status") ==
        "refused");
  CHECK(api.ask("POST", "/v1/clearing-files").at("code") == "missing_body");
  CHECK(api.ask("POST", "/v1/clearing-files?format=csv", record(1)).at("code") == "bad_query");
  // A file's name is bytes; the list is UTF-8 all the same.
  api.ask("POST", "/v1/clearing-files?name=%FFnight", "x");
  CHECK(api.ask("GET", "/v1/clearing-files").text.find("\"ÿnight\"") != std::string::npos);
  CHECK(uploads_left(api) == 0);
}

TEST_CASE("clearing-files: a repeated key hears the first report again", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  const std::string target = "/v1/clearing-files?format=jsonl";
  const ApiAnswer first = api.ask_with_key("POST", target, record(1), "night-1");
  CHECK(first.at("posted") == "1");
  api.restart();
  const ApiAnswer again = api.ask_with_key("POST", target, record(1), "night-1");
  CHECK(again.status == 200);
  CHECK(again.is_replay);
  CHECK(again.text == first.text);
  const ApiAnswer other = api.ask_with_key("POST", target, record(2), "night-1");
  CHECK(other.status == 409);
  CHECK(other.at("code") == "same_key_other_content");
}

TEST_CASE("clearing-files: a repeated key hears of the refusal again", "[http]") {
  ApiUnderTest api;
  const ApiAnswer first = api.ask_with_key("POST", "/v1/clearing-files", "no file", "night-1");
  CHECK(first.status == 422);
  api.restart();
  const ApiAnswer again = api.ask_with_key("POST", "/v1/clearing-files", "no file", "night-1");
  CHECK(again.status == 422);
  CHECK(again.is_replay);
  CHECK(again.text == first.text);
}

TEST_CASE("clearing-files: the report lists so many exceptions and counts the rest", "[http]") {
  ApiUnderTest api;
  std::string file;
  for (int i = 0; i < 10'050; ++i) file += "{}\n";
  const ApiAnswer report = api.ask("POST", "/v1/clearing-files?format=jsonl", file);
  CHECK(report.at("rejected") == "10050");
  const auto& exceptions = report.json.at("exceptions").as_array();
  REQUIRE(exceptions.size() == 10'001);
  CHECK(exceptions[9'999].at("record") == 10'000);
  CHECK(exceptions[10'000].at("record") == 0);
  CHECK(exceptions[10'000].at("code") == "not_listed");
  CHECK(exceptions[10'000].at("detail") == "50 more exceptions");
}

TEST_CASE("clearing-files: a lifecycle id that is too long for a key is as absent", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  std::string line = record(1);
  line.insert(1, R"("lifecycle_id":")" + std::string(100, 'L') + "\",");
  CHECK(api.ask("POST", "/v1/clearing-files?format=jsonl", line).at("posted") == "1");
}

TEST_CASE("clearing-files: an upload has no name on the disk", "[http]") {
  ApiUnderTest api;
  const fs::path folder = api.folder() / "data/clearing";
  auto writer = holdfast::http::UploadWriter::create(folder, false);
  REQUIRE(writer.has_value());
  REQUIRE(writer->write("4111111111111111").has_value());
  CHECK(fs::is_empty(folder));
  const auto upload = writer->finish();
  std::string content;
  std::getline(std::ifstream(upload.path()), content);
  CHECK(content == "4111111111111111");
}

TEST_CASE("clearing-files: the switch may end while files wait for their turn", "[http]") {
  ApiUnderTest api;
  std::optional<boost::asio::io_context> io(std::in_place);
  holdfast::http::ClearingDesk desk(api.core(), io->get_executor());
  for (int i = 0; i < 3; ++i) {
    boost::asio::co_spawn(*io, keep_turn(desk), boost::asio::detached);
  }
  CHECK(io->poll() > 0);
  io.reset();  // the address sanitizer sees a turn that wakes what is gone
}
