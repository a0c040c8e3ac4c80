// Batches over the API, and core banking by its files.
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "captured_log.hpp"
#include "http_support.hpp"

using namespace holdfast::http::test;

namespace {

namespace fs = std::filesystem;

void open_account(ApiUnderTest& api, const std::string& id = "A1", std::int64_t booked = 100'000) {
  REQUIRE(api.ask("PUT", "/v1/accounts/" + id,
                  R"({"currency":"RUB","booked":)" + std::to_string(booked) + "}")
              .status == 201);
}
std::string posting(std::int64_t amount, const std::string& batch = "B1",
                    const std::string& account = "A1") {
  return R"({"batch_id":")" + batch + R"(","account_id":")" + account + R"(","amount":)" +
         std::to_string(amount) + R"(,"currency":"RUB","reference":"loan 7"})";
}
fs::path core_folder(const ApiUnderTest& api) {
  return api.folder() / "data" / "core";
}
std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}
// As core banking does it: whole, then renamed into place.
void send(const ApiUnderTest& api, const std::string& name, const std::string& content) {
  const fs::path inbox = core_folder(api) / "inbox";
  std::ofstream(inbox / ".writing") << content;
  fs::rename(inbox / ".writing", inbox / name);
}
std::string answer_line(const std::string& item, bool accepted) {
  const std::string batch = item.substr(0, item.rfind('-'));
  return R"({"batch_id":")" + batch + R"(","item_id":")" + item + R"(","status":")" +
         (accepted ? "accepted\"" : R"(rejected","reason":"account is closed")") + "}\n";
}
bool is_there(const fs::path& file) {
  for (int i = 0; i < 100; ++i) {
    if (fs::exists(file)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}
bool is_taken(const ApiUnderTest& api, const std::string& name) {
  return is_there(core_folder(api) / "inbox" / "done" / name);
}
void close_and_export(ApiUnderTest& api, const std::string& batch) {
  REQUIRE(api.ask("POST", "/v1/batches/" + batch + "/close").at("status") == "closed");
  REQUIRE(api.ask("POST", "/v1/batches/" + batch + "/export").status == 200);
}

}  // namespace

TEST_CASE("postings: one, with its place and the balance after it", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  const ApiAnswer posted = api.ask_with_key("POST", "/v1/postings", posting(-5000), "k1");
  CHECK(posted.status == 201);
  CHECK(posted.text ==
        R"({"id":"2","batch_id":"B1","account_id":"A1","amount":-5000,"currency":"RUB",)"
        R"("reference":"loan 7","item_id":"B1-1","ledger":95000,"available":95000})");
  const ApiAnswer again = api.ask_with_key("POST", "/v1/postings", posting(-5000), "k1");
  CHECK(again.is_replay);
  CHECK(again.text == posted.text);
  CHECK(api.ask_with_key("POST", "/v1/postings", posting(-5001), "k1").status == 409);
  CHECK(api.ask("GET", "/v1/accounts/A1").at("pending") == "-5000");
  const ApiAnswer refused = api.ask("POST", "/v1/postings", posting(-95'001));
  CHECK(refused.status == 422);
  CHECK(refused.at("code") == "insufficient_funds");
  CHECK(refused.at("available") == "95000");
}

TEST_CASE("postings: many are posted all or none", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  const auto bulk = [&](const std::string& list) {
    return api.ask_with_key("POST", "/v1/postings/bulk", "{\"postings\":[" + list + "]}",
                            std::to_string(std::hash<std::string>{}(list)));
  };
  const ApiAnswer refused = bulk(posting(-60'000) + ',' + posting(-40'001));
  CHECK(refused.status == 422);
  CHECK(refused.at("posting") == "1");
  CHECK(refused.at("available") == "40000");
  CHECK(api.ask("GET", "/v1/batches/B1").at("code") == "unknown_batch");
  const ApiAnswer posted = bulk(posting(-60'000) + ',' + posting(-40'000));
  CHECK(posted.status == 201);
  CHECK(posted.json.at("postings").as_array().at(1).at("id") == "3");
  CHECK(posted.json.at("postings").as_array().at(0).at("item_id") == "B1-1");
  CHECK(posted.json.at("postings").as_array().at(1).at("item_id") == "B1-2");
  CHECK(bulk(posting(-60'000) + ',' + posting(-40'000)).text == posted.text);
  CHECK(api.ask("GET", "/v1/accounts/A1").at("available") == "0");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += (i > 0 ? "," : "") + posting(1);
  CHECK(bulk(many).at("field") == "postings");
  CHECK(bulk("").at("field") == "postings");
  CHECK(bulk(posting(1) + R"(,{"batch_id":"B1"})").at("code") == "bad_field");
}

TEST_CASE("postings: many know their items, of one batch or several", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  open_account(api, "A2");
  api.ask("POST", "/v1/postings", posting(-1, "B1"));
  api.ask("POST", "/v1/postings", posting(-2, "B2", "A2"));
  api.ask("POST", "/v1/postings", posting(-3, "B2"));
  const std::string body = "{\"postings\":[" + posting(-4, "B1") + ',' + posting(-5, "B2") + ',' +
                           posting(-6, "B3", "A2") + ',' + posting(-7, "B2", "A2") + ',' +
                           posting(-8, "B1") + ',' + posting(-9, "B3") + "]}";
  const auto items_of = [&](const ApiAnswer& answer) {
    std::string items;
    for (const auto& item : answer.json.at("postings").as_array()) {
      items += std::string(item.at("item_id").as_string()) + ' ';
    }
    return items;
  };
  const ApiAnswer posted = api.ask_with_key("POST", "/v1/postings/bulk", body, "many");
  CHECK(items_of(posted) == "B1-2 B2-3 B3-1 B2-4 B1-3 B3-2 ");
  for (const char* batch : {"B1", "B2", "B3"}) close_and_export(api, batch);
  const std::string exported = content_of(core_folder(api) / "outbox" / "B2.jsonl");
  CHECK(exported.find(R"({"item_id":"B2-4","account_id":"A2","amount":-7)") != std::string::npos);
  // Whatever became of an item: the repeat hears what the first call heard.
  send(api, "B2.jsonl", answer_line("B2-3", false));
  REQUIRE(is_taken(api, "B2.jsonl"));
  CHECK(api.ask("POST", "/v1/batch-items/B2-3/retry").status == 200);
  const ApiAnswer again = api.ask_with_key("POST", "/v1/postings/bulk", body, "many");
  CHECK(again.is_replay);
  CHECK(again.text == posted.text);
}

TEST_CASE("postings: what is wrong is named", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  struct Row {
    const char* body;
    int status;
    const char* code;
    const char* field;
  };
  const Row row = GENERATE(values<Row>({
      {R"({"account_id":"A1","amount":1,"currency":"RUB"})", 400, "missing_field", "batch_id"},
      {R"({"batch_id":".B","account_id":"A1","amount":1,"currency":"RUB"})", 400, "bad_field",
       "batch_id"},
      {R"({"batch_id":"../B","account_id":"A1","amount":1,"currency":"RUB"})", 400, "bad_field",
       "batch_id"},
      {R"({"batch_id":"B.tmp","account_id":"A1","amount":1,"currency":"RUB"})", 400, "bad_field",
       "batch_id"},
      {R"({"batch_id":"balances-1","account_id":"A1","amount":1,"currency":"RUB"})", 400,
       "bad_field", "batch_id"},
      {R"({"batch_id":"B1","account_id":"A1","currency":"RUB"})", 400, "missing_field", "amount"},
      {R"({"batch_id":"B1","account_id":"A1","amount":0,"currency":"RUB"})", 422, "bad_amount", ""},
      {R"({"batch_id":"B1","account_id":"A9","amount":1,"currency":"RUB"})", 404, "unknown_account",
       ""},
      {R"({"batch_id":"B1","account_id":"A1","amount":1,"currency":"EUR"})", 422,
       "currency_mismatch", ""},
      {R"({"batch_id":"stp-1","account_id":"A1","amount":1,"currency":"RUB"})", 409,
       "batch_not_open", ""},
  }));
  INFO(row.body);
  const ApiAnswer answer = api.ask("POST", "/v1/postings", row.body);
  CHECK(answer.status == row.status);
  CHECK(answer.at("code") == row.code);
  CHECK(answer.at("field") == row.field);
}

TEST_CASE("batches: opened, closed, exported, answered", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  const std::string open = R"({"batch_id":"B1","source":"loans"})";
  CHECK(api.ask("POST", "/v1/batches", open).text ==
        R"({"batch_id":"B1","source":"loans","status":"open"})");
  CHECK(api.ask("POST", "/v1/batches", open).status == 200);
  CHECK(api.ask("POST", "/v1/batches", R"({"batch_id":"B1","source":"cards"})").status == 409);
  CHECK(api.ask("POST", "/v1/batches", R"({"batch_id":"B1"})").text ==
        R"({"batch_id":"B1","source":"loans","status":"open"})");
  api.ask("POST", "/v1/postings", posting(-5000));
  api.ask("POST", "/v1/postings", posting(2500));
  CHECK(api.ask("POST", "/v1/batches/B1/export").at("code") == "batch_not_closed");
  close_and_export(api, "B1");
  CHECK(api.ask("DELETE", "/v1/batches/B1").at("code") == "batch_not_open");
  const fs::path exported = core_folder(api) / "outbox" / "B1.jsonl";
  const std::string content = content_of(exported);
  CHECK(content ==
        R"({"batch_id":"B1","source":"loans","currency_totals":{"RUB":-2500},"items":2,)"
        R"("sha256_of_items":"e7e77d6f6c87ba7f705b091cd0919c6b2171c3e9679e3b65a31ac2bb326a9454"})"
        "\n"
        R"({"item_id":"B1-1","account_id":"A1","amount":-5000,"currency":"RUB",)"
        R"("business_date":"2026-11-21","kind":"external","reference":"loan 7"})"
        "\n"
        R"({"item_id":"B1-2","account_id":"A1","amount":2500,"currency":"RUB",)"
        R"("business_date":"2026-11-21","kind":"external","reference":"loan 7"})"
        "\n");
  // Lost on the way: the same bytes once more.
  fs::remove(exported);
  CHECK(api.ask("POST", "/v1/batches/B1/export").status == 200);
  CHECK(content_of(exported) == content);

  send(api, "B1.jsonl", answer_line("B1-1", true));
  REQUIRE(is_taken(api, "B1.jsonl"));
  CHECK(api.ask("GET", "/v1/batches/B1").at("status") == "exported");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("booked") == "95000");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("available") == "97500");
  send(api, "B1.rest.jsonl", answer_line("B1-2", false));
  REQUIRE(is_taken(api, "B1.rest.jsonl"));
  const ApiAnswer batch = api.ask("GET", "/v1/batches/B1");
  CHECK(batch.at("status") == "accepted");
  REQUIRE(batch.json.at("problems").as_array().size() == 1);
  const auto& problem = batch.json.at("problems").as_array()[0];
  CHECK(problem.at("item_id") == "B1-2");
  CHECK(problem.at("reason") == "account is closed");
  CHECK(boost::json::serialize(problem.at("actions")) == R"(["retry","move","undo"])");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("pending") == "2500");

  // The same answers again change nothing.
  send(api, "B1.again.jsonl", answer_line("B1-1", true) + answer_line("B1-2", false));
  REQUIRE(is_taken(api, "B1.again.jsonl"));
  CHECK(api.ask("GET", "/v1/accounts/A1").at("booked") == "95000");

  const ApiAnswer undone = api.ask_with_key("POST", "/v1/batch-items/B1-2/undo", "", "undo-1");
  CHECK(undone.status == 200);
  CHECK(undone.at("amount") == "2500");
  CHECK(api.ask_with_key("POST", "/v1/batch-items/B1-2/undo", "", "undo-1").is_replay);
  CHECK(api.ask("POST", "/v1/batch-items/B1-2/undo").at("code") == "item_not_rejected");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "95000");
  CHECK(api.ask("GET", "/v1/batches/B1").json.at("problems").as_array().empty());
}

TEST_CASE("batches: a problem is moved to another account, or tried again", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  open_account(api, "A2", 0);
  api.ask("POST", "/v1/postings", posting(-100));
  api.ask("POST", "/v1/postings", posting(-200));
  close_and_export(api, "B1");
  send(api, "B1.jsonl", answer_line("B1-1", false) + answer_line("B1-2", false));
  REQUIRE(is_taken(api, "B1.jsonl"));
  CHECK(api.ask("POST", "/v1/batch-items/B1-1/move").at("field") == "account_id");
  CHECK(api.ask("POST", "/v1/batch-items/B1-1/move", R"({"account_id":"A9"})").status == 404);
  CHECK(api.ask("POST", "/v1/batch-items/B1-1/move", R"({"account_id":"A2"})").status == 200);
  CHECK(api.ask("GET", "/v1/accounts/A2").at("pending") == "-100");
  CHECK(api.ask("POST", "/v1/batch-items/B1-2/retry").status == 200);
  CHECK(api.ask("POST", "/v1/batch-items/B1-9/retry").at("code") == "unknown_item");
  CHECK(api.ask("POST", "/v1/batch-items/B9-1/retry").at("code") == "unknown_batch");
  CHECK(api.ask("POST", "/v1/batch-items/x/retry").at("code") == "unknown_item");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("pending") == "-200");
  // Both go out in the engine's own batch when that is old enough.
  CHECK(api.ask("POST", "/v1/clock", R"({"now":"2026-11-20T09:05:00Z"})").status == 200);
  const std::string content = content_of(core_folder(api) / "outbox" / "stp-000000002.jsonl");
  CHECK(content.find(R"("account_id":"A2","amount":-100)") != std::string::npos);
  CHECK(content.find(R"("account_id":"A1","amount":-200)") != std::string::npos);
}

TEST_CASE("batches: who tries a rejected item again hears where it is now", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  open_account(api, "A2", 0);
  for (const int amount : {-100, -200, -300}) api.ask("POST", "/v1/postings", posting(amount));
  close_and_export(api, "B1");
  send(api, "B1.jsonl",
       answer_line("B1-1", false) + answer_line("B1-2", false) + answer_line("B1-3", false));
  REQUIRE(is_taken(api, "B1.jsonl"));
  const auto retry = [&](const std::string& item, const std::string& key) {
    return api.ask_with_key("POST", "/v1/batch-items/" + item + "/retry", "", key);
  };
  const ApiAnswer retried = retry("B1-2", "first");
  CHECK(retried.text == R"({"item_id":"B1-2","action":"retry","amount":-200,"currency":"RUB",)"
                        R"("new_item_id":"stp-000000002-1"})");
  CHECK(api.ask("POST", "/v1/batch-items/B1-3/move", R"({"account_id":"A2"})").text ==
        R"({"item_id":"B1-3","action":"move","amount":-300,"currency":"RUB","account_id":"A2",)"
        R"("new_item_id":"stp-000000002-2"})");
  CHECK(api.ask("POST", "/v1/batch-items/B1-1/undo").at("new_item_id").empty());
  CHECK(api.ask("POST", "/v1/clock", R"({"now":"2026-11-20T09:05:00Z"})").status == 200);
  const std::string content = content_of(core_folder(api) / "outbox" / "stp-000000002.jsonl");
  CHECK(content.find(R"("item_id":"stp-000000002-1","account_id":"A1","amount":-200)") !=
        std::string::npos);
  CHECK(content.find(R"("item_id":"stp-000000002-2","account_id":"A2","amount":-300)") !=
        std::string::npos);
  // Rejected again, and tried again: the repeat of the first call hears the first place.
  send(api, "stp.jsonl", answer_line("stp-000000002-1", false));
  REQUIRE(is_taken(api, "stp.jsonl"));
  CHECK(retry("stp-000000002-1", "second").at("new_item_id") == "stp-000000003-1");
  const ApiAnswer again = retry("B1-2", "first");
  CHECK(again.is_replay);
  CHECK(again.text == retried.text);
}

TEST_CASE("batches: the list has the newest first, in pages, by status", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  CHECK(api.ask("GET", "/v1/batches").text == R"({"batches":[],"next_cursor":null})");
  const auto ids_of = [](const ApiAnswer& answer) {
    std::string ids;
    for (const auto& batch : answer.json.at("batches").as_array()) {
      ids += std::string(batch.at("batch_id").as_string()) + ' ';
    }
    return ids;
  };
  api.ask("POST", "/v1/batches", R"({"batch_id":"B1","source":"loans"})");
  for (const char* batch : {"B2", "B3", "B2", "B4"}) {
    api.ask("POST", "/v1/postings", posting(-100, batch));
  }
  close_and_export(api, "B2");
  send(api, "B2.jsonl", answer_line("B2-1", true) + answer_line("B2-2", false));
  REQUIRE(is_taken(api, "B2.jsonl"));
  api.ask("DELETE", "/v1/batches/B4");
  SECTION("at once") {}
  SECTION("after a restart") {
    api.restart();
  }
  const ApiAnswer all = api.ask("GET", "/v1/batches");
  CHECK(ids_of(all) == "B4 B3 B2 B1 ");
  CHECK(all.at("next_cursor") == "null");
  CHECK(ids_of(api.ask("GET", "/v1/batches?status=open")) == "B3 B1 ");
  CHECK(ids_of(api.ask("GET", "/v1/batches?status=accepted")) == "B2 ");
  CHECK(ids_of(api.ask("GET", "/v1/batches?status=deleted")) == "B4 ");
  CHECK(ids_of(api.ask("GET", "/v1/batches?status=exported")).empty());
  const auto& b2 = all.json.at("batches").as_array()[2].as_object();
  CHECK(b2.at("items") == 2);
  CHECK(b2.at("accepted") == 1);
  CHECK(b2.at("unresolved") == 1);
  CHECK_FALSE(b2.contains("problems"));
  CHECK(all.json.at("batches").as_array()[3].at("source") == "loans");
  for (const char* query : {"status=lost", "status=OPEN", "cursor=x", "cursor=0", "cursor=-1"}) {
    CHECK(api.ask("GET", std::string("/v1/batches?") + query).at("code") == "bad_query");
  }
}

TEST_CASE("batches: a page of the list has 500, and a rare status is found behind many",
          "[http][core]") {
  ApiUnderTest api;
  for (int i = 1; i <= 1100; ++i) {
    api.ask("POST", "/v1/batches", R"({"batch_id":"B)" + std::to_string(i) + "\"}");
  }
  api.ask("POST", "/v1/batches/B7/close");
  const ApiAnswer first = api.ask("GET", "/v1/batches");
  REQUIRE(first.json.at("batches").as_array().size() == 500);
  CHECK(first.json.at("batches").as_array().back().at("batch_id") == "B601");
  const ApiAnswer second = api.ask("GET", "/v1/batches?cursor=" + first.at("next_cursor"));
  CHECK(second.json.at("batches").as_array().front().at("batch_id") == "B600");
  const ApiAnswer third = api.ask("GET", "/v1/batches?cursor=" + second.at("next_cursor"));
  CHECK(third.json.at("batches").as_array().size() == 100);
  CHECK(third.json.at("batches").as_array().back().at("batch_id") == "B1");
  CHECK(third.at("next_cursor") == "null");
  const ApiAnswer closed = api.ask("GET", "/v1/batches?status=closed");
  REQUIRE(closed.json.at("batches").as_array().size() == 1);
  CHECK(closed.json.at("batches").as_array()[0].at("batch_id") == "B7");
}

TEST_CASE("batches: what takes no body refuses one that says something", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  api.ask("POST", "/v1/postings", posting(-100));
  struct Row {
    const char* method;
    const char* target;
  };
  const Row row = GENERATE(values<Row>({{"POST", "/v1/batches/B1/close"},
                                        {"POST", "/v1/batches/B1/export"},
                                        {"DELETE", "/v1/batches/B1"},
                                        {"POST", "/v1/core/close-day"},
                                        {"POST", "/v1/core/open-day"}}));
  INFO(row.method << ' ' << row.target);
  const ApiAnswer refused = api.ask(row.method, row.target, R"({"force":true})");
  CHECK(refused.status == 400);
  CHECK(refused.at("code") == "unknown_field");
  CHECK(refused.at("field") == "force");
  CHECK(api.ask(row.method, row.target, "[]").at("code") == "bad_json");
  CHECK(api.ask("GET", "/v1/batches/B1").at("status") == "open");
  CHECK(api.ask("GET", "/v1/core").at("status") == "open");
  CHECK(api.ask(row.method, row.target, "{}").status != 400);
}

TEST_CASE("batches: an open one is deleted, and its postings are undone", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  api.ask("POST", "/v1/postings", posting(-100));
  CHECK(api.ask("DELETE", "/v1/batches/B1").at("status") == "deleted");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "100000");
  CHECK(api.ask("POST", "/v1/postings", posting(-100)).at("code") == "batch_not_open");
  CHECK(api.ask("DELETE", "/v1/batches/B9").at("code") == "unknown_batch");
}

TEST_CASE("core banking: at night nothing is exported, and all else goes on", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  CHECK(api.ask("GET", "/v1/core").at("status") == "open");
  CHECK(api.ask("POST", "/v1/core/close-day").at("status") == "closed");
  api.ask("POST", "/v1/postings", posting(-100));
  CHECK(api.ask("POST", "/v1/batches/B1/close").status == 200);
  const ApiAnswer deferred = api.ask("POST", "/v1/batches/B1/export");
  CHECK(deferred.status == 202);
  CHECK(deferred.at("status") == "closed");
  CHECK(deferred.at("queued") == "true");
  CHECK(api.ask("GET", "/v1/core").at("waiting_exports") == "1");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_FALSE(fs::exists(core_folder(api) / "outbox" / "B1.jsonl"));

  SECTION("opened") {}
  SECTION("opened after a restart") {
    api.restart();
  }
  CHECK(api.ask("GET", "/v1/core").at("status") == "closed");
  const ApiAnswer opened = api.ask("POST", "/v1/core/open-day");
  CHECK(opened.at("status") == "open");
  CHECK(opened.at("waiting_exports") == "0");
  CHECK(fs::exists(core_folder(api) / "outbox" / "B1.jsonl"));
  CHECK(api.ask("GET", "/v1/batches/B1").at("status") == "exported");
}

TEST_CASE("core banking: what it sends and cannot be read is put aside with the reason",
          "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  api.ask("POST", "/v1/postings", posting(-100));
  close_and_export(api, "B1");
  struct Row {
    const char* name;
    std::string content;
    const char* reason;
  };
  const Row row = GENERATE(values<Row>({
      {"B1.jsonl", "nonsense\n", "line 1: is no JSON object"},
      {"B1.jsonl", answer_line("B1-1", true) + "\n" + answer_line("B1-7", true),
       "line 3: unknown_item"},
      {"B1.jsonl", R"({"batch_id":"B2","item_id":"B1-1","status":"accepted"})",
       "line 1: 'item_id' names no item of the batch"},
      {"B1.jsonl", R"({"batch_id":"B1","item_id":"B1-1","status":"perhaps"})",
       "line 1: 'status' must be accepted or rejected"},
      {"balances-1.jsonl", R"({"account_id":"A1","booked":"1","currency":"RUB"})",
       "line 1: 'booked' must be a number of minor units"},
      {"balances-1.jsonl", R"({"account_id":"A1","booked":1,"currency":"RUB"})",
       "line 1: 'last_batch_id' must name a batch, or be null"},
      {"balances-1.jsonl", R"({"account_id":"A1","booked":1,"currency":"RUB","last_batch_id":7})",
       "line 1: 'last_batch_id' must name a batch, or be null"},
      {"balances-1.jsonl", R"({"account_id":"A1","booked":1,"currency":"RUB","last_batch_id":""})",
       "line 1: 'last_batch_id' must name a batch, or be null"},
      {"balances-1.jsonl", R"({"account_id":"A1","booked":1,"currency":"RUB","last_batch":"B1"})",
       "line 1: has a key other than account_id, booked, currency and last_batch_id"},
      {"balances-1.jsonl", R"({"account_id":"A1","booked":1,"currency":"RUR"})",
       "line 1: 'currency' must be an ISO 4217 code"},
  }));
  INFO(row.content);
  send(api, row.name, row.content);
  const fs::path failed = core_folder(api) / "inbox" / "failed" / row.name;
  REQUIRE(is_there(failed.string() + ".error"));
  CHECK(content_of(failed.string() + ".error") == std::string(row.reason) + "\n");
  CHECK(content_of(failed) == row.content);
  CHECK(api.ask("GET", "/v1/accounts/A1").at("pending") == "-100");
}

TEST_CASE("core banking: its balances are taken at open-day, with a report", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  open_account(api, "A2", 500);
  api.ask("POST", "/v1/postings", posting(-100));
  close_and_export(api, "B1");
  api.ask("POST", "/v1/core/close-day");
  const auto line = [](const char* account, int booked) {
    return std::string(R"({"account_id":")") + account + R"(","booked":)" + std::to_string(booked) +
           R"(,"currency":"RUB","last_batch_id":"B1"})" + "\n";
  };
  // A salary of 700.00 came to A1; B1 is in, but not answered yet. A9 is not ours.
  send(api, "balances-1.jsonl",
       line("A1", 169'900) + line("A2", 500) + line("A9", 1) + line("A2", 7));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "99900");
  const ApiAnswer opened = api.ask("POST", "/v1/core/open-day");
  const auto& report = opened.json.at("last_balances");
  CHECK(report.at("accounts") == 4);
  CHECK(report.at("agreed") == 1);
  CHECK(report.at("adjusted") == 1);
  CHECK(report.at("refused") == 2);
  CHECK(report.at("adjustments").at("RUB") == 70'000);
  CHECK(report.at("differences").as_array()[0].at("difference") == 70'000);
  CHECK(report.at("differences").as_array()[1].at("reason") == "unknown_account");
  CHECK(report.at("differences").as_array()[2].at("reason") == "same_account");
  CHECK(is_there(core_folder(api) / "reports" / "balances-1.jsonl.json"));
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "169900");
  send(api, "B1.jsonl", answer_line("B1-1", true));
  REQUIRE(is_taken(api, "B1.jsonl"));
  CHECK(api.ask("GET", "/v1/accounts/A1").at("booked") == "169900");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("pending") == "0");
}

TEST_CASE("core banking: what it says of a batch whose export is not known yet waits",
          "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  api.ask("POST", "/v1/postings", posting(-100));
  // As after a crash between the file and the word of it, and core banking has closed since.
  api.ask("POST", "/v1/core/close-day");
  REQUIRE(api.ask("POST", "/v1/batches/B1/close").status == 200);
  REQUIRE(api.ask("POST", "/v1/batches/B1/export").status == 202);
  send(api, "B1.jsonl", answer_line("B1-1", true));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK(fs::exists(core_folder(api) / "inbox" / "taking" / "B1.jsonl"));
  CHECK(api.ask("POST", "/v1/core/open-day").status == 200);
  CHECK(fs::exists(core_folder(api) / "inbox" / "done" / "B1.jsonl"));
  CHECK(api.ask("GET", "/v1/batches/B1").at("status") == "accepted");
  api.ask("POST", "/v1/core/close-day");
  CHECK(api.ask("POST", "/v1/batches/B1/export").at("code") == "core_closed");
}

TEST_CASE("core banking: what cannot be put away is posted once, and told", "[http][core]") {
  ApiUnderTest api;
  const holdfast::test::CapturedLog log;
  open_account(api);
  const fs::path inbox = core_folder(api) / "inbox";
  fs::remove(inbox / "done");
  std::ofstream(inbox / "done") << "in the way";
  const auto line = [](int booked) {
    return R"({"account_id":"A1","booked":)" + std::to_string(booked) +
           R"(,"currency":"RUB","last_batch_id":null})" + "\n";
  };
  send(api, "balances-1.jsonl", line(150'000));
  send(api, "balances-2.jsonl", line(120'000));
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "150000");
  CHECK(api.ask("GET", "/v1/accounts/A1/statement").json.at("movements").as_array().size() == 2);
  CHECK(api.ask("GET", "/v1/core").at("inbox_failure") ==
        (inbox / "taking" / "balances-1.jsonl").string() + ": Not a directory");
  CHECK(log.count("Not a directory") == 1);
  fs::remove(inbox / "done");
  REQUIRE(is_taken(api, "balances-1.jsonl"));
  REQUIRE(is_taken(api, "balances-2.jsonl"));
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "120000");
  CHECK(api.ask("POST", "/v1/core/open-day").at("inbox_failure") == "null");
}

TEST_CASE("core banking: an inbox that cannot be read is told", "[http][core]") {
  ApiUnderTest api;
  const holdfast::test::CapturedLog log;
  const fs::path inbox = core_folder(api) / "inbox";
  fs::rename(inbox, core_folder(api) / "away");
  std::ofstream(inbox) << "in the way";
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK(api.ask("POST", "/v1/core/open-day").at("inbox_failure").ends_with(": Not a directory"));
  CHECK(log.count("core: cannot receive") == 1);
  fs::remove(inbox);
  fs::rename(core_folder(api) / "away", inbox);
  CHECK(api.ask("POST", "/v1/core/open-day").at("inbox_failure") == "null");
}

TEST_CASE("core banking: files of strange names", "[http][core]") {
  ApiUnderTest api;
  const holdfast::test::CapturedLog log;
  open_account(api);
  const std::string content =
      R"({"account_id":"A1","booked":150000,"currency":"RUB","last_batch_id":null})";
  SECTION("as long as can be") {
    const std::string name = "balances-" + std::string(240, 'x') + ".jsonl";
    send(api, name, content);
    const std::string kept = name.substr(0, 194) + ".jsonl";
    REQUIRE(is_taken(api, kept));
    CHECK(is_there(core_folder(api) / "reports" / (kept + ".json")));
    // Others of the same beginning.
    send(api, name, content);
    REQUIRE(is_taken(api, kept + ".2"));
    CHECK(is_there(core_folder(api) / "reports" / (kept + ".2.json")));
  }
  SECTION("not UTF-8") {
    send(api, "balances-\xe9.jsonl", content);
    REQUIRE(is_taken(api, "balances-\xe9.jsonl"));
    const ApiAnswer core = api.ask("GET", "/v1/core");
    CHECK(core.status == 200);
    CHECK(core.json.at("last_balances").at("name") == "balances-\xc3\xa9.jsonl");
    CHECK(api.ask("POST", "/v1/core/open-day").status == 200);
  }
  SECTION("with a card number") {
    send(api, "5413330089020011.jsonl", "nonsense");
    send(api, "balances-5413330089020011.jsonl", content);
    REQUIRE(is_taken(api, "balances-5413330089020011.jsonl"));
    CHECK(api.ask("GET", "/v1/core").text.find("5413330089020011") == std::string::npos);
    CHECK(log.text().find("541333******0011.jsonl is refused") != std::string::npos);
    CHECK(log.text().find("5413330089020011") == std::string::npos);
  }
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "150000");
}

TEST_CASE("core banking: no card number comes in with a reason", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  api.ask("POST", "/v1/postings", posting(-100));
  close_and_export(api, "B1");
  send(api, "balances-1.jsonl",
       R"({"account_id":"A1","booked":99900,"currency":"RUB","last_batch_id":"B1"})");
  REQUIRE(is_taken(api, "balances-1.jsonl"));
  // Cut after its masking, not before: 64 bytes would end within the number.
  const std::string before(52, 'x');
  send(api, "B1.jsonl",
       R"({"batch_id":"B1","item_id":"B1-1","status":"rejected","reason":")" + before +
           R"( 5413330089020011"})");
  REQUIRE(is_taken(api, "B1.jsonl"));
  const ApiAnswer batch = api.ask("GET", "/v1/batches/B1");
  const auto& problem = batch.json.at("problems").as_array()[0];
  CHECK(problem.at("reason").as_string() == before + " 541333*****");
  const std::string statement = api.ask("GET", "/v1/accounts/A1/statement").text;
  CHECK(statement.find(before.substr(0, 30)) != std::string::npos);
  CHECK(statement.find("54133300") == std::string::npos);
}

TEST_CASE("core banking: no card number gets into a batch", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  REQUIRE(api.ask("POST", "/v1/cards",
                  R"({"pan":"5413330089020011","expiry":"2912","account_id":"A1"})")
              .status == 201);
  CHECK(api.ask("POST", "/v1/postings", posting(-100, "B-5413330089020011")).status == 400);
  CHECK(api.ask("POST", "/v1/batches", R"({"batch_id":"5413330089020011"})").status == 400);
  CHECK(api.ask("POST", "/v1/batches", R"({"batch_id":"B1","source":"5413330089020011"})").status ==
        400);
  CHECK(api.ask("POST", "/v1/batches", R"({"batch_id":"B1","source":"4111111111111111"})").status ==
        201);
}

TEST_CASE("statement: pages, dates and what is wrong with a query", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  for (int i = 0; i < 3; ++i) {
    std::string many;
    for (int k = 0; k < 200; ++k) many += (k > 0 ? "," : "") + posting(-1);
    REQUIRE(api.ask("POST", "/v1/postings/bulk", "{\"postings\":[" + many + "]}").status == 201);
  }
  const std::string target = "/v1/accounts/A1/statement?from=2026-11-21&to=2026-11-21";
  const ApiAnswer first = api.ask("GET", target);
  REQUIRE(first.json.at("movements").as_array().size() == 500);
  CHECK(first.at("next_cursor") == "500");
  const ApiAnswer second = api.ask("GET", target + "&cursor=" + first.at("next_cursor"));
  REQUIRE(second.json.at("movements").as_array().size() == 101);
  CHECK(second.at("next_cursor") == "null");
  const auto& last = second.json.at("movements").as_array().back();
  CHECK(last.at("balance_after") == 99'400);
  CHECK(last.at("kind") == "external");
  CHECK(last.at("batch_id") == "B1");
  CHECK(api.ask("GET", "/v1/accounts/A1/statement?to=2026-11-20").text ==
        R"({"movements":[],"next_cursor":null})");
  CHECK(api.ask("GET", "/v1/accounts/A1/statement?from=20.11.2026").at("code") == "bad_query");
  CHECK(api.ask("GET", "/v1/accounts/A1/statement?cursor=x").at("code") == "bad_query");
  CHECK(api.ask("GET", "/v1/accounts/A9/statement").status == 404);
}

TEST_CASE("balances: of many accounts in one call", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  open_account(api, "A2", 7);
  const ApiAnswer answer =
      api.ask("POST", "/v1/accounts/balances", R"({"account_ids":["A2","A9","A1","no such"]})");
  CHECK(answer.json.at("accounts").as_array().size() == 2);
  CHECK(answer.json.at("accounts").as_array()[0].at("available") == 7);
  CHECK(boost::json::serialize(answer.json.at("unknown")) == R"(["A9","no such"])");
  CHECK(api.ask("POST", "/v1/accounts/balances", R"({"account_ids":[]})").status == 400);
}

TEST_CASE("holds: a part of one is released over the API", "[http][core]") {
  ApiUnderTest api;
  open_account(api);
  REQUIRE(api.ask("POST", "/v1/holds", R"({"account_id":"A1","amount":1000,"currency":"RUB"})")
              .status == 201);
  const ApiAnswer part = api.ask("POST", "/v1/holds/1/release", R"({"amount":300})");
  CHECK(part.at("status") == "open");
  CHECK(part.at("amount") == "700");
  CHECK(part.at("released_amount") == "300");
  CHECK(api.ask("POST", "/v1/holds/1/release", R"({"amount":701})").at("code") == "bad_amount");
  CHECK(api.ask("POST", "/v1/holds/1/release").at("status") == "released");
}
