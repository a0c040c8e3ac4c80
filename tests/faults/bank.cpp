#include "bank.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <cstdio>

#include "http/running_switch.hpp"

namespace faults {
namespace {

namespace json = boost::json;

// Small journal segments and frequent checkpoints: a kill shall hit every kind of moment.
constexpr const char* small_engine =
    "[engine]\n"
    "checkpoint_records = 3000\n"
    "journal_segment_mib = 1\n"
    "store_map_gib = 1\n"
    "[core]\n"
    "batch_items = 50\n";

Balance balance_from(const json::value& account) {
  const auto figure = [&account](const char* key) { return account.at(key).as_int64(); };
  return {figure("ledger"), figure("held"), figure("booked"), figure("pending"),
          figure("available")};
}

}  // namespace

bool fail(const std::string& what) {
  fmt::print(stderr, "FAILED: {}\n", what);
  return false;
}

Bank::Bank(int argc, char** argv) {
  if (argc < 4) return;
  switch_ = std::make_unique<scenarios::SwitchUnderTest>(argv[1], argv[2], argv[3]);
  scenarios::write_file(switch_->config_file(),
                        scenarios::read_file(switch_->config_file()) + small_engine);
  auto dialect = iso8583::load_dialect(std::string(argv[2]) + "/iso87-ascii.toml");
  if (dialect) dialect_.emplace(std::move(*dialect));
}

bool Bank::start() {
  if (!switch_ || !dialect_) return fail("usage: TEST HOLDFAST DIALECTS RULES");
  if (!switch_->start()) {
    switch_->show_log();
    return fail("the switch does not start");
  }
  const auto running = holdfast::http::find_running_switch(switch_->config_file());
  if (!running) return fail(running.error());
  link_ = running->links.front().address;
  auto api = holdfast::http::ApiClient::from_config(switch_->config_file());
  if (!api) return fail(api.error());
  api_.emplace(std::move(*api));
  return opened_ || open_accounts();
}

bool Bank::open_accounts() {
  for (int account = 0; account < accounts; ++account) {
    const bool done = ask("PUT", fmt::format("/v1/accounts/A{}", account),
                          fmt::format(R"({{"currency":"RUB","booked":{}}})", opening_balance)) &&
                      ask("POST", "/v1/cards",
                          fmt::format(R"({{"pan":"{}","expiry":"4912","account_id":"A{}"}})",
                                      pan(account), account));
    if (!done) return fail("an account cannot be opened");
  }
  opened_ = true;
  return true;
}

std::string Bank::pan(int account) {
  return fmt::format("411111000000{:04}", account);
}

Fields Bank::purchase(int account, std::int64_t amount, std::uint32_t trace) {
  return {{0, "0100"},
          {2, pan(account)},
          {3, "000000"},
          {4, fmt::format("{:012}", amount)},
          {7, fmt::format("1120{:06}", 90000 + trace / 1'000'000 % 60)},
          {11, fmt::format("{:06}", trace % 1'000'000)},
          {32, "123456"},
          {37, fmt::format("{:012}", trace)},
          {41, "TERM0001"},
          {42, "MERCHANT0000001"},
          {49, "643"}};
}

Fields Bank::reversal_of(const Fields& purchase, std::uint32_t trace) {
  Fields reversal = purchase;
  reversal[0] = "0420";
  reversal[90] = purchase.at(0) + purchase.at(11) + purchase.at(7) +
                 fmt::format("{:0>11}{:0>11}", purchase.at(32), "");
  reversal[11] = fmt::format("{:06}", trace % 1'000'000);
  return reversal;
}

std::optional<std::string> Bank::ask(std::string_view method, const std::string& target,
                                     const std::string& body) {
  const auto response = api_->request(method, target, body);
  if (!response) {
    fail(fmt::format("{} {}: {}", method, target, response.error()));
    return std::nullopt;
  }
  if (response->status < 200 || response->status > 299) {
    fail(fmt::format("{} {}: {} {}", method, target, response->status, response->body));
    return std::nullopt;
  }
  return response->body;
}

std::optional<Balance> Bank::balance(int account) {
  const auto body = ask("GET", fmt::format("/v1/accounts/A{}", account));
  if (!body) return std::nullopt;
  return balance_from(json::parse(*body));
}

std::vector<Balance> Bank::balances() {
  std::string ids;
  for (int account = 0; account < accounts; ++account) {
    ids += fmt::format(R"({}"A{}")", account == 0 ? "" : ",", account);
  }
  const auto body =
      ask("POST", "/v1/accounts/balances", fmt::format(R"({{"account_ids":[{}]}})", ids));
  if (!body) return {};
  const json::value answer = json::parse(*body);
  std::vector<Balance> balances;
  for (const json::value& account : answer.at("accounts").as_array()) {
    balances.push_back(balance_from(account));
  }
  return balances;
}

bool Bank::ledger_is_zero() {
  const auto body = ask("GET", "/v1/ledger");
  if (!body) return false;
  const json::value answer = json::parse(*body);
  for (const auto& [currency, sums] : answer.at("currencies").as_object()) {
    std::int64_t total = 0;
    for (const auto& [name, amount] : sums.as_object()) total += amount.as_int64();
    if (total != 0)
      return fail(fmt::format("the ledger of {} sums to {}", std::string_view(currency), total));
  }
  return true;
}

bool Bank::stop_and_verify() {
  if (switch_->stop() != 0) return fail("SIGTERM did not end the switch with 0");
  const auto verify = switch_->run({"journal", "verify", switch_->data_folder()});
  if (verify.exit_code != 0) return fail("journal verify: " + verify.output + verify.errors);
  return true;
}

}  // namespace faults
