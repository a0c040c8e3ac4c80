#include "openapi_stations.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "captured_log.hpp"
#include "clearing_support.hpp"
#include "rules/rule_words.hpp"

namespace holdfast::http::test {
namespace {

namespace fs = std::filesystem;

const std::string pan = "4111111111111111";
constexpr std::size_t more_than_a_page = 501;
// Of the largest amount: as many as an account takes.
constexpr int amounts_to_the_brim = 100;

std::string posting(const std::string& batch, const std::string& account, const std::string& amount,
                    const std::string& currency = "RUB", const std::string& more = {}) {
  return R"({"batch_id":")" + batch + R"(","account_id":")" + account + R"(","amount":)" + amount +
         R"(,"currency":")" + currency + '"' + more + '}';
}
std::string postings(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& one : list) text += (text.empty() ? "" : ",") + one;
  return R"({"postings":[)" + text + "]}";
}
std::string hold(const std::string& account, const std::string& amount,
                 const std::string& currency = "RUB", const std::string& more = {}) {
  return R"({"account_id":")" + account + R"(","amount":)" + amount + R"(,"currency":")" +
         currency + '"' + more + '}';
}
std::string limits(const std::string& scope, int count) {
  std::string rules;
  for (int i = 0; i < count; ++i) {
    rules += (i > 0 ? "," : "") + (R"({"name":"rule )" + std::to_string(i) + R"(","scope":")") +
             scope + R"(","window":"day","max_count":3})";
  }
  return R"({"limits":[)" + rules + "]}";
}

// Every kind of line that a run has: a presentment with its addendum, a fee collection, a text.
std::string ipm_night() {
  using namespace clearing::test;
  IpmTexts presentment = plain_presentment();
  presentment[2] = pan;
  return whole_ipm_file(
      {ipm_message("1240", presentment),
       ipm_message("1644", {{24, "696"}, {48, private_data({{507, "LUFTHANSA"}})}}),
       ipm_message("1740", {{3, "290000"},
                            {4, "250"},
                            {5, "16025"},
                            {24, "783"},
                            {49, "840"},
                            {50, "643"},
                            {72, "ATM BALANCE INQUIRY"}}),
       ipm_message("1644", {{24, "693"}, {72, "GOOD NIGHT"}})});
}

// As core banking does it; the round of open-day takes it.
void send_from_core(Tour& tour, const std::string& name, const std::string& content) {
  const fs::path inbox = tour.api().folder() / "data/core/inbox";
  std::ofstream(inbox / ".writing") << content;
  fs::rename(inbox / ".writing", inbox / name);
  tour.done("POST", "/v1/core/open-day");
}
// Exports the batch, and has core banking reject its items.
void have_rejected(Tour& tour, const std::string& batch, int items) {
  tour.done("POST", "/v1/batches/" + batch + "/close");
  tour.done("POST", "/v1/batches/" + batch + "/export");
  std::string answers;
  for (int i = 1; i <= items; ++i) {
    answers += R"({"batch_id":")" + batch + R"(","item_id":")" + batch + '-' + std::to_string(i) +
               R"(","status":"rejected","reason":"account is closed"})" + "\n";
  }
  send_from_core(tour, batch + ".jsonl", answers);
}

}  // namespace

engine::Rules tour_rules() {
  LimitRuleText cash;
  cash.name = "cash a day";
  cash.filter.operations = {"cash"};
  cash.window = "day";
  cash.max_amount = 50'000;
  engine::Tariff tariff;
  tariff.name = engine::TariffName::cut("cash");
  tariff.currency = *engine::CurrencyCode::from_alpha("RUB");
  tariff.operations = 1U << static_cast<unsigned>(engine::Operation::cash);
  tariff.terms.flat = 250;
  engine::Rules rules;
  rules.set_limits({{engine::LimitProfileName::cut("standard"), {*limit_rule(cash)}}});
  rules.tariffs = {tariff};
  return rules;
}

void visit_service(Tour& tour) {
  for (const char* target : {"/health", "/v1/health", "/v1/openapi.json", "/v1/clock"}) {
    tour.done("GET", target);
    tour.refused("GET", std::string(target) + "?some=1", "", "bad_query");
  }
  tour.example("POST", "/v1/clock");
  tour.refused("POST", "/v1/clock", R"({"now":"2020-01-01T00:00:00Z"})",
               "clock_moves_forward_only");
  tour.refused("POST", "/v1/clock", R"({"now":"tomorrow"})", "bad_field");
  tour.refused("POST", "/v1/clock", "{}", "missing_field");
  CHECK(tour.ask("POST", "/v1/bulk", "", {{"Content-Length", "17000000"}}).status == 413);
  CHECK(tour.ask("PUT", "/v1/accounts/A1", "", {{"Content-Length", "17000000"}}).status == 413);
  CHECK(tour.ask("GET", "/v1/core", "", {{"Idempotency-Key", std::string(256, 'k')}}).status ==
        400);
}

void visit_archive(Tour& tour) {
  for (int i = 0; i < 3; ++i) tour.done("POST", "/v1/archive");
  tour.refused("POST", "/v1/archive?some=1", "", "bad_query");
}

void visit_accounts(Tour& tour) {
  CHECK(tour.example("PUT", "/v1/accounts/A1").status == 201);
  CHECK(tour.example("PUT", "/v1/accounts/A1").status == 200);
  tour.done("PUT", "/v1/accounts/A2", R"({"currency":"RUB","status":null})");
  tour.done("PUT", "/v1/accounts/E1", R"({"currency":"EUR","booked":700})");
  tour.done("PUT", "/v1/accounts/BLOCKED", R"({"currency":"RUB","status":"blocked"})");
  tour.done("PUT", "/v1/accounts/CLOSED", R"({"currency":"RUB","status":"closed"})");
  tour.refused("PUT", "/v1/accounts/A1", R"({"currency":"EUR"})",
               "account_exists_in_other_currency");
  tour.refused("PUT", "/v1/accounts/A9", "", "currency_missing");
  tour.refused("PUT", "/v1/accounts/A9", R"({"currency":"RUB","overdraft_limit":-1})",
               "bad_amount");
  tour.refused("PUT", "/v1/accounts/A-9", R"({"currency":"RUB"})", "bad_account_id");
  tour.refused("PUT", "/v1/accounts/A9", R"({"currency":"rub"})", "bad_field");
  tour.refused("PUT", "/v1/accounts/A9", R"({"currency":"RUB","booked":1000000000000001})",
               "bad_field");
  tour.refused("PUT", "/v1/accounts/A9", R"({"currency":"RUB","color":1})", "unknown_field");
  tour.refused("PUT", "/v1/accounts/A9", "[", "bad_json");

  tour.example("PATCH", "/v1/accounts/A1", "overdraft");
  tour.example("PATCH", "/v1/accounts/A1", "limits");
  tour.refused("PATCH", "/v1/accounts/A9", "", "unknown_account");
  tour.refused("PATCH", "/v1/accounts/A1", R"({"overdraft_limit":-1})", "bad_amount");
  tour.refused("PATCH", "/v1/accounts/A1", limits("programme", 1), "not_permitted");
  tour.refused("PATCH", "/v1/accounts/A1", limits("card", 33), "overflow");
  tour.refused("PATCH", "/v1/accounts/A1", R"({"limits":[{"name":"x","window":"year"}]})",
               "bad_field");

  tour.done("GET", "/v1/accounts/A1");
  tour.refused("GET", "/v1/accounts/A9", "", "unknown_account");
  tour.example("POST", "/v1/accounts/balances");
  tour.refused("POST", "/v1/accounts/balances", R"({"account_ids":[]})", "bad_field");
}

void visit_cards(Tour& tour) {
  CHECK(tour.example("POST", "/v1/cards").status == 201);
  const std::string card = "/v1/cards/" + tour.example("POST", "/v1/cards").at("card_id");
  const auto body = [](const std::string& number, const std::string& account,
                       const std::string& profile = "null") {
    return R"({"pan":")" + number + R"(","expiry":"2912","account_id":")" + account +
           R"(","limit_profile":)" + profile + '}';
  };
  tour.keyed("/v1/cards", body("5555555555554444", "A1"), "/v1/cards", body(pan, "A1"));
  tour.refused("POST", "/v1/cards", body("4000000000000002", "A9"), "unknown_account");
  tour.refused("POST", "/v1/cards", body(pan, "A2"), "card_of_other_account");
  tour.refused("POST", "/v1/cards", body(pan, "A1", R"("gold")"), "unknown_limit_profile");
  tour.refused("POST", "/v1/cards", body("411111111111111x", "A1"), "bad_field");
  tour.refused("POST", "/v1/cards", R"({"pan":"4111111111111111"})", "missing_field");

  tour.done("GET", card);
  tour.refused("GET", "/v1/cards/none", "", "unknown_card");
  tour.example("PATCH", card, "status");
  tour.example("PATCH", card, "no profile");
  tour.example("PATCH", card, "limits");
  tour.refused("PATCH", "/v1/cards/none", "", "unknown_card");
  tour.refused("PATCH", card, R"({"limit_profile":"gold"})", "unknown_limit_profile");
  tour.refused("PATCH", card, limits("account", 1), "not_permitted");
  tour.refused("PATCH", card, limits("card", 33), "overflow");
  tour.refused("PATCH", card, R"({"status":"debit_blocked"})", "bad_field");
  tour.done("PATCH", card, R"({"status":"active","limit_profile":"standard"})");

  tour.done("GET", card + "/limits");
  tour.refused("GET", "/v1/cards/none/limits", "", "unknown_card");
}

void visit_holds(Tour& tour) {
  const std::string placed = "/v1/holds/" + tour.example("POST", "/v1/holds", "manual").at("id");
  const std::string arrest = "/v1/holds/" + tour.example("POST", "/v1/holds", "arrest").at("id");
  tour.keyed("/v1/holds", hold("A1", "100"), "/v1/holds", hold("A1", "101"));
  tour.refused("POST", "/v1/holds", hold("A9", "1"), "unknown_account");
  tour.refused("POST", "/v1/holds", hold("BLOCKED", "1"), "account_blocked");
  tour.refused("POST", "/v1/holds", hold("CLOSED", "1"), "account_closed");
  tour.refused("POST", "/v1/holds", hold("A1", "0"), "bad_amount");
  tour.refused("POST", "/v1/holds", hold("A1", "1", "EUR"), "currency_mismatch");
  tour.refused("POST", "/v1/holds", hold("A1", "900000"), "insufficient_funds");
  tour.refused("POST", "/v1/holds", hold("A1", "1", "RUB", R"(,"kind":"posting")"), "bad_field");
  tour.refused("POST", "/v1/holds", R"({"account_id":"A1"})", "missing_field");
  tour.done("PUT", "/v1/accounts/FULL", R"({"currency":"USD"})");
  const std::string most = hold("FULL", "1000000000000000", "USD", R"(,"kind":"arrest")");
  for (int i = 0; i < amounts_to_the_brim; ++i) {
    REQUIRE(tour.api().ask("POST", "/v1/holds", most).status == 201);
  }
  tour.refused("POST", "/v1/holds", most, "overflow");

  tour.done("GET", placed);
  tour.refused("GET", "/v1/holds/none", "", "unknown_hold");
  tour.done("GET", "/v1/accounts/A1/holds");
  tour.example("POST", placed + "/release", "part");
  tour.example("POST", placed + "/release", "all");
  tour.refused("POST", placed + "/release", "", "hold_ended");
  tour.refused("POST", arrest + "/release", R"({"amount":0})", "bad_amount");
  tour.refused("POST", arrest + "/release", R"({"amount":"all"})", "bad_field");
  tour.refused("POST", "/v1/holds/none/release", "", "unknown_hold");
  tour.keyed(arrest + "/release", "", placed + "/release", "");
  tour.done("GET", "/v1/accounts/A1/holds?all=true");
  tour.refused("GET", "/v1/accounts/A1/holds?all=yes", "", "bad_query");
  tour.refused("GET", "/v1/accounts/A9/holds", "", "unknown_account");
}

void visit_postings(Tour& tour) {
  CHECK(tour.example("POST", "/v1/batches").status == 201);
  CHECK(tour.example("POST", "/v1/batches").status == 200);
  CHECK(tour.done("POST", "/v1/batches", R"({"batch_id":"LOANS-1"})").at("source") == "loans");
  tour.refused("POST", "/v1/batches", R"({"batch_id":"LOANS-1","source":"cards"})", "batch_exists");
  tour.refused("POST", "/v1/batches", R"({"batch_id":"balances-1"})", "bad_field");
  tour.keyed("/v1/batches", R"({"batch_id":"KEYED"})", "/v1/batches", R"({"batch_id":"OTHER"})");

  tour.example("POST", "/v1/postings");
  tour.example("POST", "/v1/postings/bulk");
  tour.done("POST", "/v1/postings/bulk",
            postings(std::vector<std::string>(more_than_a_page, posting("MANY", "A2", "1"))));
  tour.done("PUT", "/v1/accounts/BIG", R"({"currency":"USD"})");
  const std::string most = posting("BIG", "BIG", "1000000000000000", "USD");
  std::vector<std::string> too_many(amounts_to_the_brim + 1, most);
  tour.refused("POST", "/v1/postings/bulk", postings(too_many), "overflow");
  too_many.pop_back();
  tour.done("POST", "/v1/postings/bulk", postings(too_many));
  tour.refused("POST", "/v1/postings", most, "overflow");

  struct Refusal {
    std::string posting;
    const char* code;
  };
  for (const Refusal& refusal : std::vector<Refusal>{
           {posting("B1", "A9", "1"), "unknown_account"},
           {posting("B1", "BLOCKED", "1"), "account_blocked"},
           {posting("B1", "CLOSED", "1"), "account_closed"},
           {posting("stp-1", "A1", "1"), "batch_not_open"},
           {posting("B1", "A1", "0"), "bad_amount"},
           {posting("B1", "A1", "1", "EUR"), "currency_mismatch"},
           {posting("B1", "A1", "-900000"), "insufficient_funds"},
           {posting("B1.tmp", "A1", "1"), "bad_field"},
       }) {
    tour.refused("POST", "/v1/postings", refusal.posting, refusal.code);
    tour.refused("POST", "/v1/postings/bulk", postings({posting("B1", "A1", "1"), refusal.posting}),
                 refusal.code);
  }
  tour.refused("POST", "/v1/postings", R"({"account_id":"A1"})", "missing_field");
  const std::string one = posting("B1", "A1", "1", "RUB", R"(,"conditional":false)");
  const std::string two = posting("B1", "A1", "2");
  tour.keyed("/v1/postings", one, "/v1/postings", two);
  tour.keyed("/v1/postings/bulk", postings({one, two}), "/v1/postings/bulk", postings({one}));
}

void visit_batches(Tour& tour) {
  tour.done("GET", "/v1/batches");
  tour.done("GET", "/v1/batches?status=open&cursor=2");
  tour.refused("GET", "/v1/batches?status=lost", "", "bad_query");
  tour.refused("GET", "/v1/batches?cursor=x", "", "bad_query");
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"POST", "/v1/batches/LOANS-1/close"},
                                                        {"POST", "/v1/batches/LOANS-1/export"},
                                                        {"DELETE", "/v1/batches/LOANS-1"},
                                                        {"POST", "/v1/core/close-day"},
                                                        {"POST", "/v1/core/open-day"}}) {
    tour.refused(method, target, R"({"some":1})", "unknown_field");
    tour.refused(method, target, "[", "bad_json");
  }
  tour.done("GET", "/v1/batches/LOANS-1");
  tour.refused("GET", "/v1/batches/NONE", "", "unknown_batch");
  tour.refused("POST", "/v1/batches/LOANS-1/export", "", "batch_not_closed");
  tour.refused("POST", "/v1/batches/NONE/export", "", "unknown_batch");
  tour.done("POST", "/v1/batches/LOANS-1/close");
  tour.refused("POST", "/v1/batches/NONE/close", "", "unknown_batch");
  tour.done("POST", "/v1/batches/LOANS-1/export");
  tour.done("GET", "/v1/batches/LOANS-1");

  tour.done("DELETE", "/v1/batches/B1");
  tour.refused("POST", "/v1/batches/B1/close", "", "batch_not_open");
  tour.refused("DELETE", "/v1/batches/LOANS-1", "", "batch_not_open");
  tour.refused("DELETE", "/v1/batches/NONE", "", "unknown_batch");
  // The account is full again before its debit would be undone.
  tour.done("POST", "/v1/postings", posting("DEBIT", "BIG", "-1", "USD"));
  tour.done("POST", "/v1/postings", posting("CREDIT", "BIG", "1", "USD"));
  tour.refused("DELETE", "/v1/batches/DEBIT", "", "overflow");
}

void visit_core(Tour& tour) {
  tour.done("GET", "/v1/core");
  tour.done("POST", "/v1/core/close-day");
  tour.done("POST", "/v1/batches/SALARY-7/close");
  CHECK(tour.done("POST", "/v1/batches/SALARY-7/export").status == 202);
  tour.refused("POST", "/v1/batches/LOANS-1/export", "", "core_closed");
  for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/v1/core"}, {"POST", "/v1/core/close-day"}, {"POST", "/v1/core/open-day"}}) {
    tour.refused(method, target + "?some=1", "", "bad_query");
  }
  send_from_core(tour, "balances-1.jsonl",
                 R"({"account_id":"A1","booked":165000,"currency":"RUB","last_batch_id":"LOANS-1"})"
                 "\n"
                 R"({"account_id":"A9","booked":1,"currency":"RUB","last_batch_id":"LOANS-1"})"
                 "\n");
  const TourAnswer core = tour.done("GET", "/v1/core");
  CHECK(core.json.at("last_balances").at("differences").as_array().size() == 2);
  // Core banking's folders are gone for a while.
  const holdfast::test::CapturedLog log;
  const fs::path folder = tour.api().folder() / "data/core";
  for (const char* name : {"outbox", "inbox"}) {
    fs::rename(folder / name, folder / (name + std::string("-away")));
    std::ofstream(folder / name) << "in the way";
  }
  tour.refused("POST", "/v1/batches/LOANS-1/export", "", "export_failed");
  CHECK(tour.done("GET", "/v1/core").json.at("inbox_failure").is_string());
  for (const char* name : {"outbox", "inbox"}) {
    fs::remove(folder / name);
    fs::rename(folder / (name + std::string("-away")), folder / name);
  }
}

void visit_batch_items(Tour& tour) {
  const std::string items = "/v1/batch-items/ITEMS-";
  tour.done("POST", "/v1/postings/bulk",
            postings(std::vector<std::string>(
                5, posting("ITEMS", "A1", "-1", "RUB", R"(,"reference":"loan 8")"))));
  tour.done("POST", "/v1/postings", posting("FULL-1", "BIG", "-1", "USD"));
  have_rejected(tour, "ITEMS", 5);
  have_rejected(tour, "FULL-1", 1);
  CHECK(tour.done("GET", "/v1/batches/ITEMS").json.at("problems").as_array().size() == 5);

  const std::string to_a2 = R"({"account_id":"A2"})";
  tour.refused("POST", items + "1/move", "{}", "missing_field");
  tour.refused("POST", items + "1/move", R"({"account_id":"A9"})", "unknown_account");
  tour.refused("POST", items + "1/move", R"({"account_id":"A1"})", "same_account");
  tour.refused("POST", items + "1/move", R"({"account_id":"E1"})", "currency_mismatch");
  tour.keyed(items + "1/retry", "", items + "2/retry", "");
  tour.example("POST", items + "2/move");
  tour.keyed(items + "3/move", to_a2, items + "4/move", to_a2);
  tour.keyed(items + "4/undo", "", items + "5/undo", "");
  // Core banking took the debit back by itself: the account is full, and its undoing too much.
  tour.done("POST", "/v1/postings", posting("FULL-2", "BIG", "1", "USD"));
  tour.refused("POST", "/v1/batch-items/FULL-1-1/undo", "", "overflow");
  tour.refused("POST", "/v1/batch-items/FULL-1-1/move", R"({"account_id":"FULL"})", "overflow");
  for (const std::string action : {"/retry", "/move", "/undo"}) {
    const std::string body = action == "/move" ? to_a2 : "";
    tour.refused("POST", items + "1" + action, body, "item_not_rejected");
    tour.refused("POST", items + "99" + action, body, "unknown_item");
    tour.refused("POST", "/v1/batch-items/NONE-1" + action, body, "unknown_batch");
  }
}

void visit_fx_rates(Tour& tour) {
  CHECK(tour.done("GET", "/v1/fx-rates").at("version") == "0");
  tour.refused("GET", "/v1/fx-rates?some=1", "", "bad_query");
  tour.example("PUT", "/v1/fx-rates");
  tour.refused("PUT", "/v1/fx-rates", R"({"base":"RUB","rates":[{"currency":"EUR","buy":1}]})",
               "bad_field");
  tour.refused("PUT", "/v1/fx-rates", R"({"rates":[]})", "missing_field");
  tour.done("GET", "/v1/fx-rates");
}

void visit_authorizations(Tour& tour) {
  CardNetwork network(tour.api());
  engine::Authorize purchase;
  purchase.transaction = {3500, *engine::CurrencyCode::from_alpha("RUB")};
  purchase.billing = purchase.transaction;
  purchase.keys.merchant = engine::FixedText<15>::cut("MERCHANT0000001");
  purchase.keys.lifecycle_id = engine::FixedText<36>::cut("LIFECYCLE-1");
  network.authorize(purchase, pan, "632409000001");
  engine::Authorize increment = purchase;
  increment.increment = true;
  increment.transaction.amount = increment.billing.amount = 100;
  network.authorize(increment, pan, "632409000006");
  increment.transaction.amount = 101;
  network.authorize(increment, pan, "632409000006");
  engine::Authorize abroad = purchase;
  abroad.billing = {};
  abroad.keys.lifecycle_id = {};
  abroad.transaction.currency = *engine::CurrencyCode::from_alpha("EUR");
  abroad.transaction.amount = 100;
  network.authorize(abroad, pan, "632409000002");
  network.authorize(abroad, "4000000000000002", "632409000003");
  engine::Authorize cash = purchase;
  cash.operation = engine::Operation::cash;
  cash.billing = {};
  cash.keys.lifecycle_id = engine::FixedText<36>::cut("LIFECYCLE-2");
  network.authorize(cash, pan, "632409000004");
  cash.transaction.amount = 60'000;
  network.authorize(cash, pan, "632409000005");

  const std::string by_rrn = "/v1/authorizations?rrn=63240900000";
  const auto found = [&](const std::string& digit) {
    const TourAnswer answer = tour.done("GET", by_rrn + digit);
    return answer.json.at("authorizations").as_array().at(0).as_object();
  };
  CHECK(found("1").at("decline").is_null());
  CHECK(found("2").at("fx_rate").is_object());
  CHECK(found("3").at("decline") == "unknown_card");
  CHECK(found("4").at("tariff") == "cash");
  CHECK(found("5").at("limit").is_object());
  CHECK(found("6").at("first_answer_id").is_string());
  tour.refused("GET", "/v1/authorizations", "", "bad_query");
  tour.done("GET", "/v1/authorizations/" + std::string(found("1").at("id").as_string()));
  tour.refused("GET", "/v1/authorizations/none", "", "unknown_authorization");
  tour.done("GET", "/v1/accounts/A1/holds");
  const std::string held = "/v1/holds/" + std::string(found("4").at("hold_id").as_string());
  tour.done("GET", held);
  tour.done("POST", held + "/release");
}

void visit_clearing(Tour& tour) {
  const std::string files = "/v1/clearing-files";
  CardNetwork network(tour.api());
  engine::Authorize top_up;
  top_up.kind = engine::AuthorizationKind::posting;
  top_up.operation = engine::Operation::deposit;
  top_up.transaction = {1000, *engine::CurrencyCode::from_alpha("RUB")};
  network.authorize(top_up, pan, "632409000007");
  const TourAnswer report = tour.example("POST", files + "?format=jsonl&name=night.jsonl");
  CHECK(report.at("matched") == "1");
  CHECK(report.at("unmatched") == "1");
  const std::string line = R"({"pan":"4111111111111111","amount":1})"
                           "\n";
  tour.keyed(files, line, files, line + line);
  tour.refused("POST", files, "", "missing_body");
  tour.refused("POST", files + "?format=csv", line, "bad_query");
  tour.refused("POST", files, "\x01\x02 no file", "file_refused");
  // Settled in another currency than it moved in: the bank gains or loses.
  const std::string settled = R"({"record_id":"T-1","pan":")" + pan +
                              R"(","processing_code":"210000","amount":1000,"currency":"RUB",)"
                              R"("settlement_amount":10,"settlement_currency":"EUR",)"
                              R"("rrn":"632409000007"})"
                              "\n";
  std::string many = settled + line;
  for (std::size_t i = 0; i < more_than_a_page; ++i) {
    many += R"({"record_id":"M-)" + std::to_string(i) + R"(","pan":")" + pan +
            R"(","processing_code":"000000","amount":1,"currency":"RUB"})" + "\n";
  }
  const std::string run = files + '/' + tour.done("POST", files, many).at("file_id");
  tour.done("GET", files);
  tour.refused("GET", files + "?some=1", "", "bad_query");

  tour.done("GET", run);
  CHECK(tour.done("GET", run + "?format=html").media_type == "text/html");
  tour.refused("GET", run + "?format=pdf", "", "bad_query");
  tour.refused("GET", files + "/none", "", "unknown_file");
  const TourAnswer page = tour.done("GET", run + "/records?cursor=0");
  tour.done("GET", run + "/records?outcome=posted&cursor=" + page.at("next_cursor"));
  tour.refused("GET", run + "/records?outcome=lost", "", "bad_query");
  tour.refused("GET", files + "/none/records", "", "unknown_file");
  const TourAnswer night = tour.done("GET", files + '/' + report.at("file_id") + "/records");
  for (const TourAnswer* records : {&page, &night}) {
    for (const auto& record : records->json.at("records").as_array()) {
      const auto* key = record.as_object().if_contains("key");
      if (key == nullptr) continue;  // a rejected record has none
      tour.done("GET", "/v1/clearing-records/" + std::string(key->as_string()));
    }
  }
  tour.refused("GET", "/v1/clearing-records/none", "", "unknown_record");

  const TourAnswer ipm = tour.done("POST", files + "?name=night.ipm", ipm_night());
  CHECK(ipm.at("recorded") == "3");
  const std::string of_ipm = files + '/' + ipm.at("file_id");
  tour.done("GET", of_ipm);
  tour.done("GET", of_ipm + "?format=html");
  CHECK(
      tour.done("GET", of_ipm + "/records?outcome=recorded").json.at("records").as_array().size() ==
      3);
  const TourAnswer with_addendum = tour.done("GET", of_ipm + "/records");
  const auto& presentment = with_addendum.json.at("records").as_array().at(0).as_object();
  const TourAnswer record =
      tour.done("GET", "/v1/clearing-records/" + std::string(presentment.at("key").as_string()));
  CHECK(record.json.at("carried").as_array().size() == 1);
}

void visit_books(Tour& tour) {
  tour.done("GET", "/v1/batches");
  for (std::size_t i = 0; i < more_than_a_page; ++i) {
    const std::string body = R"({"batch_id":"NEW-)" + std::to_string(i) + "\"}";
    REQUIRE(tour.api().ask("POST", "/v1/batches", body).status == 201);
  }
  const TourAnswer newest = tour.done("GET", "/v1/batches");
  tour.done("GET", "/v1/batches?cursor=" + newest.at("next_cursor"));
  const TourAnswer statement =
      tour.done("GET", "/v1/accounts/A2/statement?from=2026-11-20&to=2026-11-21&cursor=0");
  tour.done("GET", "/v1/accounts/A2/statement?cursor=" + statement.at("next_cursor"));
  tour.refused("GET", "/v1/accounts/A9/statement", "", "unknown_account");
  tour.refused("GET", "/v1/accounts/A1/statement?from=today", "", "bad_query");
  tour.done("GET", "/v1/ledger");
  tour.refused("GET", "/v1/ledger?some=1", "", "bad_query");
  const TourAnswer exceptions = tour.done("GET", "/v1/exceptions?cursor=0");
  tour.done("GET", "/v1/exceptions?cursor=" + exceptions.at("next_cursor"));
  tour.refused("GET", "/v1/exceptions?cursor=x", "", "bad_query");
}

void visit_bulk(Tour& tour) {
  CHECK(tour.example("POST", "/v1/bulk").text == R"({"results":[201,201]})");
  tour.done("POST", "/v1/bulk", R"({"id":"A4","currency":"RU"})");
  tour.refused("POST", "/v1/bulk", std::string(20'001, '\n'), "too_many_lines");
}

}  // namespace holdfast::http::test
