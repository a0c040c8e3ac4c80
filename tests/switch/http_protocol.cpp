#include <catch2/catch.hpp>
#include <string>

#include "captured_log.hpp"
#include "http_support.hpp"

namespace {

using holdfast::http::test::ApiAnswer;
using holdfast::http::test::ApiUnderTest;

const std::string authorization = "Authorization: Bearer " + ApiUnderTest::token() + "\r\n";

std::string request(const std::string& line, const std::string& headers,
                    const std::string& body = {}) {
  return line + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n" + body;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("http: health needs no token, and is 503 until the switch is ready", "[http]") {
  const std::string ask = request("GET /v1/health", "Connection: close\r\n");
  SECTION("ready") {
    ApiUnderTest api;
    const std::string answer = api.send_raw(ask);
    CHECK(answer.starts_with("HTTP/1.1 200 "));
    CHECK(answer.ends_with(R"({"status":"ok"})"));
    CHECK(api.send_raw(request("GET /health", "Connection: close\r\n")).ends_with(R"("ok"})"));
  }
  SECTION("not ready") {
    ApiUnderTest api(ApiUnderTest::Options{.is_ready = false});
    CHECK(api.send_raw(ask).starts_with("HTTP/1.1 503 "));
  }
}

TEST_CASE("http: without the token nothing is told, not even what exists", "[http]") {
  ApiUnderTest api;
  const std::string wrong =
      GENERATE(as<std::string>{}, "", "Authorization: Bearer 0123456789abcdeg\r\n",
               "Authorization: Bearer 0123456789abcde\r\n", "Authorization: Bearer \r\n",
               "Authorization: Basic 0123456789abcdef\r\n", "Authorization: x\r\n");
  for (const std::string line : {"GET /v1/ledger", "GET /v1/nothing", "DELETE /v1/ledger"}) {
    const std::string answer = api.send_raw(request(line, wrong + "Connection: close\r\n"));
    CHECK(answer.starts_with("HTTP/1.1 401 "));
    CHECK(count(answer, "WWW-Authenticate: Bearer") == 1);
    CHECK(count(answer, "application/problem+json") == 1);
    CHECK(count(answer, R"("code":"unauthorized")") == 1);
  }
}

TEST_CASE("http: an unknown path is 404, another method 405 with Allow", "[http]") {
  ApiUnderTest api;
  CHECK(api.ask("GET", "/v1/nothing").status == 404);
  CHECK(api.ask("GET", "/v1/accounts").at("code") == "unknown_route");
  CHECK(api.ask("GET", "/v1/accounts/A1/holds/7").status == 404);
  const std::string answer =
      api.send_raw(request("DELETE /v1/accounts/A1", authorization + "Connection: close\r\n"));
  CHECK(answer.starts_with("HTTP/1.1 405 "));
  CHECK(count(answer, "Allow: GET, PUT, PATCH\r\n") == 1);
}

TEST_CASE("http: one connection carries many requests, also sent at once", "[http]") {
  ApiUnderTest api;
  const std::string body = R"({"currency":"RUB"})";
  const std::string put =
      request("PUT /v1/accounts/A1", authorization + "Content-Length: 18\r\n", body);
  const std::string last = request("GET /v1/accounts/A1", authorization + "Connection: close\r\n");
  const std::string answer = api.send_raw(put + put + last);
  CHECK(count(answer, "HTTP/1.1 201 ") == 1);
  CHECK(count(answer, "HTTP/1.1 200 ") == 2);
}

TEST_CASE("http: bodies may be chunked, and may ask before they are sent", "[http]") {
  ApiUnderTest api;
  const std::string chunked = api.send_raw(request(
      "PUT /v1/accounts/A1", authorization + "Transfer-Encoding: chunked\r\nConnection: close\r\n",
      "9\r\n{\"currenc\r\n9\r\ny\":\"RUB\"}\r\n0\r\n\r\n"));
  CHECK(chunked.starts_with("HTTP/1.1 201 "));
  const std::string asking = api.send_raw(
      request("PUT /v1/accounts/A2",
              authorization + "Expect: 100-continue\r\nContent-Length: 18\r\nConnection: close\r\n",
              R"({"currency":"RUB"})"));
  CHECK(asking.starts_with("HTTP/1.1 100 "));
  CHECK(count(asking, "HTTP/1.1 201 ") == 1);
}

TEST_CASE("http: what is too large or no HTTP is answered, and the connection ends", "[http]") {
  ApiUnderTest api;
  CHECK(api.send_raw(request("GET /v1/ledger", "X: " + std::string(20'000, 'x') + "\r\n"))
            .starts_with("HTTP/1.1 431 "));
  CHECK(api.send_raw(request("POST /v1/bulk", authorization + "Content-Length: 17000000\r\n"))
            .starts_with("HTTP/1.1 413 "));
  CHECK(api.send_raw(request("POST /v1/clearing-files",
                             authorization + "Content-Length: 99000000000\r\n"))
            .starts_with("HTTP/1.1 413 "));
  const std::string chunk = "1000000\r\n" + std::string(0x1000000, ' ') + "\r\n";
  CHECK(api.send_raw(request("POST /v1/bulk", authorization + "Transfer-Encoding: chunked\r\n",
                             chunk + "1\r\n \r\n0\r\n\r\n"))
            .starts_with("HTTP/1.1 413 "));
  CHECK(api.send_raw("\x16\x03\x01 hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
  CHECK(api.ask("GET", "/v1/ledger").status == 200);
}

TEST_CASE("http: a repeated key is answered as the first time, and moves nothing", "[http]") {
  ApiUnderTest api;
  REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":100000})").status == 201);
  const std::string hold = R"({"account_id":"A1","amount":60000,"currency":"RUB"})";
  const ApiAnswer first = api.ask_with_key("POST", "/v1/holds", hold, "k1");
  CHECK(first.status == 201);
  CHECK_FALSE(first.is_replay);

  SECTION("also after a restart, and when the hold is gone") {
    REQUIRE(api.ask("POST", "/v1/holds/1/release").status == 200);
    api.restart();
    const ApiAnswer again = api.ask_with_key("POST", "/v1/holds", hold, "k1");
    CHECK(again.status == 201);
    CHECK(again.text == first.text);
    CHECK(again.is_replay);
    CHECK(api.ask("GET", "/v1/accounts/A1").at("held") == "0");
  }
  SECTION("another body is 409") {
    const ApiAnswer other = api.ask_with_key(
        "POST", "/v1/holds", R"({"account_id":"A1","amount":6,"currency":"RUB"})", "k1");
    CHECK(other.status == 409);
    CHECK(other.at("code") == "same_key_other_content");
    CHECK(api.ask("GET", "/v1/accounts/A1").at("held") == "60000");
  }
  SECTION("another key is another hold; a refusal is kept too") {
    const ApiAnswer refused = api.ask_with_key("POST", "/v1/holds", hold, "k2");
    CHECK(refused.status == 422);
    REQUIRE(api.ask_with_key("POST", "/v1/holds/1/release", "", "k3").status == 200);
    const ApiAnswer again = api.ask_with_key("POST", "/v1/holds", hold, "k2");
    CHECK(again.text == refused.text);
    CHECK(again.is_replay);
  }
  SECTION("a release answers the same") {
    const ApiAnswer released = api.ask_with_key("POST", "/v1/holds/1/release", "", "k1");
    CHECK(released.status == 200);
    const ApiAnswer again = api.ask_with_key("POST", "/v1/holds/1/release", "", "k1");
    CHECK(again.status == 200);
    CHECK(again.text == released.text);
    CHECK(again.is_replay);
    // The key stands for that hold.
    REQUIRE(api.ask("POST", "/v1/holds", hold).status == 201);
    CHECK(api.ask_with_key("POST", "/v1/holds/2/release", "", "k1").status == 409);
  }
  SECTION("a card is shown as it was issued") {
    const std::string card = R"({"pan":"4111111111111111","expiry":"2912","account_id":"A1"})";
    const ApiAnswer issued = api.ask_with_key("POST", "/v1/cards", card, "k1");
    CHECK(issued.status == 201);
    REQUIRE(api.ask("PATCH", "/v1/cards/" + issued.at("card_id"), R"({"status":"lost"})").status ==
            200);
    const ApiAnswer again = api.ask_with_key("POST", "/v1/cards", card, "k1");
    CHECK(again.status == 201);
    CHECK(again.text == issued.text);
    CHECK(again.is_replay);
  }
}

TEST_CASE("http: a card that is issued again is shown with the status it kept", "[http]") {
  ApiUnderTest api;
  const std::string card = R"({"pan":"4111111111111111","expiry":"2912","account_id":"A1"})";
  REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB"})").status == 201);
  const std::string path = "/v1/cards/" + api.ask("POST", "/v1/cards", card).at("card_id");
  REQUIRE(api.ask("PATCH", path, R"({"status":"blocked","limit_profile":"gold"})").status == 200);
  const ApiAnswer first = api.ask_with_key("POST", "/v1/cards", card, "k1");
  CHECK(first.status == 200);
  CHECK(first.at("status") == "blocked");
  CHECK(first.at("limit_profile") == "gold");
  REQUIRE(api.ask("PATCH", path, R"({"status":"lost"})").status == 200);
  CHECK(api.ask_with_key("POST", "/v1/cards", card, "k1").text == first.text);
}

TEST_CASE("http: a hold's end that has passed is shown as it is kept", "[http]") {
  ApiUnderTest api;
  REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":100000})").status == 201);
  const std::string hold = R"({"account_id":"A1","amount":6,"currency":"RUB",)"
                           R"("expires_at":"2020-01-01T00:00:00Z"})";
  const ApiAnswer placed = api.ask_with_key("POST", "/v1/holds", hold, "k1");
  CHECK(placed.status == 201);
  CHECK(placed.at("expires_at") == "2026-11-20T09:00:00Z");
  CHECK(api.ask("GET", "/v1/holds/1").at("expires_at") == placed.at("expires_at"));
  CHECK(api.ask_with_key("POST", "/v1/holds", hold, "k1").text == placed.text);
}

TEST_CASE("http: what a stranger sends as the method is not logged", "[http]") {
  ApiUnderTest api;
  holdfast::test::CapturedLog log;
  CHECK(api.send_raw(request("4111111111111111 /v1/ledger", "Connection: close\r\n"))
            .starts_with("HTTP/1.1 401 "));
  CHECK(log.count("http: <unknown> /v1/ledger 401 unauthorized") == 1);
  CHECK(log.count("4111") == 0);
}

TEST_CASE("http: what a stranger writes into a path is not logged", "[http]") {
  ApiUnderTest api;
  holdfast::test::CapturedLog log;
  for (const char* card : {"4111111111111112", "4111-1111-1111-1111", "%34111111111111111"}) {
    CHECK(api.send_raw(request("GET /v1/cards/" + std::string(card), "Connection: close\r\n"))
              .starts_with("HTTP/1.1 401 "));
  }
  CHECK(log.count("http: GET /v1/cards/") == 3);
  CHECK(log.count("1111") == 0);
}

TEST_CASE("http: stopping ends idle connections at once", "[http]") {
  ApiUnderTest api;
  REQUIRE(api.ask("GET", "/v1/ledger").status == 200);  // its connection stays open
  const auto begin = std::chrono::steady_clock::now();
  api.stop_server();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
}
