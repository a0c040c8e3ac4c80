#include <catch2/catch.hpp>
#include <filesystem>

#include "trace/parser.hpp"

namespace trace = holdfast::trace;

namespace {

std::string error_of(std::string_view text) {
  const auto parsed = trace::parse_trace(text, "t.trace");
  return parsed ? "no error" : trace::to_string(parsed.error());
}

trace::Trace parsed(std::string_view text) {
  auto result = trace::parse_trace(text, "t.trace");
  if (!result) FAIL(trace::to_string(result.error()));
  return std::move(*result);
}

}  // namespace

TEST_CASE("trace: a person's scenario becomes steps in order", "[trace]") {
  const trace::Trace day = parsed(
      "# a comment\n"
      "title Somebody's \"first\" purchase\n"
      "card 4111111111111111 expires 2912 as visa   # known to the trace alone\n"
      "send 0100 card=visa amount=35.00\n"
      "     43=\"SHOP 12      MOSCOW\" as first\n"
      "expect 0110 39=00 38=$code 4=* 54=-\n"
      "on other again first 0101\n");
  CHECK(day.title == "Somebody's \"first\" purchase");
  REQUIRE(day.steps.size() == 4);
  CHECK(day.steps[1].line == 4);

  const auto& send = std::get<trace::SendMessage>(day.steps[1].action);
  CHECK(send.mti == "0100");
  CHECK(send.name == "first");
  REQUIRE(send.fields.size() == 3);
  CHECK(send.fields[1].field.number == 4);
  CHECK(send.fields[1].field.meaning == trace::FieldMeaning::amount);
  CHECK(send.fields[2].values[0].text == "SHOP 12      MOSCOW");

  const auto& expect = std::get<trace::ExpectReply>(day.steps[2].action);
  REQUIRE(expect.fields.size() == 4);
  CHECK(expect.fields[1].values[0].form == trace::ValueForm::variable);
  CHECK(expect.fields[2].values[0].form == trace::ValueForm::any);
  CHECK(expect.fields[3].values[0].form == trace::ValueForm::absent);

  const auto& again = std::get<trace::SendMessage>(day.steps[3].action);
  CHECK(day.steps[3].connection == "other");
  CHECK(again.kind == trace::RequestKind::again);
  CHECK(again.original == "first");
}

TEST_CASE("trace: raw bytes are hex or quoted characters", "[trace]") {
  const trace::Trace day =
      parsed("raw 3031 3030\nunframed \"0100\" as odd\nexpect none within 0.05\n");
  CHECK(std::get<trace::SendRaw>(day.steps[0].action).bytes == "0100");
  CHECK(std::get<trace::SendRaw>(day.steps[0].action).framed);
  CHECK(std::get<trace::SendRaw>(day.steps[1].action).bytes == "0100");
  CHECK_FALSE(std::get<trace::SendRaw>(day.steps[1].action).framed);
  CHECK(std::get<trace::ExpectSilence>(day.steps[2].action).within.count() == 50);
}

TEST_CASE("trace: a burst takes the values of a list in turn", "[trace]") {
  const trace::Trace day = parsed(
      "card 4111111111111111 expires 2912 as a\n"
      "card 5555555555554444 expires 2912 as b\n"
      "burst 50 0100 card=a,b 43=\"x,y\"\n"
      "expect count 10 39=00\n");
  const auto& burst = std::get<trace::SendMessage>(day.steps[2].action);
  CHECK(burst.copies == 50);
  CHECK(burst.fields[0].values.size() == 2);
  CHECK(burst.fields[1].values.size() == 1);
  CHECK(std::get<trace::ExpectCount>(day.steps[3].action).count == 10);
}

TEST_CASE("trace: clearing records are indented lines", "[trace]") {
  const trace::Trace day = parsed(
      "card 4111111111111111 expires 2912 as a\n"
      "clearing jsonl as night\n"
      "  repeat 3 card=a amount=1.00 record_id=r-#\n"
      "  | not JSON at all\n"
      "clearing again night\n"
      "report posted=3\n");
  const auto& ingest = std::get<trace::IngestClearing>(day.steps[1].action);
  REQUIRE(ingest.lines.size() == 2);
  CHECK(ingest.lines[0].copies == 3);
  CHECK(ingest.lines[1].verbatim);
  CHECK(ingest.lines[1].text == " not JSON at all");
  CHECK(std::get<trace::IngestClearing>(day.steps[2].action).again == "night");
}

TEST_CASE("trace: what is wrong names the file, the line and the reason", "[trace]") {
  struct Row {
    std::string_view text;
    std::string_view error;
  };
  const Row rows[] = {
      {"  send 0100\n",
       "t.trace:1: an indented line continues a statement, and there is none above"},
      {"\nshout 0100\n", "t.trace:2: there is no statement 'shout'"},
      {"send 01OO\n", "t.trace:1: '01OO' is not an MTI of four digits"},
      {"send 0100 amounts=3\n", "t.trace:1: there is no field 'amounts'"},
      {"send 0100 1=3\n", "t.trace:1: there is no field '1'"},
      {"send 0100 129=3\n", "t.trace:1: there is no field '129'"},
      {"send 0100 amount=3,5\n", "t.trace:1: '3,5' is not an amount"},
      {"send 0100\n  currency=RUR\n", "t.trace:2: 'RUR' is no ISO 4217 currency"},
      {"send 0100 card=visa\n", "t.trace:1: no card is called 'visa' in the lines above"},
      {"send 0100 4\n", "t.trace:1: '4' should be a field=value"},
      {"send 0100 43=\"open\n", "t.trace:1: a quote is opened but never closed"},
      {"send 0100 38=$code\n", "t.trace:1: no line above captures '$code'"},
      {"send 0100 38=*\n", "t.trace:1: '38=*' can only be expected, not sent"},
      {"send 0100 available=3.00\n", "t.trace:1: 'available' can only be expected, not sent"},
      {"send 0100 38=@first as first\n", "t.trace:1: no single message is called 'first' above"},
      {"again first\n", "t.trace:1: no single message is called 'first' above"},
      {"send 0800 as a\nsend 0800 as a\n", "t.trace:2: another message is called 'a' already"},
      {"expect of a 39=00\n", "t.trace:1: no single message is called 'a' above"},
      {"raw 303\n", "t.trace:1: the bytes are not pairs of hex digits"},
      {"burst one 0100\n", "t.trace:1: 'one' is not a count of 2 or more"},
      {"expect closed now\n", "t.trace:1: 'now' does not belong here"},
      {"expect status 20\n", "t.trace:1: '20' is not an HTTP status"},
      {"at 8:00\n", "t.trace:1: '8:00' is neither +seconds nor a time of day such as 08:01:02.5"},
      {"account A1 RUB 1.001\n", "t.trace:1: '1.001' is not an amount in RUB"},
      {"account A1 RUB 1.00 colour=red\n", "t.trace:1: 'colour' is none of overdraft=…, status=…"},
      {"card 4111111111111111 of A1\n", "t.trace:1: a card needs 'expires YYMM'"},
      {"clock tomorrow\n", "t.trace:1: 'tomorrow' is not a time such as 2026-11-20T09:00:00Z"},
      {"clock 2026-02-30T09:00:00Z\n",
       "t.trace:1: '2026-02-30T09:00:00Z' is not a time such as 2026-11-20T09:00:00Z"},
      {"clearing jsonl\n", "t.trace:1: records are missing: indented lines below"},
      {"clearing jsonl\n  amount=3.00\n  amont=3.00\n",
       "t.trace:3: a clearing record has no 'amont'"},
      {"clearing again night\n", "t.trace:1: no clearing file is called 'night' above"},
      {"clearing jsonl cut=x\n  amount=3.00\n",
       "t.trace:1: 'cut' is neither name=FILE nor cut=BYTES"},
      {"clearing jsonl\n  kind=chargeback\n", "t.trace:2: jsonl has first presentments only"},
      {"clearing ipm\n  kind=fee\n", "t.trace:2: 'fee' is no kind of clearing record"},
      {"core takes B1\n", "t.trace:1: 'takes' is none of finds, removes, answers, balances, file"},
      {"core answers B1\n", "t.trace:1: nothing is answered"},
      {"core answers B1 accepted\n  2 refused\n",
       "t.trace:2: 'refused' is neither accepted nor rejected"},
      {"core answers B1 rejected\n", "t.trace:1: the reason is missing, in quotes"},
      {"core answers B1\n  4-2 accepted\n",
       "t.trace:2: '4-2' is neither an item's number nor such as 3-7"},
      {"core answers B1 accepted as B1\n", "t.trace:1: 'B1' is not the name of a .jsonl file"},
      {"core balances A1=3.00\n", "t.trace:1: no account 'A1' is opened in the lines above"},
      {"account A1 RUB\ncore balances A1=3.001\n", "t.trace:2: '3.001' is not an amount in RUB"},
      {"account A1 RUB\ncore balances A1=3.00 as A1.jsonl\n",
       "t.trace:2: a file of balances is called balances-….jsonl"},
      {"core balances after B1\n", "t.trace:1: no balance is told"},
      {"core file x.jsonl\n", "t.trace:1: the file's lines are missing: indented, below"},
      {"core finds no B1 items=2\n", "t.trace:1: what is not there has nothing to compare"},
      {"core finds B1 waits\n", "t.trace:1: 'waits' should be a key=value"},
      {"title One\ntitle Two\n", "t.trace:2: a trace has one title"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(error_of(row.text) == row.error);
  }
}

TEST_CASE("trace: an error never shows a card number", "[trace]") {
  CHECK(error_of("send 0100 4111111111111111\n") ==
        "t.trace:1: '411111******1111' should be a field=value");
  CHECK(error_of("send 0100 card=4111111111111111\n") ==
        "t.trace:1: no card is called '411111******1111' in the lines above");
}

TEST_CASE("trace: steps over the API are known as such", "[trace]") {
  const trace::Trace day = parsed(
      "send 0800 70=301\nexpect 0810\naccount A1 RUB 1.00\nbalance A1 held=0.00\nledger zero\n");
  CHECK_FALSE(trace::needs_api(day.steps[0].action));
  CHECK_FALSE(trace::needs_api(day.steps[1].action));
  CHECK(trace::needs_api(day.steps[2].action));
  CHECK(trace::needs_api(day.steps[3].action));
  CHECK(trace::needs_api(day.steps[4].action));
}

TEST_CASE("trace: steps of core banking need its folder", "[trace]") {
  const trace::Trace day = parsed(
      "account A1 RUB 1.00\ncore finds B1\ncore removes B1\ncore answers B1 accepted\n"
      "core balances A1=1.00 after B1\ncore file x.jsonl waits\n  {}\n");
  CHECK_FALSE(trace::needs_core_folder(day.steps[0].action));
  for (std::size_t step = 1; step < day.steps.size(); ++step) {
    CHECK(trace::needs_core_folder(day.steps[step].action));
    CHECK_FALSE(trace::needs_api(day.steps[step].action));
  }
}

TEST_CASE("trace: every trace of the project can be read", "[trace]") {
  int traces = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(HOLDFAST_SOURCE_DIR "/tests/scenarios")) {
    if (entry.path().extension() != ".trace") continue;
    const auto read = trace::read_trace(entry.path().string());
    INFO((read ? std::string() : trace::to_string(read.error())));
    CHECK(read.has_value());
    ++traces;
  }
  CHECK(traces >= 14);
}
