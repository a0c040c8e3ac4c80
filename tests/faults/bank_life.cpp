#include "bank_life.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>
#include <utility>

namespace faults {
namespace {

constexpr int movements_at_once_max = 60;
constexpr int authorizations_at_once_max = 80;
constexpr std::uint64_t amount_max = 5000;
// Above every balance.
constexpr std::int64_t too_much = 900'000'000;

}  // namespace

BankLife::BankLife(Bank& bank, ExpectedBooks& expected, std::uint64_t seed)
    : bank_(bank), expected_(expected), random_(seed), link_(bank.dialect(), bank.link()) {}

bool BankLife::go_on(int movements_max) {
  const int count = std::min(movements_at_once_max, movements_max);
  switch (random_() % 8) {
    case 0:
    case 1:
      return authorize(1 + static_cast<int>(random_() % authorizations_at_once_max));
    case 2:
    case 3:
    case 4:
      return clear(count);
    case 5:
      return post_by_card(count);
    default:
      return post_by_others(count);
  }
}

bool BankLife::authorize(int count) {
  std::vector<Fields> messages;
  for (int i = 0; i < count; ++i) {
    const bool is_too_much = random_() % 50 == 0;
    const int account = any_account();
    const std::int64_t amount = is_too_much ? too_much : any_amount();
    messages.push_back(Bank::purchase(account, amount, ++trace_));
    if (is_too_much) continue;
    authorized_.push_back({account, amount, messages.back().at(37)});
    expected_.hold(account, amount);
  }
  return exchange(messages);
}

// Top-ups, and purchases that post at once.
bool BankLife::post_by_card(int count) {
  std::vector<Fields> messages;
  for (int i = 0; i < count; ++i) {
    const int account = any_account();
    const std::int64_t amount = any_amount();
    const bool is_top_up = random_() % 3 != 0;
    Fields message = Bank::purchase(account, amount, ++trace_);
    if (is_top_up) message[3] = "280000";
    if (!is_top_up) message[0] = "0200";
    expected_.post(account, is_top_up ? amount : -amount, message.at(37));
    messages.push_back(std::move(message));
  }
  movements_ += count;
  return exchange(messages);
}

// All at once; each is approved, but for those that are too much.
bool BankLife::exchange(const std::vector<Fields>& messages) {
  for (const Fields& message : messages) {
    if (!link_.send(message)) return fail("a message cannot be sent");
  }
  std::map<std::string, std::string> codes;  // by STAN
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto reply = link_.receive();
    if (!reply) return fail("a message is not answered");
    codes[reply->at(11)] = reply->at(39);
  }
  return std::all_of(messages.begin(), messages.end(), [&codes](const Fields& message) {
    const bool is_too_much = std::stoll(message.at(4)) == too_much;
    const std::string& code = codes[message.at(11)];
    if (code == (is_too_much ? "51" : "00")) return true;
    return fail(fmt::format("{} of {} is answered '{}'", message.at(0), message.at(4), code));
  });
}

// A clearing file for some of the authorizations. Some clear with less: the rest is released.
bool BankLife::clear(int count) {
  const auto records = std::min(static_cast<std::size_t>(count), authorized_.size());
  if (records == 0) return true;
  std::string file;
  for (std::size_t i = 0; i < records; ++i) {
    std::swap(authorized_[random_() % authorized_.size()], authorized_.back());
    const Authorization hold = std::move(authorized_.back());
    authorized_.pop_back();
    const std::int64_t amount = random_() % 5 == 0 ? (hold.amount + 1) / 2 : hold.amount;
    file += fmt::format(R"({{"record_id":"C{}","pan":"{}","processing_code":"000000",)"
                        R"("amount":{},"currency":"RUB","rrn":"{}"}})"
                        "\n",
                        hold.rrn, Bank::pan(hold.account), amount, hold.rrn);
    expected_.hold(hold.account, -hold.amount);
    expected_.post(hold.account, -amount, hold.rrn);
  }
  movements_ += static_cast<int>(records);
  const auto report = bank_.ask("POST", "/v1/clearing-files?format=jsonl", file);
  if (!report) return false;
  const boost::json::value answer = boost::json::parse(*report);
  if (answer.at("posted") == records && answer.at("matched") == records) return true;
  return fail("the report is " + *report);
}

// Some postings at once into the open batch, which is closed now and then.
bool BankLife::post_by_others(int count) {
  std::string postings;
  for (int i = 0; i < count; ++i) {
    const int account = any_account();
    const std::int64_t amount = random_() % 2 == 0 ? any_amount() : -any_amount();
    const std::string reference = fmt::format("E{}", ++external_);
    postings += fmt::format(R"({}{{"batch_id":"{}","account_id":"A{}","amount":{},)"
                            R"("currency":"RUB","conditional":{},"reference":"{}"}})",
                            i == 0 ? "" : ",", open_batch(), account, amount, random_() % 2 == 0,
                            reference);
    expected_.post(account, amount, reference);
  }
  movements_ += count;
  has_open_batch_ = true;
  const auto posted =
      bank_.ask("POST", "/v1/postings/bulk", fmt::format(R"({{"postings":[{}]}})", postings));
  return posted && (random_() % 3 != 0 || close_batch());
}

std::string BankLife::open_batch() const {
  return fmt::format("OTHERS-{}", closed_batches_ + 1);
}

bool BankLife::close_batch() {
  if (!has_open_batch_) return true;
  const std::string path = "/v1/batches/" + open_batch();
  ++closed_batches_;
  has_open_batch_ = false;
  return bank_.ask("POST", path + "/close") && bank_.ask("POST", path + "/export");
}

int BankLife::any_account() {
  return static_cast<int>(random_() % accounts);
}

std::int64_t BankLife::any_amount() {
  return static_cast<std::int64_t>(1 + random_() % amount_max);
}

}  // namespace faults
