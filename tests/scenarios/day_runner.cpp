// Makes a day, lives it through with the real switch, clears it, and compares every balance and
// the clearing report with what the maker has worked out. Then clears it again: nothing moves.
//
//   day_runner HOLDFAST DIALECTS RULES MAKE_DAY SEED CARDS MESSAGES FORMAT
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "http/client.hpp"
#include "switch_under_test.hpp"

namespace {

namespace json = boost::json;
using holdfast::http::ApiClient;
using scenarios::CommandResult;
using scenarios::Process;
using scenarios::SwitchUnderTest;

bool fail(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return false;
}

bool succeeded(const char* what, const CommandResult& result) {
  if (result.exit_code == 0) return true;
  return fail(std::string(what) + ": exit " + std::to_string(result.exit_code) + "\n" +
              result.output + result.errors);
}

json::value parse(const std::string& text) {
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  return failure ? json::value() : value;
}

// Every key of `expected` with its value is in `got`.
bool contains(const json::object& got, const json::object& expected, const std::string& what) {
  bool same = true;
  for (const auto& [key, value] : expected) {
    const json::value* found = got.if_contains(key);
    if (found != nullptr && *found == value) continue;
    same = fail(what + " " + std::string(std::string_view(key)) + ": expected " +
                json::serialize(value) + ", got " +
                (found == nullptr ? "nothing" : json::serialize(*found)));
  }
  return same;
}

bool compare_balances(SwitchUnderTest& holdfast, const json::object& accounts) {
  auto api = ApiClient::from_config(holdfast.config_file());
  if (!api) return fail(api.error());
  bool same = true;
  for (const auto& [id, balances] : accounts) {
    const std::string account(std::string_view{id});
    const auto response = api->request("GET", "/v1/accounts/" + account);
    if (!response) return fail(response.error());
    const json::value answer = parse(response->body);
    if (!answer.is_object()) return fail(account + ": " + response->body);
    same = contains(answer.get_object(), balances.as_object(), account) && same;
  }
  return same;
}

bool ingest(SwitchUnderTest& holdfast, const std::string& file, const json::object& expected) {
  const CommandResult result =
      holdfast.run({"clearing", "ingest", file, "--config", holdfast.config_file(), "--json"});
  if (!succeeded("clearing ingest", result)) return false;
  const json::value report = parse(result.output);
  if (!report.is_object()) return fail("clearing ingest: no JSON report: " + result.output);
  return contains(report.get_object(), expected, "report");
}

bool live_through(SwitchUnderTest& holdfast, const std::string& day, const std::string& format) {
  const json::value expected = parse(scenarios::read_file(day + "/expected.json"));
  if (!expected.is_object()) return fail("expected.json is no JSON object");
  const json::object& figures = expected.get_object();
  if (!holdfast.start()) return fail("the switch did not become ready");
  const std::string config = holdfast.config_file();
  if (!succeeded("load", holdfast.run({"load", day + "/accounts.jsonl", "--config", config}))) {
    return false;
  }
  const CommandResult replayed = holdfast.run({"replay", day + "/day.trace", "--config", config});
  std::fputs(replayed.output.c_str(), stdout);
  bool same = succeeded("replay", replayed);
  same = compare_balances(holdfast, figures.at("before_clearing").as_object()) && same;
  const std::string file = day + "/clearing." + format;
  same = ingest(holdfast, file, figures.at(format).as_object()) && same;
  same = compare_balances(holdfast, figures.at("after_clearing").as_object()) && same;
  same = ingest(holdfast, file, figures.at(format + "_again").as_object()) && same;
  same = compare_balances(holdfast, figures.at("after_clearing").as_object()) && same;
  const auto stopped = holdfast.stop();
  if (stopped != 0) same = fail("serve: exit " + std::to_string(stopped.value_or(-1)));
  return succeeded("journal verify", holdfast.run({"journal", "verify", holdfast.data_folder()})) &&
         same;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::fprintf(stderr,
                 "usage: day_runner HOLDFAST DIALECTS RULES MAKE_DAY SEED CARDS MESSAGES FORMAT\n");
    return 2;
  }
  SwitchUnderTest holdfast(argv[1], argv[2], argv[3]);
  const std::string day = (holdfast.folder() / "day").string();
  Process make_day({argv[4], "--seed", argv[5], "--cards", argv[6], "--messages", argv[7], "--date",
                    "2026-11-20", "--dialects", argv[2], "--out", day},
                   holdfast.folder() / "make-day.out", holdfast.folder() / "make-day.err");
  const auto made = make_day.wait(std::chrono::seconds(20));
  if (made != 0) {
    std::fprintf(stderr, "make-day: exit %d\n%s", made.value_or(-1),
                 make_day.stderr_text().c_str());
    return 1;
  }
  if (live_through(holdfast, day, argv[8])) return 0;
  holdfast.show_log();
  return 1;
}
