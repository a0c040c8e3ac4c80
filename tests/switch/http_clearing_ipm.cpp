// IPM files over the API: what moves money of customers, what is only recorded, and what it says.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "clearing_support.hpp"
#include "http_support.hpp"

namespace {

namespace json = boost::json;
using namespace holdfast::clearing::test;
using holdfast::http::test::ApiAnswer;
using holdfast::http::test::ApiUnderTest;

const std::string pan = "4111111111111111";

void open_account_with_card(ApiUnderTest& api) {
  REQUIRE(api.ask("PUT", "/v1/accounts/A1", R"({"currency":"RUB","booked":10000000})").status ==
          201);
  REQUIRE(api.ask("POST", "/v1/cards",
                  R"({"pan":"4111111111111111","expiry":"2912","account_id":"A1"})")
              .status == 201);
}

std::string presentment(int number, const std::string& mti = "1240",
                        const std::string& function = "200") {
  IpmTexts fields = plain_presentment();
  fields[2] = pan;
  fields[24] = function;
  fields[31] = "7520001632500000000" + std::to_string(10'000 + number).substr(1);
  fields[43] = "M\xFCLLER & S\xD8N\\HAUPTSTR\\K\xD6LN\\                ";
  fields[71] = std::to_string(number);
  fields.erase(63);
  return ipm_message(mti, fields);
}
std::string addendum(const std::string& text) {
  return ipm_message("1644", {{24, "696"}, {48, private_data({{507, text}})}});
}
std::string fee(const std::string& processing_code, const std::string& amount) {
  return ipm_message("1740", {{3, processing_code},
                              {4, amount},
                              {24, "783"},
                              {48, private_data({{137, "FEE 1"}})},
                              {49, "840"}});
}
std::string note(const std::string& function, const std::string& text = "NOTE") {
  return ipm_message("1644", {{24, function}, {72, text}});
}

// One of everything, numbered from 1.
std::string night() {
  return whole_ipm_file({presentment(1), addendum("TICKET 1"), addendum("PAID BY " + pan),
                         fee("190000", "250"), fee("290000", "100"), fee("190000", "50"),
                         note("693"), note("698"), presentment(2, "1442", "450"),
                         addendum("NOBODY'S"), note("691"), presentment(3), note("699")});
}

std::string exceptions_of(const ApiAnswer& report) {
  std::string text;
  for (const auto& exception : report.json.at("exceptions").as_array()) {
    text += json::serialize(exception.at("record")) + ' ' +
            std::string(exception.at("code").as_string()) + '\n';
  }
  return text;
}

json::array records_of(ApiUnderTest& api, const std::string& run, const std::string& query = "") {
  const ApiAnswer answer = api.ask("GET", "/v1/clearing-files/" + run + "/records" + query);
  REQUIRE(answer.status == 200);
  return answer.json.at("records").as_array();
}

// What the presentment with this line carries: "2 TICKET 1, 3 …".
std::string carried_with(ApiUnderTest& api, const json::object& line) {
  const ApiAnswer record =
      api.ask("GET", "/v1/clearing-records/" + std::string(line.at("key").as_string()));
  REQUIRE(record.status == 200);
  std::string text;
  for (const auto& carried : record.json.at("carried").as_array()) {
    const auto& field = carried.at("fields").as_array().at(0);
    text += json::serialize(carried.at("record")) + ' ' +
            std::string(field.at("text").as_string()) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("clearing ipm: every message is posted, matched, a duplicate, rejected or recorded",
          "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  const ApiAnswer report = api.ask("POST", "/v1/clearing-files?name=night.ipm", night());
  INFO(report.text);
  REQUIRE(report.status == 200);
  CHECK(report.at("records") == "13");
  CHECK(report.at("posted") == "1");
  CHECK(report.at("matched") == "1");
  CHECK(report.at("unmatched") == "1");
  CHECK(report.at("duplicates") == "0");
  CHECK(report.at("rejected") == "1");
  CHECK(report.at("recorded") == "10");
  CHECK(report.at("posted_amounts") == R"({"RUB":12345})");
  CHECK(exceptions_of(report) ==
        "1 unmatched\n8 unsupported_message\n9 chargeback\n10 addendum_alone\n"
        "11 message_exception\n13 file_reject\n");
  // The fees are the bank's, the returned presentment nobody's.
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "9987655");
  const ApiAnswer ledger = api.ask("GET", "/v1/ledger");
  CHECK_FALSE(ledger.json.at("currencies").as_object().contains("USD"));

  const ApiAnswer run = api.ask("GET", "/v1/clearing-files/FILE1");
  CHECK(json::serialize(run.json.at("recorded_messages")) ==
        R"([{"category":"addendum","currency":null,"records":3,"credits":0,"debits":0},)"
        R"({"category":"fee collection","currency":"USD","records":3,"credits":100,"debits":300},)"
        R"({"category":"file reject","currency":null,"records":1,"credits":0,"debits":0},)"
        R"({"category":"message exception","currency":null,"records":1,"credits":0,"debits":0},)"
        R"({"category":"returned message","currency":null,"records":1,"credits":0,"debits":0},)"
        R"({"category":"text message","currency":null,"records":1,"credits":0,"debits":0}])");
  CHECK(json::serialize(run.json.at("categories")) ==
        R"([{"category":"chargeback","currency":"RUB","records":1,"matched":1,"unmatched":0,)"
        R"("posted":0},{"category":"purchase","currency":"RUB","records":1,"matched":0,)"
        R"("unmatched":1,"posted":12345}])");
  const ApiAnswer page = api.ask("GET", "/v1/clearing-files/FILE1?format=html");
  CHECK(page.text.find("<th>recorded</th><td class=\"n\">10</td>") != std::string::npos);
  CHECK(page.text.find("<td>fee collection</td><td class=\"n\">3</td><td class=\"n\">1.00 USD</td>"
                       "<td class=\"n\">3.00 USD</td>") != std::string::npos);
  CHECK(page.text.find("<td>text message</td><td class=\"n\">1</td><td class=\"n\"></td>") !=
        std::string::npos);
}

TEST_CASE("clearing ipm: the records of a run say what was recorded", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  REQUIRE(api.ask("POST", "/v1/clearing-files", night()).status == 200);
  const json::array lines = records_of(api, "FILE1");
  REQUIRE(lines.size() == 13);
  CHECK(lines[0].at("merchant_name") == "M\u00FCLLER & S\u00D8N");
  CHECK(json::serialize(lines[1]) ==
        R"({"record":2,"outcome":"recorded","category":"addendum","message":"1644/696",)"
        R"("addendum_to":1,"fields":[{"name":"PDS 0507","text":"TICKET 1"}]})");
  CHECK(lines[2].at("fields").as_array().at(0).at("text") == "PAID BY 411111******1111");
  CHECK(lines[3].at("amount") == -250);
  CHECK(lines[3].at("currency") == "USD");
  CHECK(lines[4].at("amount") == 100);
  CHECK(lines[4].at("message") == "1740/783");
  CHECK(lines[7].at("code") == "unsupported_message");
  CHECK_FALSE(lines[9].as_object().contains("addendum_to"));
  CHECK(lines[11].at("category") == "returned message");
  CHECK(records_of(api, "FILE1", "?outcome=recorded").size() == 10);
  CHECK(json::serialize(lines).find(pan) == std::string::npos);

  const std::string carried = "2 TICKET 1\n3 PAID BY 411111******1111\n";
  CHECK(carried_with(api, lines[0].as_object()) == carried);
  CHECK(carried_with(api, lines[8].as_object()).empty());
  api.restart();
  CHECK(carried_with(api, lines[0].as_object()) == carried);
}

TEST_CASE("clearing ipm: the same file again has duplicates alone", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  REQUIRE(api.ask("POST", "/v1/clearing-files", night()).status == 200);
  const json::array first = records_of(api, "FILE1");
  const ApiAnswer again = api.ask("POST", "/v1/clearing-files", night());
  CHECK(again.at("records") == "13");
  CHECK(again.at("duplicates") == "12");
  CHECK(again.at("rejected") == "1");
  CHECK(again.at("recorded") == "0");
  CHECK(exceptions_of(again) == "8 unsupported_message\n");
  CHECK(api.ask("GET", "/v1/clearing-files/FILE1").json.at("recorded_messages").as_array().empty());
  const json::array second = records_of(api, "FILE1");
  CHECK(second[3].at("outcome") == "duplicate");
  CHECK(second[3].at("amount") == -250);
  CHECK(carried_with(api, second[0].as_object()) == carried_with(api, first[0].as_object()));
}

TEST_CASE("clearing ipm: addenda are found in a long run, those of each presentment", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  std::vector<std::string> messages;
  constexpr int presentments = 700;
  for (int i = 1; i <= presentments; ++i) {
    messages.push_back(presentment(i));
    messages.push_back(addendum("OF " + std::to_string(i)));
    // One that cannot be read does not hide the one behind it.
    if (i % 7 == 0) messages.push_back(addendum("CUT").substr(0, 30));
    if (i % 7 == 0) messages.push_back(addendum("SECOND OF " + std::to_string(i)));
  }
  REQUIRE(api.ask("POST", "/v1/clearing-files", whole_ipm_file(messages)).at("unmatched") ==
          std::to_string(presentments));
  int seen = 0;
  for (const auto& line : records_of(api, "FILE1", "?outcome=posted")) {
    const std::string number = std::to_string(++seen);
    const std::string carried = carried_with(api, line.as_object());
    INFO(number << '\n' << carried);
    const bool has_two = seen % 7 == 0;
    CHECK(std::count(carried.begin(), carried.end(), '\n') == (has_two ? 2 : 1));
    CHECK(carried.find(" OF " + number + '\n') != std::string::npos);
    CHECK((carried.find(" SECOND OF " + number + '\n') != std::string::npos) == has_two);
  }
  CHECK(seen == 500);
}

TEST_CASE("clearing ipm: without the files of its run a record carries nothing", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  REQUIRE(api.ask("POST", "/v1/clearing-files", night()).status == 200);
  const json::array lines = records_of(api, "FILE1");
  std::filesystem::remove_all(api.folder() / "data/clearing/runs");
  CHECK(carried_with(api, lines[0].as_object()).empty());
}

TEST_CASE("clearing ipm: reversals go by PDS 0025, partial presentments by DE25", "[http]") {
  ApiUnderTest api;
  open_account_with_card(api);
  const auto message = [](int number, const std::string& mti, const std::string& function,
                          const std::string& reason, bool is_reversal) {
    IpmTexts fields = plain_presentment();
    fields[2] = pan;
    fields[24] = function;
    fields[25] = reason;
    fields[31] = "7520001632500000000000" + std::to_string(number);
    if (is_reversal) fields[48] += private_data({{25, "R261119"}});
    fields.erase(63);
    return ipm_message(mti, fields);
  };
  const ApiAnswer report = api.ask(
      "POST", "/v1/clearing-files",
      whole_ipm_file(
          {message(1, "1240", "200", "1403", false), message(1, "1240", "200", "1403", true),
           message(2, "1240", "205", "2001", false), message(2, "1240", "205", "2001", true),
           message(2, "1240", "205", "2001", true), message(3, "1240", "282", "2001", false),
           message(4, "1442", "453", "4808", false), message(4, "1442", "453", "4808", true)}));
  INFO(report.text);
  CHECK(report.at("posted") == "5");
  CHECK(report.at("duplicates") == "1");
  CHECK(report.at("posted_amounts") == R"({"RUB":12345})");
  CHECK(api.ask("GET", "/v1/accounts/A1").at("ledger") == "9987655");
  std::string categories;
  const ApiAnswer run = api.ask("GET", "/v1/clearing-files/FILE1");
  for (const auto& sum : run.json.at("categories").as_array()) {
    categories += std::string(sum.at("category").as_string()) + ' ' +
                  json::serialize(sum.at("posted")) + '\n';
  }
  CHECK(categories ==
        "chargeback 0\nchargeback reversal 0\npurchase 12345\npurchase reversal -12345\n"
        "second presentment 24690\nsecond presentment reversal -12345\n");
}
