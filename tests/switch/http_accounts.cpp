#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "http_support.hpp"

namespace {

using holdfast::http::test::ApiAnswer;
using holdfast::http::test::ApiUnderTest;

const std::string card_body = R"({"pan":"4111111111111111","expiry":"2912","account_id":"A1"})";

void open_account(ApiUnderTest& api) {
  REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":100000})").status == 201);
}

}  // namespace

TEST_CASE("accounts: opening again changes what is said, and never gives money again", "[http]") {
  ApiUnderTest api;
  const std::string body =
      R"({"currency":"RUB","booked":100000,"overdraft_limit":500,"status":"active"})";
  const ApiAnswer opened = api.ask("PUT", "/v1/accounts/A1", body);
  CHECK(opened.status == 201);
  CHECK(opened.text == R"({"id":"A1","currency":"RUB","status":"active","booked":100000,)"
                       R"("pending":0,"ledger":100000,"held":0,"overdraft_limit":500,)"
                       R"("available":100500})");
  const ApiAnswer again = api.ask("PUT", "/v1/accounts/A1", body);
  CHECK(again.status == 200);
  CHECK(again.text == opened.text);
  const ApiAnswer changed = api.ask("PATCH", "/v1/accounts/A1", R"({"status":"debit_blocked"})");
  CHECK(changed.status == 200);
  CHECK(changed.at("status") == "debit_blocked");
  CHECK(changed.at("overdraft_limit") == "500");
  CHECK(api.ask("GET", "/v1/accounts/A1").text == changed.text);
}

TEST_CASE("accounts: what is refused says why, and names the field", "[http]") {
  ApiUnderTest api;
  open_account(api);
  struct Row {
    const char* method;
    const char* target;
    const char* body;
    int status;
    const char* code;
    const char* field;
  };
  const Row row = GENERATE(values<Row>({
      {"PUT", "/v1/accounts/A2", "{\"currency\":", 400, "bad_json", ""},
      {"PUT", "/v1/accounts/A2", "[]", 400, "bad_json", ""},
      {"PUT", "/v1/accounts/A2", R"({"currency":"XXZ"})", 400, "bad_field", "currency"},
      {"PUT", "/v1/accounts/A2", R"({"currency":"RUB","booked":"1"})", 400, "bad_field", "booked"},
      {"PUT", "/v1/accounts/A2", R"({"currency":"RUB","booked":1.5})", 400, "bad_field", "booked"},
      {"PUT", "/v1/accounts/A2", R"({"currency":"RUB","booked":1000000000000001})", 400,
       "bad_field", "booked"},
      {"PUT", "/v1/accounts/A2", R"({"currency":"RUB","status":"dead"})", 400, "bad_field",
       "status"},
      {"PUT", "/v1/accounts/A2", R"({"currency":"RUB","color":1})", 400, "unknown_field", "color"},
      {"PUT", "/v1/accounts/A2", R"({"booked":1})", 422, "currency_missing", ""},
      {"PUT", "/v1/accounts/A-2", R"({"currency":"RUB"})", 400, "bad_account_id", ""},
      {"PUT", "/v1/accounts/A1", R"({"currency":"EUR"})", 409, "account_exists_in_other_currency",
       ""},
      {"PATCH", "/v1/accounts/A1", R"({"booked":1})", 400, "unknown_field", "booked"},
      {"PATCH", "/v1/accounts/A9", "{}", 404, "unknown_account", ""},
      {"GET", "/v1/accounts/A9", "", 404, "unknown_account", ""},
      {"GET", "/v1/accounts/A9/holds", "", 404, "unknown_account", ""},
      {"GET", "/v1/accounts/A1/holds?all=yes", "", 400, "bad_query", ""},
      {"GET", "/v1/accounts/A1/holds?some=true", "", 400, "bad_query", ""},
      {"POST", "/v1/cards", R"({"pan":"411111111111111x","expiry":"2912","account_id":"A1"})", 400,
       "bad_field", "pan"},
      {"POST", "/v1/cards", R"({"pan":"41111111111","expiry":"2912","account_id":"A1"})", 400,
       "bad_field", "pan"},
      {"POST", "/v1/cards", R"({"pan":"4111111111111111","expiry":"2913","account_id":"A1"})", 400,
       "bad_field", "expiry"},
      {"POST", "/v1/cards", R"({"pan":"4111111111111111","account_id":"A1"})", 400, "missing_field",
       "expiry"},
      {"POST", "/v1/cards", R"({"pan":"4111111111111111","expiry":"2912","account_id":"A9"})", 404,
       "unknown_account", ""},
      {"GET", "/v1/cards/00112233445566778899aabbccddeeff", "", 404, "unknown_card", ""},
      {"PATCH", "/v1/cards/nonsense", "{}", 404, "unknown_card", ""},
      {"POST", "/v1/holds", R"({"account_id":"A1","amount":5})", 400, "missing_field", "currency"},
      {"POST", "/v1/holds", R"({"account_id":"A1","amount":0,"currency":"RUB"})", 422, "bad_amount",
       ""},
      {"POST", "/v1/holds", R"({"account_id":"A1","amount":5,"currency":"EUR"})", 422,
       "currency_mismatch", ""},
      {"POST", "/v1/holds",
       R"({"account_id":"A1","amount":5,"currency":"RUB","kind":"authorization"})", 400,
       "bad_field", "kind"},
      {"POST", "/v1/cards",
       R"({"pan":"4111111111111111","expiry":"2912","account_id":"4111111111111111"})", 400,
       "bad_field", "account_id"},
      {"GET", "/v1/holds/77", "", 404, "unknown_hold", ""},
      {"POST", "/v1/holds/77/release", "", 404, "unknown_hold", ""},
  }));
  const ApiAnswer answer = api.ask(row.method, row.target, row.body);
  INFO(row.method << " " << row.target << " " << row.body << " -> " << answer.text);
  CHECK(answer.status == row.status);
  CHECK(answer.at("code") == row.code);
  CHECK(answer.at("field") == row.field);
  CHECK(answer.at("type") == "about:blank");
  CHECK(answer.at("status") == std::to_string(row.status));
  CHECK(answer.text.find("4111111") == std::string::npos);
}

TEST_CASE("cards: issued, shown masked, blocked, issued again", "[http]") {
  ApiUnderTest api;
  open_account(api);
  const ApiAnswer issued = api.ask("POST", "/v1/cards", card_body);
  CHECK(issued.status == 201);
  CHECK(issued.at("pan_masked") == "411111******1111");
  CHECK(issued.at("status") == "active");
  CHECK(issued.at("expiry") == "2912");
  CHECK(issued.at("limit_profile") == "null");
  const std::string target = "/v1/cards/" + issued.at("card_id");
  CHECK(issued.at("card_id").size() == 32);
  CHECK(api.ask("GET", target).text == issued.text);

  const ApiAnswer changed =
      api.ask("PATCH", target, R"({"status":"lost","limit_profile":"standard"})");
  CHECK(changed.status == 200);
  CHECK(changed.at("status") == "lost");
  CHECK(changed.at("limit_profile") == "standard");
  CHECK(api.ask("PATCH", target, R"({"limit_profile":null})").at("limit_profile") == "null");

  // Loading the card again does not find a lost one.
  const ApiAnswer again = api.ask("POST", "/v1/cards", card_body);
  CHECK(again.status == 200);
  CHECK(again.at("status") == "lost");
  REQUIRE(api.ask("PUT", "/v1/accounts/A2", R"({"currency":"RUB"})").status == 201);
  const ApiAnswer elsewhere = api.ask(
      "POST", "/v1/cards", R"({"pan":"4111111111111111","expiry":"2912","account_id":"A2"})");
  CHECK(elsewhere.status == 409);
  CHECK(elsewhere.at("code") == "card_of_other_account");
}

TEST_CASE("holds: placed where the balance allows, listed, released once", "[http]") {
  ApiUnderTest api;
  open_account(api);
  const ApiAnswer placed = api.ask(
      "POST", "/v1/holds",
      R"({"account_id":"A1","amount":60000,"currency":"RUB","kind":"manual","conditional":true,)"
      R"("expires_at":"2026-11-21T09:00:00.5+03:00","reference":"договор 7"})");
  CHECK(placed.status == 201);
  const std::string shape =
      R"({"id":"1","kind":"manual","amount":60000,"fee":0,"original_amount":60000,)"
      R"("currency":"RUB","status":"open","expires_at":"2026-11-21T06:00:01Z","rrn":null,)"
      R"("auth_code":null,"lifecycle_id":null,"merchant":null)";
  CHECK(placed.text == shape + R"(,"account_id":"A1","reference":"договор 7"})");
  CHECK(api.ask("GET", "/v1/holds/1").text == placed.text);
  CHECK(api.ask("GET", "/v1/accounts/A1/holds").text == R"({"holds":[)" + shape + "}]}");

  const ApiAnswer refused =
      api.ask("POST", "/v1/holds", R"({"account_id":"A1","amount":40001,"currency":"RUB"})");
  CHECK(refused.status == 422);
  CHECK(refused.at("code") == "insufficient_funds");
  CHECK(refused.at("available") == "40000");
  const ApiAnswer arrest =
      api.ask("POST", "/v1/holds",
              R"({"account_id":"A1","amount":50000,"currency":"RUB","kind":"arrest"})");
  CHECK(arrest.status == 201);
  CHECK(api.ask("GET", "/v1/accounts/A1").at("available") == "-10000");

  const ApiAnswer released = api.ask("POST", "/v1/holds/1/release");
  CHECK(released.status == 200);
  CHECK(released.at("status") == "released");
  CHECK(released.at("amount") == "0");
  CHECK(released.at("released_amount") == "60000");
  CHECK(released.at("available") == "50000");
  CHECK(api.ask("POST", "/v1/holds/1/release").at("code") == "hold_ended");
  CHECK(api.ask("GET", "/v1/accounts/A1/holds").json.at("holds").as_array().size() == 1);
  CHECK(api.ask("GET", "/v1/accounts/A1/holds?all=true").json.at("holds").as_array().size() == 2);
}

TEST_CASE("clock: moves forward only, and what is due has happened when it answers", "[http]") {
  ApiUnderTest api;
  open_account(api);
  for (int i = 0; i < 600; ++i) {
    REQUIRE(api.ask("POST", "/v1/holds",
                    R"({"account_id":"A1","amount":100,"currency":"RUB",)"
                    R"("expires_at":"2026-11-21T09:00:00Z"})")
                .status == 201);
  }
  CHECK(api.ask("GET", "/v1/accounts/A1").at("held") == "60000");
  CHECK(api.ask("POST", "/v1/clock", R"({"now":"2026-11-21T08:59:59Z"})").status == 200);
  CHECK(api.ask("GET", "/v1/accounts/A1").at("held") == "60000");
  const ApiAnswer moved = api.ask("POST", "/v1/clock", R"({"now":"2026-11-21T09:00:00Z"})");
  CHECK(moved.status == 200);
  CHECK(moved.at("now") == "2026-11-21T09:00:00Z");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("held") == "0");
  const ApiAnswer back = api.ask("POST", "/v1/clock", R"({"now":"2026-11-21T08:00:00Z"})");
  CHECK(back.status == 409);
  CHECK(back.at("code") == "clock_moves_forward_only");
  CHECK(api.ask("POST", "/v1/clock", R"({"now":"tomorrow"})").at("field") == "now");
  CHECK(api.ask("GET", "/v1/clock").text == moved.text);
}

TEST_CASE("clock: the machine's clock is not moved", "[http]") {
  ApiUnderTest api(ApiUnderTest::Options{.has_manual_clock = false});
  const ApiAnswer answer = api.ask("POST", "/v1/clock", R"({"now":"2099-01-01T00:00:00Z"})");
  CHECK(answer.status == 409);
  CHECK(answer.at("code") == "clock_not_manual");
}

TEST_CASE("ledger: every internal account of every currency, and each sums to zero", "[http]") {
  ApiUnderTest api;
  open_account(api);
  REQUIRE(api.ask("PUT", "/v1/accounts/E1", R"({"currency":"EUR","booked":700})").status == 201);
  CHECK(api.ask("GET", "/v1/ledger").text ==
        R"({"currencies":{"RUB":{"customers":100000,"settlement":0,"fee_income":0,)"
        R"("fx_position":0,"fx_result":0,"suspense":0,"core":-100000},)"
        R"("EUR":{"customers":700,"settlement":0,"fee_income":0,)"
        R"("fx_position":0,"fx_result":0,"suspense":0,"core":-700}}})");
}

TEST_CASE("bulk: lines are decided in order, each with its own result", "[http]") {
  ApiUnderTest api;
  const std::string lines = R"({"id":"A1","currency":"RUB","booked":100000})"
                            "\n" +
                            card_body +
                            "\n"
                            R"({"id":"A2","currency":"RU"})"
                            "\nnonsense\n"
                            R"({"pan":"4111111111111111","expiry":"2912","account_id":"A9"})"
                            "\n";
  const ApiAnswer first = api.ask("POST", "/v1/bulk", lines);
  CHECK(first.status == 200);
  const auto& results = first.json.at("results").as_array();
  REQUIRE(results.size() == 5);
  CHECK(results[0] == 201);
  CHECK(results[1] == 201);
  CHECK(results[2].at("field") == "currency");
  CHECK(results[3].at("code") == "bad_json");
  CHECK(results[4].at("code") == "unknown_account");
  CHECK(first.text.find("4111111") == std::string::npos);
  const ApiAnswer again = api.ask("POST", "/v1/bulk", lines);
  CHECK(again.json.at("results").as_array()[0] == 200);
  CHECK(again.json.at("results").as_array()[1] == 200);
  CHECK(api.ask("GET", "/v1/accounts/A1").at("booked") == "100000");
}

TEST_CASE("bulk: too many lines are refused before any is read", "[http]") {
  ApiUnderTest api;
  const std::string line = R"({"id":"A1","currency":"RUB"})"
                           "\n";
  std::string lines = line;
  for (int i = 1; i < 20'000; ++i) lines += '\n';
  CHECK(api.ask("POST", "/v1/bulk", lines).status == 200);
  const ApiAnswer refused = api.ask("POST", "/v1/bulk", lines + '\n');
  CHECK(refused.status == 413);
  CHECK(refused.at("code") == "too_many_lines");
}

TEST_CASE("bulk: lines that found the engine busy are decided after all, and in order", "[http]") {
  ApiUnderTest api(ApiUnderTest::Options{.inbox_capacity = 16});
  std::string lines;
  for (int i = 1000; i < 1500; ++i) {
    const std::string id = "A" + std::to_string(i);
    lines += R"({"id":")" + id + R"(","currency":"RUB","booked":1})" + "\n";
    lines += R"({"pan":"411111111111)" + std::to_string(i) + R"(","expiry":"2912","account_id":")" +
             id + "\"}\n";
  }
  const ApiAnswer answer = api.ask("POST", "/v1/bulk", lines);
  const auto& results = answer.json.at("results").as_array();
  REQUIRE(results.size() == 1000);
  for (const auto& result : results) REQUIRE(result == 201);
  CHECK(api.ask("GET", "/v1/ledger").text.find("\"customers\":500,") != std::string::npos);
}
