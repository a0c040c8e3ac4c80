// Every reason that docs/clearing.md lists is given by the switch, and none besides.
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "clearing_support.hpp"
#include "http_support.hpp"
#include "openapi_tour.hpp"

namespace {

using namespace holdfast::clearing::test;
using holdfast::http::test::ApiAnswer;
using holdfast::http::test::ApiUnderTest;
using holdfast::http::test::CardNetwork;

const std::string pan = "4111111111111111";
const std::string pan_of_full = "5555555555554444";
const std::string pan_of_blocked = "378282246310005";

// What stands in the first column of the tables of a section: `one`, `two`.
std::set<std::string> documented(const std::string& section) {
  std::ifstream in(HOLDFAST_SOURCE_DIR "/docs/clearing.md");
  std::set<std::string> words;
  bool in_section = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) in_section = line == section;
    if (!in_section || !line.starts_with("| `")) continue;
    const std::string cell = line.substr(0, line.find('|', 1));
    for (auto from = cell.find('`'); from != cell.npos; from = cell.find('`', from)) {
      const auto to = cell.find('`', from + 1);
      words.insert(cell.substr(from + 1, to - from - 1));
      from = to + 1;
    }
  }
  return words;
}

// A line of jsonl: a purchase of 5.00 RUB, with other values for some keys and more of them.
std::string line(const std::map<std::string, std::string>& changes) {
  static int number = 0;
  std::map<std::string, std::string> values = {
      {"record_id", "\"R" + std::to_string(++number) + '"'},
      {"pan", '"' + pan + '"'},
      {"processing_code", "\"000000\""},
      {"amount", "500"},
      {"currency", "\"RUB\""}};
  for (const auto& [key, value] : changes) values[key] = value;
  std::string text;
  for (const auto& [key, value] : values) {
    if (!value.empty()) text += (text.empty() ? "{\"" : ",\"") + key + "\":" + value;
  }
  return text + "}\n";
}

class Bank {
 public:
  Bank() {
    ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":10000000})");
    ask("PUT", "/v1/accounts/FULL", R"({"currency":"USD"})");
    ask("PUT", "/v1/accounts/BLOCKED", R"({"currency":"RUB","booked":100000})");
    for (const auto& [number, account] : std::map<std::string, std::string>{
             {pan, "A1"}, {pan_of_full, "FULL"}, {pan_of_blocked, "BLOCKED"}}) {
      ask("POST", "/v1/cards",
          R"({"pan":")" + number + R"(","expiry":"2912","account_id":")" + account + "\"}");
    }
  }

  // The round of open-day takes it.
  void send_from_core(const std::string& name, const std::string& content) {
    const std::filesystem::path inbox = api_.folder() / "data/core/inbox";
    std::ofstream(inbox / ".writing") << content;
    std::filesystem::rename(inbox / ".writing", inbox / name);
    ask("POST", "/v1/core/open-day");
  }

  ApiAnswer ask(std::string_view method, const std::string& target, const std::string& body = {}) {
    ApiAnswer answer = api_.ask(method, target, body);
    INFO(method << ' ' << target << ' ' << answer.text);
    REQUIRE(answer.status < 300);
    return answer;
  }

  void authorize(std::string_view rrn, std::string_view lifecycle_id = {},
                 engine::AuthorizationKind kind = engine::AuthorizationKind::request) {
    engine::Authorize command;
    command.kind = kind;
    if (kind == engine::AuthorizationKind::posting) command.operation = engine::Operation::deposit;
    command.transaction = {500, *engine::CurrencyCode::from_alpha("RUB")};
    command.keys.lifecycle_id = engine::FixedText<36>::cut(lifecycle_id);
    network_.authorize(command, pan, rrn);
  }

  // The codes of the file's exceptions, as they come.
  std::vector<std::string> clear(const std::string& file) {
    std::vector<std::string> codes;
    const ApiAnswer report = ask("POST", "/v1/clearing-files", file);
    for (const auto& exception : report.json.at("exceptions").as_array()) {
      codes.emplace_back(exception.at("code").as_string());
      given_.insert(codes.back());
      CHECK_FALSE(exception.at("detail").as_string().empty());
    }
    return codes;
  }
  const std::set<std::string>& given() const { return given_; }

 private:
  ApiUnderTest api_;
  CardNetwork network_{api_};
  std::set<std::string> given_;
};

using Codes = std::vector<std::string>;

void give_rejections(Bank& bank) {
  CHECK(bank.clear(line({}) + "nonsense\n") == Codes{"unmatched", "malformed_json"});
  CHECK(bank.clear(line({}) + std::string(70'000, ' ') + '\n') ==
        Codes{"unmatched", "line_too_long"});
  CHECK(bank.clear(line({{"pan", ""}})) == Codes{"missing_field"});
  CHECK(bank.clear(line({{"amount", "5.00"}})) == Codes{"bad_field"});
  CHECK(bank.clear(line({{"processing_code", "\"300000\""}})) == Codes{"bad_field"});
  CHECK(bank.clear(line({{"currency", "\"AAA\""}})) == Codes{"unknown_currency"});
  CHECK(bank.clear(line({{"amount", "0"}})) == Codes{"bad_amount"});
  CHECK(bank.clear(line({{"pan", "\"4000000000000002\""}})) == Codes{"unknown_card"});
  CHECK(bank.clear(line({{"currency", "\"EUR\""}})) == Codes{"no_rate"});
  CHECK(bank.clear(line({{"reversal", "true"}})) == Codes{"original_not_found"});

  const std::string most =
      R"({"batch_id":"B1","account_id":"FULL","amount":1000000000000000,"currency":"USD"})";
  std::string postings;
  for (int i = 0; i < 100; ++i) postings += (i > 0 ? "," : "") + most;
  bank.ask("POST", "/v1/postings/bulk", R"({"postings":[)" + postings + "]}");
  CHECK(bank.clear(line({{"pan", '"' + pan_of_full + '"'},
                         {"processing_code", "\"200000\""},
                         {"currency", "\"USD\""}})) == Codes{"overflow"});
}

void give_rejections_of_ipm(Bank& bank) {
  IpmTexts cut = plain_presentment();
  cut[48] = private_data({{148, "6430"}});
  IpmTexts unknown = plain_presentment();
  unknown[24] = "999";
  CHECK(bank.clear(
            whole_ipm_file({"garbage", ipm_message("1240", cut), ipm_message("1240", unknown)})) ==
        Codes{"malformed_message", "currency_exponent_mismatch", "unsupported_message"});
}

// Core banking rejects a posting, and a person undoes it: its reversal posts nothing.
void give_resolved(Bank& bank) {
  const std::map<std::string, std::string> presentment = {{"record_id", ""},
                                                          {"arn", "\"74100016325000000000099\""}};
  auto reversal = presentment;
  reversal["reversal"] = "true";
  bank.clear(line(presentment));
  const ApiAnswer statement = bank.ask("GET", "/v1/accounts/A1/statement");
  const auto& movement = statement.json.at("movements").as_array().back();
  const std::string batch(movement.at("batch_id").as_string());
  bank.ask("POST", "/v1/batches/" + batch + "/close");
  bank.ask("POST", "/v1/core/open-day");  // a round, which exports it
  const ApiAnswer closed = bank.ask("GET", "/v1/batches/" + batch);
  std::string answers;
  for (std::int64_t item = 1; item <= closed.json.at("items").as_int64(); ++item) {
    answers += R"({"batch_id":")" + batch + R"(","item_id":")" + batch + '-' +
               std::to_string(item) + R"(","status":"rejected","reason":"closed"})" + "\n";
  }
  bank.send_from_core(batch + ".jsonl", answers);
  const std::string last = batch + '-' + std::to_string(closed.json.at("items").as_int64());
  bank.ask("POST", "/v1/batch-items/" + last + "/undo");
  CHECK(bank.clear(line(reversal)) == Codes{"posting_was_resolved"});
}

void give_exceptions(Bank& bank) {
  CHECK(bank.clear(line({})) == Codes{"unmatched"});
  bank.authorize("632409000001");
  CHECK(bank.clear(line({{"rrn", "\"632409000001\""}, {"amount", "501"}})) ==
        Codes{"over_clearing"});
  bank.authorize("632409000002", "TWICE");
  bank.authorize("632409000003", "TWICE");
  CHECK(bank.clear(line({{"lifecycle_id", "\"TWICE\""}})) == Codes{"ambiguous_match"});

  bank.authorize("632409000004");
  const ApiAnswer holds = bank.ask("GET", "/v1/accounts/A1/holds");
  const auto& hold = holds.json.at("holds").as_array().at(0);
  CHECK(hold.at("rrn") == "632409000004");
  bank.ask("POST", "/v1/holds/" + std::string(hold.at("id").as_string()) + "/release");
  CHECK(bank.clear(line({{"rrn", "\"632409000004\""}})) == Codes{"cleared_after_release"});

  bank.authorize("632409000005", "", engine::AuthorizationKind::posting);
  const std::map<std::string, std::string> deposit = {{"rrn", "\"632409000005\""},
                                                      {"processing_code", "\"210000\""}};
  auto less = deposit;
  less["amount"] = "499";
  CHECK(bank.clear(line(less)) == Codes{"posting_differs"});
  bank.authorize("632409000006", "", engine::AuthorizationKind::posting);
  auto settled = deposit;
  settled["rrn"] = "\"632409000006\"";
  settled["settlement_amount"] = "700";
  settled["settlement_currency"] = "\"EUR\"";
  CHECK(bank.clear(line(settled)) == Codes{"rate_result_unknown"});

  bank.ask("PATCH", "/v1/accounts/BLOCKED", R"({"status":"blocked"})");
  CHECK(bank.clear(line({{"pan", '"' + pan_of_blocked + '"'}})) ==
        Codes{"account_not_active", "unmatched"});
  bank.authorize("632409000007");
  bank.ask("POST", "/v1/clock", R"({"now":"2026-12-20T09:00:00Z"})");
  CHECK(bank.clear(line({{"rrn", "\"632409000007\""}})) == Codes{"cleared_after_expiry"});
}

void give_exceptions_of_ipm(Bank& bank) {
  IpmTexts chargeback = plain_presentment();
  chargeback[2] = pan;
  chargeback[24] = "450";
  const auto note = [](const std::string& function) {
    return ipm_message("1644", {{24, function}, {72, "NOTE"}});
  };
  CHECK(bank.clear(
            ipm_file({ipm_header(), ipm_message("1442", chargeback), note("696"), note("691"),
                      note("693"), note("699"), ipm_trailer(private_data({{306, "00000009"}}))})) ==
        Codes{"trailer_mismatch", "chargeback", "addendum_alone", "message_exception",
              "file_reject"});
}

}  // namespace

TEST_CASE("clearing: every documented reason is given, and no other", "[http]") {
  Bank bank;
  give_rejections(bank);
  give_rejections_of_ipm(bank);
  give_exceptions(bank);
  give_resolved(bank);
  give_exceptions_of_ipm(bank);
  std::set<std::string> listed = documented("### Rejected records");
  CHECK(listed.size() > 10);
  listed.merge(documented("### Exceptions"));
  CHECK(bank.given() == listed);
}

TEST_CASE("clearing: a file that is refused whole says what was seen", "[http]") {
  ApiUnderTest api;
  struct Row {
    std::string query;
    std::string file;
    std::string detail;
  };
  const std::string whole = whole_ipm_file({ipm_message("1240", plain_presentment())});
  for (const Row& row : std::vector<Row>{
           {"", "PAN;AMOUNT\n4111111111111111;5.00\n",
            "format_not_recognised at offset 0: the file looks like none of ipm, base2 and jsonl: "
            "its first line has 10 bytes"},
           {"?format=base2", whole,
            "format_disagrees at offset 0: base2 was asked for, but the file looks like ipm"},
           {"", whole.substr(0, whole.size() - 60),
            "truncated at offset 50: a record's length runs past the end of the file"},
           {"", whole + "more", "malformed_framing at offset"},
       }) {
    const ApiAnswer answer = api.ask("POST", "/v1/clearing-files" + row.query, row.file);
    CHECK(answer.status == 422);
    CHECK(answer.at("code") == "file_refused");
    INFO(answer.text);
    CHECK(answer.at("detail").starts_with(row.detail));
    CHECK(answer.text.find("4111111111111111") == std::string::npos);
  }
}
