#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "trace/clearing_text.hpp"
#include "trace/composer.hpp"
#include "trace/json_matcher.hpp"
#include "trace/matcher.hpp"
#include "trace/parser.hpp"

namespace trace = holdfast::trace;

namespace {

constexpr std::string_view visa = "card 4111111111111111 expires 2912 as visa\n";

// Parses `text` behind the card's declaration; the last step is the one under test.
template <typename Step>
Step last_step(std::string_view text) {
  const std::string whole = std::string(visa) + std::string(text);
  auto parsed = trace::parse_trace(whole, "t.trace");
  if (!parsed) FAIL(trace::to_string(parsed.error()));
  return std::get<Step>(parsed->steps.back().action);
}

trace::Memory memory_at_nine() {
  trace::Memory memory;
  memory.now = *trace::parse_time("2026-11-20T12:00:00+03:00");
  memory.cards["visa"] = {"4111111111111111", "2912", {}};
  return memory;
}

trace::TraceMessage composed(trace::Composer& composer, std::string_view text) {
  auto message = composer.compose(last_step<trace::SendMessage>(text), 0);
  if (!message) FAIL(message.error().text());
  return std::move(*message);
}

std::vector<std::string> differences(std::string_view expect, const trace::Exchange& exchange,
                                     trace::Memory& memory) {
  const std::string text = "send 0100 as now\nsend 0100 as first\n" + std::string(expect);
  trace::Captures captures;
  std::vector<std::string> texts;
  for (const auto& difference :
       trace::compare_reply(last_step<trace::ExpectReply>(text), exchange, memory, captures)) {
    texts.push_back(trace::to_string(difference));
  }
  memory.variables.merge(captures);
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("trace: a purchase is filled in from the trace's clock and a counter", "[trace]") {
  const trace::Memory memory = memory_at_nine();
  trace::Composer composer(memory);
  const auto first = composed(composer, "send 0100 card=visa amount=35.00\n");
  CHECK(first.fields.at(2) == "4111111111111111");
  CHECK(first.fields.at(3) == "000000");
  CHECK(first.fields.at(4) == "000000003500");
  CHECK(first.fields.at(7) == "1120090000");
  CHECK(first.fields.at(11) == "000001");
  CHECK(first.fields.at(12) == "120000");
  CHECK(first.fields.at(13) == "1120");
  CHECK(first.fields.at(14) == "2912");
  CHECK(first.fields.at(37) == "632409000001");
  CHECK(first.fields.at(49) == "643");
  CHECK(composed(composer, "send 0100 card=visa amount=35.00\n").fields.at(11) == "000002");
}

TEST_CASE("trace: amounts follow the message's currency", "[trace]") {
  const trace::Memory memory = memory_at_nine();
  trace::Composer composer(memory);
  CHECK(composed(composer, "send 0100 amount=1500 currency=JPY\n").fields.at(4) == "000000001500");
  CHECK(composed(composer, "send 0100 amount=1.5 currency=KWD\n").fields.at(4) == "000000001500");
  CHECK(composed(composer, "send 0100 fee=2.50\n").fields.at(28) == "D00000250");
  const auto refused =
      composer.compose(last_step<trace::SendMessage>("send 0100 amount=1.50 currency=JPY\n"), 0);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().text() == "amount=1.50 is not an amount in JPY");
}

TEST_CASE("trace: network management takes no purchase's defaults", "[trace]") {
  const trace::Memory memory = memory_at_nine();
  trace::Composer composer(memory);
  const auto echo = composed(composer, "send 0800 70=301\n");
  CHECK(echo.fields == std::map<int, std::string>{{7, "1120090000"}, {11, "000001"}, {70, "301"}});
}

TEST_CASE("trace: a default can be set and taken away", "[trace]") {
  const trace::Memory memory = memory_at_nine();
  trace::Composer composer(memory);
  composer.set_defaults(last_step<trace::SetDefaults>("set 41=T2 18=6011\n").fields);
  const auto message = composed(composer, "send 0100 18=- 37=-\n");
  CHECK(message.fields.at(41) == "T2");
  CHECK(message.find(18) == nullptr);
  CHECK(message.find(37) == nullptr);
}

TEST_CASE("trace: a retransmission is the same message, a reversal has a key of its own",
          "[trace]") {
  trace::Memory memory = memory_at_nine();
  trace::Composer composer(memory);
  const auto first = composed(composer, "send 0100 card=visa amount=35.00\n");
  memory.exchanges["first"].request = first;
  auto again = composed(composer, "send 0100 as first\nagain first 0101\n");
  CHECK(again.mti == "0101");
  CHECK(again.fields == first.fields);

  const auto reversal = composed(composer, "send 0100 as first\nreverse first 0420 stays=10.00\n");
  CHECK(reversal.mti == "0420");
  CHECK(reversal.fields.at(2) == "4111111111111111");
  CHECK(reversal.fields.at(11) == "000002");
  CHECK(reversal.fields.at(37) == first.fields.at(37));
  CHECK(reversal.fields.at(90) ==
        "0100000001112009000000000012345"
        "00000000000");
  CHECK(reversal.fields.at(95) == "000000001000000000000000000000000000000000");
}

TEST_CASE("trace: expected fields are compared, others are not", "[trace]") {
  trace::Memory memory = memory_at_nine();
  trace::Exchange exchange;
  exchange.request = {"0100", {{2, "4111111111111111"}, {11, "000001"}, {49, "643"}}};
  exchange.reply = trace::TraceMessage{"0110",
                                       {{2, "4111111111111111"},
                                        {4, "000000003500"},
                                        {11, "000001"},
                                        {39, "51"},
                                        {54, "0001643C0000001000000002643D000000008000"}}};

  CHECK(differences("expect 0110 39=51 amount=35.00 38=- 2=*\n", exchange, memory).empty());
  CHECK(differences("expect card=visa currency=RUB\n", exchange, memory) ==
        Texts{"expected currency=643, got nothing"});
  CHECK(differences("expect 39=00\n", exchange, memory) == Texts{"expected 39=00, got 51"});
  CHECK(differences("expect 0210\n", exchange, memory) == Texts{"expected MTI=0210, got 0110"});
  CHECK(differences("expect 38=*\n", exchange, memory) ==
        Texts{"expected 38=anything, got nothing"});
  CHECK(differences("expect 39=-\n", exchange, memory) == Texts{"expected 39=nothing, got 51"});
  CHECK(differences("expect amount=3.50\n", exchange, memory) ==
        Texts{"expected amount=000000000350, got 000000003500"});
  CHECK(differences("expect ledger=1000.00 available=-80.00\n", exchange, memory).empty());
  CHECK(differences("expect available=80.00\n", exchange, memory) ==
        Texts{"expected available=80.00, got -80.00"});
  CHECK(differences("expect 2=5555555555554444\n", exchange, memory) ==
        Texts{"expected 2=555555******4444, got 411111******1111"});
}

TEST_CASE("trace: a variable is captured once and compared from then on", "[trace]") {
  trace::Memory memory = memory_at_nine();
  trace::Exchange exchange;
  exchange.request.mti = "0100";
  exchange.reply = trace::TraceMessage{"0110", {{38, "ABC123"}}};
  CHECK(differences("expect 38=$code\n", exchange, memory).empty());
  CHECK(memory.variables.at("code") == "ABC123");
  exchange.reply->fields[38] = "XYZ789";
  CHECK(differences("expect 38=$code\n", exchange, memory) ==
        Texts{"expected 38=ABC123, got XYZ789"});
}

TEST_CASE("trace: 'same as' compares the whole reply but for the MTI", "[trace]") {
  trace::Memory memory = memory_at_nine();
  trace::Exchange& first = memory.exchanges["first"];
  first.request.mti = "0100";
  first.reply = trace::TraceMessage{"0110", {{11, "000001"}, {38, "ABC123"}}};
  first.reply_bytes = "0110...000001ABC123";
  trace::Exchange second = first;
  second.request.mti = "0101";
  CHECK(differences("expect same as first\n", second, memory).empty());

  second.reply_bytes = "0110..,000001ABC123";
  CHECK(differences("expect same as first\n", second, memory) ==
        Texts{"expected same as first=the same bytes, got other bytes"});
  second.reply->fields[38] = "XYZ789";
  second.reply->fields[39] = "00";
  CHECK(differences("expect same as first\n", second, memory) ==
        Texts{"expected 38=ABC123, got XYZ789", "expected 39=nothing, got 00"});
  CHECK(differences("expect 38=@first\n", second, memory) ==
        Texts{"expected 38=ABC123, got XYZ789"});
}

TEST_CASE("trace: a reply belongs to the request with its class, STAN, time and terminal",
          "[trace]") {
  const trace::TraceMessage request{"0100", {{7, "1120090000"}, {11, "000001"}, {41, "T1"}}};
  const trace::TraceMessage reply{"0110", {{7, "1120090000"}, {11, "000001"}, {41, "T1"}}};
  CHECK(trace::answers(reply, request));
  for (const auto& [field, text] :
       std::map<int, std::string>{{7, "1120090001"}, {11, "000002"}, {41, "T2"}}) {
    trace::TraceMessage other = reply;
    other.fields[field] = text;
    CHECK_FALSE(trace::answers(other, request));
  }
  CHECK_FALSE(trace::answers({"0210", reply.fields}, request));
  CHECK_FALSE(trace::answers({"0100", reply.fields}, request));
  CHECK(trace::answers({"0110", {{11, "000001"}}}, request));
}

TEST_CASE("trace: clearing lines become jsonl with what the messages said", "[trace]") {
  trace::Memory memory = memory_at_nine();
  trace::Exchange& first = memory.exchanges["first"];
  first.request = {"0100",
                   {{2, "4111111111111111"},
                    {3, "000000"},
                    {4, "000000003500"},
                    {12, "115900"},
                    {13, "1231"},
                    {18, "5411"},
                    {32, "12345"},
                    {37, "632409000001"},
                    {41, "TERM0001"},
                    {49, "643"}}};
  first.reply = trace::TraceMessage{"0110", {{38, "ABC123"}, {39, "00"}}};
  const auto ingest = last_step<trace::IngestClearing>(
      "send 0100 as first\nclearing jsonl\n  of=first amount=40.00 final=false\n  |oops\n"
      "  repeat 2 card=visa amount=1.00 record_id=r-# local_time=-\n");
  const auto text = trace::write_clearing_text(ingest, memory);
  REQUIRE(text.has_value());
  CHECK(*text == R"({"record_id":"line-4","pan":"4111111111111111","processing_code":"000000",)"
                 R"("amount":4000,"currency":"RUB","billing_amount":4000,"billing_currency":"RUB",)"
                 R"("local_time":"2025-12-31T11:59:00","auth_code":"ABC123","rrn":"632409000001",)"
                 R"("mcc":"5411","terminal":"TERM0001","acquirer":"12345","final":false})"
                 "\noops\n"
                 R"({"record_id":"r-1","pan":"4111111111111111","processing_code":"000000",)"
                 R"("amount":100,"currency":"RUB","billing_amount":100,"billing_currency":"RUB"})"
                 "\n"
                 R"({"record_id":"r-2","pan":"4111111111111111","processing_code":"000000",)"
                 R"("amount":100,"currency":"RUB","billing_amount":100,"billing_currency":"RUB"})"
                 "\n");
}

TEST_CASE("trace: JSON answers are compared by dotted paths", "[trace]") {
  trace::Memory memory;
  memory.variables["known"] = "H1";
  trace::Captures captures;
  const auto answer = boost::json::parse(
      R"({"posted":2,"posted_amounts":{"RUB":3500},"exceptions":[{"code":"unmatched"}],)"
      R"("id":"H1","none":null,"pan":"4111111111111111","ok":true})");
  const auto in_rubles = [](std::string_view path) {
    return path.starts_with("posted_amounts.") ? engine::CurrencyCode::from_alpha("RUB")
                                               : std::nullopt;
  };
  const auto texts = [&](std::string_view line) {
    std::vector<std::string> found;
    const auto step = last_step<trace::CheckReport>(line);
    for (const auto& d : trace::compare_json(step.fields, answer, memory, captures, in_rubles)) {
      found.push_back(trace::to_string(d));
    }
    return found;
  };
  CHECK(texts("report posted=2 posted_amounts.RUB=35.00 exceptions.0.code=unmatched id=$known "
              "none=- missing=- ok=true pan=$pan\n")
            .empty());
  CHECK(captures.at("pan") == "4111111111111111");
  CHECK(texts("report posted=1\n") == Texts{"expected posted=1, got 2"});
  CHECK(texts("report posted_amounts.RUB=35.50\n") ==
        Texts{"expected posted_amounts.RUB=35.50, got 35.00"});
  CHECK(texts("report exceptions.1.code=*\n") ==
        Texts{"expected exceptions.1.code=anything, got nothing"});
  CHECK(texts("report pan=1\n") == Texts{"expected pan=1, got 411111******1111"});
}
