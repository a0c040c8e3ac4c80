#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "trace/parser.hpp"
#include "trace/replay.hpp"
#include "trace/wire.hpp"
#include "trace_fakes.hpp"

namespace trace = holdfast::trace;
namespace http = holdfast::http;
using trace::TraceMessage;
using trace::test::FakeServer;

namespace {

// Approves; declines 51 above 100.00; keeps silent about STAN 999999; hangs up on MTI 0520.
std::vector<TraceMessage> ordinary_replies(const TraceMessage& request) {
  if (request.mti == "0520") return {{"close", {}}};
  const std::string* stan = request.find(11);
  if (stan == nullptr || *stan == "999999") return {};
  TraceMessage reply = request;
  reply.mti[2] = static_cast<char>(request.mti[2] + 1);
  reply.mti[3] = '0';
  for (const int field : {14, 18, 22, 25}) reply.fields.erase(field);
  const std::string* amount = request.find(4);
  const bool declined = amount != nullptr && *amount > "000000010000";
  reply.fields[39] = declined ? "51" : "00";
  if (!declined && request.mti[1] == '1') reply.fields[38] = "A" + stan->substr(1);
  return {reply};
}

struct Replayed {
  std::vector<std::string> differences;
  trace::ReplayReport report;
};

Replayed replay(std::string_view text, const std::string& port, http::ApiClient* api = nullptr,
                double speed = 0) {
  const auto parsed = trace::parse_trace(text, "t.trace");
  if (!parsed) FAIL(trace::to_string(parsed.error()));
  const trace::LinkTarget target{{"127.0.0.1", port}, {}, trace::test::link_dialect()};
  trace::ReplaySettings settings;
  settings.find_target = [&target](const std::string& link) {
    return link.empty() ? &target : nullptr;
  };
  settings.api = api;
  settings.speed = speed;
  settings.reply_timeout = std::chrono::milliseconds(300);
  Replayed replayed;
  trace::replay_trace(*parsed, settings, replayed.report);
  for (const auto& d : replayed.report.differences) {
    replayed.differences.push_back(std::to_string(d.line) + ": " + d.text);
  }
  return replayed;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("replay: replies are matched in any order, and only what is named is compared",
          "[trace]") {
  const FakeServer server(trace::test::answering_frames(ordinary_replies));
  const Replayed replayed = replay(
      "card 4111111111111111 expires 2912 as visa\n"
      "send 0100 card=visa amount=35.00 as first\n"
      "send 0100 card=visa amount=135.00 as second\n"
      "on other send 0800 70=301\n"
      "expect of second 0110 39=51 38=-\n"
      "expect of first 0110 39=00 38=$code amount=35.00\n"
      "on other expect 0810 39=00\n"
      "again first 0101\n"
      "expect same as first 38=$code\n"
      "reverse first 0420\n"
      "expect 0430 39=00\n",
      server.port());
  CHECK(replayed.differences == Texts{});
  CHECK(replayed.report.link.messages == 5);
  CHECK(replayed.report.link.replies == 5);
  CHECK(replayed.report.link.latencies.size() == 5);
}

TEST_CASE("replay: each difference names its line", "[trace]") {
  const FakeServer server(trace::test::answering_frames(ordinary_replies));
  const Replayed replayed = replay(
      "send 0100 amount=135.00 2=4111111111111111\n"
      "expect 0110 39=00 38=* 2=5555555555554444\n"
      "send 0100 amount=1.00\n"
      "expect 0210\n"
      "send 0100 amount=1.00 stan=999999\n"
      "expect 39=00\n"
      "send 0100 amount=1.00\n"
      "expect none within 0.1\n"
      "send 0100 amount=1.00 stan=999999\n"
      "expect none within 0.1\n"
      "send 0100 amount=1.00 stan=999999 as forgotten\n",
      server.port());
  CHECK(replayed.differences == Texts{"2: expected 39=00, got 51",
                                      "2: expected 38=anything, got nothing",
                                      "2: expected 2=555555******4444, got 411111******1111",
                                      "4: expected MTI=0210, got 0110", "6: no reply within 300 ms",
                                      "8: expected no reply, got 0110 39=00 11=000003",
                                      "11: no reply to the 0100 'forgotten'"});
}

TEST_CASE("replay: a burst is counted, not read one by one", "[trace]") {
  std::mutex mutex;
  int approved = 0;
  const FakeServer server(trace::test::answering_frames([&](const TraceMessage& request) {
    auto replies = ordinary_replies(request);
    const std::lock_guard lock(mutex);
    if (++approved > 10) replies[0].fields[39] = "51";
    return replies;
  }));
  const std::string cards =
      "card 4111111111111111 expires 2912 as a\ncard 5555555555554444 expires 2912 as b\n";
  CHECK(replay(cards + "burst 50 0100 card=a,b amount=10.00\nexpect count 10 39=00\n"
                       "expect count 40 39=51\nexpect count 25 card=a\n",
               server.port())
            .differences == Texts{});
  CHECK(replay(cards + "burst 5 0100 card=a,b amount=10.00\nexpect count 5 39=00\n", server.port())
            .differences == Texts{"4: expected 5 such replies, got 0 of 5"});
}

TEST_CASE("replay: raw frames, a reply that nobody asked for, a closed connection", "[trace]") {
  const FakeServer server(trace::test::answering_frames([](const TraceMessage& request) {
    if (request.mti == "0820") {
      return std::vector<TraceMessage>{{"0830", {{11, "123456"}}}, {"0830", {{11, "000001"}}}};
    }
    return ordinary_replies(request);
  }));
  // 0800 with DE11 and DE70, written out.
  const std::string echo = "raw \"080080200000000000000400000000000000000042301\"\n";
  CHECK(replay(echo + "expect 0810 11=000042 39=00\n", server.port()).differences == Texts{});
  CHECK(replay(echo + "expect raw \"0810\"\n", server.port()).differences ==
        Texts{"2: the reply differs from byte 4 on: 0810 39=00 11=000042"});
  CHECK(replay("raw 00ff\nexpect none within 0.05\n", server.port()).differences == Texts{});
  CHECK(replay("send 0820 70=301\nexpect 0830\n", server.port()).differences ==
        Texts{"2: a reply that belongs to no request: 0830 39=nothing 11=123456"});
  CHECK(replay("send 0520\nexpect closed\nsend 0800 70=301\nexpect 0810\n", server.port())
            .differences == Texts{});
  CHECK(replay("send 0520\nexpect 0530\nsend 0800 70=301\n", server.port()).differences ==
        Texts{"2: no reply: closed by the peer"});
  CHECK(replay("send 0800 70=301\nexpect closed\n", server.port()).differences ==
        Texts{"2: expected the connection closed, it is open"});
}

TEST_CASE("replay: a message that the dialect cannot write stops the trace", "[trace]") {
  const FakeServer server(trace::test::answering_frames(ordinary_replies));
  CHECK(replay("send 0100 4=12X\nsend 0800\n", server.port()).differences ==
        Texts{"1: field 4: not numeric"});
  CHECK(replay("connect main link=nowhere\n", server.port()).differences ==
        Texts{"1: there is no link 'nowhere'"});
}

TEST_CASE("replay: with a speed, pauses are kept in proportion", "[trace]") {
  const FakeServer server(trace::test::answering_frames(ordinary_replies));
  const std::string text =
      "send 0800 70=301\nexpect 0810 7=1120090000\nat +2\nsend 0800 70=301\n"
      "expect 0810 7=1120090002\nat 09:00:03\nsend 0800 70=301\nexpect 0810 7=1120090003\n";
  const Replayed fast = replay(text, server.port());
  CHECK(fast.differences == Texts{});
  CHECK(fast.report.elapsed < std::chrono::milliseconds(200));
  const Replayed ten_times = replay(text, server.port(), nullptr, 10);
  CHECK(ten_times.differences == Texts{});
  CHECK(ten_times.report.elapsed >= std::chrono::milliseconds(300));
  CHECK(ten_times.report.elapsed < std::chrono::milliseconds(1500));
}

TEST_CASE("replay: steps over the API", "[trace]") {
  const FakeServer link(trace::test::answering_frames(ordinary_replies));
  std::mutex mutex;
  Texts calls;
  const auto handle = [&](const std::string& line, const std::string& body,
                          const std::string& head) -> trace::test::FakeResponse {
    const std::lock_guard lock(mutex);
    calls.push_back(line + (body.empty() ? "" : " " + body));
    if (head.find("Authorization: Bearer secret") == std::string::npos) return {"401 No", "{}"};
    if (line == "GET /v1/accounts/A1") {
      return {"200 OK", R"({"currency":"RUB","ledger":100000,"held":3500,"available":96500})"};
    }
    if (line == "GET /v1/accounts/A1/holds") {
      return {"200 OK", R"({"holds":[{"id":"H1","amount":3500,"currency":"RUB"}]})"};
    }
    if (line == "GET /v1/ledger") {
      return {"200 OK", R"({"currencies":{"RUB":{"customers":500,"core":-400}}})"};
    }
    if (line == "GET /v1/exceptions") {
      return {"200 OK", R"({"exceptions":[{"code":"unmatched"}],"next_cursor":"2"})"};
    }
    if (line == "GET /v1/exceptions?cursor=2") {
      return {"200 OK", R"({"exceptions":[{"code":"unmatched"}],"next_cursor":null})"};
    }
    if (line == "POST /v1/cards") return {"201 Created", R"({"card_id":"C1"})"};
    if (line == "POST /v1/again") return {"201 Created", R"({"id":"H1"})"};
    if (line.starts_with("POST /v1/clearing-files")) return {"200 OK", R"({"posted":1})"};
    if (line == "POST /v1/holds") return {"422 No", R"({"code":"insufficient_funds"})"};
    return {"200 OK", "{}"};
  };
  const FakeServer api_server(trace::test::answering_http(handle));
  const auto folder = std::filesystem::temp_directory_path() / "holdfast-trace-test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "token") << "secret\n";
  auto api = http::ApiClient::connect("http://127.0.0.1:" + api_server.port(), folder / "token");
  REQUIRE(api.has_value());
  const Replayed replayed = replay(
      "account A1 RUB 1000.00 overdraft=5\n"
      "card 4111111111111111 of A1 expires 2912 as visa\n"
      "change card visa status=blocked\n"
      "balance A1 ledger=1000.00 held=35.00 available=965.00\n"
      "balance A1 held=36.00\n"
      "holds A1 count=1 amount=35.00 id=$hold\n"
      "holds A1 count=0\n"
      "http POST /v1/holds/$hold/release {\"reason\": \"$hold\"}\n"
      "expect status 200\n"
      "http POST /v1/holds key=k1 {}\n"
      "expect status 422 code=insufficient_funds\n"
      "expect status 201 code=other\n"
      "http POST /v1/again\n"
      "expect status 201 replayed\n"
      "clock +7d\n"
      "clearing jsonl\n"
      "  card=visa amount=1.00\n"
      "report posted=1\n"
      "report posted=2\n"
      "exception unmatched count=2\n"
      "exception reversal_after_clearing\n"
      "ledger RUB customers=5.00\n"
      "ledger zero\n",
      link.port(), &*api);
  CHECK(replayed.differences ==
        Texts{"5: expected A1 held=36.00, got 35.00", "7: expected 0 hold of A1 that fits, got 1",
              "12: expected status 201, got 422", "12: expected code=other, got insufficient_funds",
              "19: expected report posted=2, got 1",
              "21: expected at least one reversal_after_clearing exception, got none",
              "23: expected the ledger of RUB to sum to zero, got 1.00"});
  const std::lock_guard lock(mutex);
  REQUIRE(calls.size() > 6);
  CHECK(calls[0] ==
        R"(PUT /v1/accounts/A1 {"currency":"RUB","booked":100000,"overdraft_limit":500})");
  CHECK(calls[1] ==
        R"(POST /v1/cards {"pan":"4111111111111111","expiry":"2912","account_id":"A1"})");
  CHECK(calls[2] == R"(PATCH /v1/cards/C1 {"status":"blocked"})");
  CHECK(calls[7] == R"(POST /v1/holds/H1/release {"reason": "H1"})");
}

TEST_CASE("api client: a connection that the server closed is made again, a silent one times out",
          "[trace]") {
  std::atomic<int> calls = 0;  // each connection has its thread
  const auto handle = [&](const std::string& line, const std::string&,
                          const std::string&) -> trace::test::FakeResponse {
    ++calls;
    if (line == "GET /close") return {"close", ""};
    return {"200 OK", "{}"};
  };
  const auto folder = std::filesystem::temp_directory_path() / "holdfast-api-client-test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "token") << "secret\n";
  const FakeServer server(trace::test::answering_http(handle));
  auto api = http::ApiClient::connect("http://127.0.0.1:" + server.port(), folder / "token");
  REQUIRE(api.has_value());
  CHECK(api->request("GET", "/a")->status == 200);
  CHECK_FALSE(api->request("GET", "/close").has_value());
  CHECK(api->request("GET", "/a")->status == 200);
  CHECK(calls == 3);

  const FakeServer silent([](FakeServer::Turn&) { return std::string(); });
  auto waiting = http::ApiClient::connect("http://127.0.0.1:" + silent.port(), folder / "token");
  REQUIRE(waiting.has_value());
  waiting->set_timeout(std::chrono::milliseconds(50));
  CHECK_FALSE(waiting->request("GET", "/a").has_value());

  CHECK_FALSE(http::ApiClient::connect("127.0.0.1", folder / "token").has_value());
  CHECK_FALSE(http::ApiClient::connect("http://127.0.0.1:1", folder / "none").has_value());
}

TEST_CASE("replay: the report for people and for programs", "[trace]") {
  trace::ReplayReport report;
  report.traces = 1;
  report.link.messages = 3;
  report.link.replies = 2;
  report.link.latencies = {std::chrono::milliseconds(1), std::chrono::milliseconds(3)};
  report.differences.push_back({"day.trace", 12, "expected 39=00, got 51"});
  report.elapsed = std::chrono::milliseconds(1500);
  CHECK(trace::report_text(report) ==
        "day.trace:12: expected 39=00, got 51\n"
        "1 trace, 3 messages, 2 replies, 1 differences\n"
        "latency p50 1.000 ms, p99 1.000 ms, max 3.000 ms; elapsed 1.500 s\n");
  CHECK(trace::report_json(report) ==
        R"({"traces":1,"messages":3,"replies":2,"differences":[{"file":"day.trace","line":12,)"
        R"("difference":"expected 39=00, got 51"}],"latency_ms":{"p50":1E0,"p99":1E0,"max":3E0},)"
        R"("elapsed_ms":1.5E3})");
}
