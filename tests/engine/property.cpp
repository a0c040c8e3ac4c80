// Random work on a few accounts, checked after every step against the reference model.
#include <catch2/catch.hpp>
#include <random>

#include "ledger.hpp"
#include "reference_model.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr int account_count = 8;
constexpr int steps = 20'000;

class RandomWork {
 public:
  explicit RandomWork(std::uint64_t seed) : random_(seed) {
    for (int account = 0; account < account_count; ++account) {
      ledger_.open(account_id(account), "5000.00");
      model_.open(account, minor("5000.00"));
      for (const char* suffix : {"a", "b"}) {
        ledger_.issue(account_id(account) + suffix, account_id(account));
      }
    }
  }

  void step() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return ask(last_request_ + 1);
      case 4:
        return ask(some_request());  // a retransmission, or one that a reversal overtook
      case 5:
      case 6:
        return reverse();
      case 7:
      case 8:
        return clear();
      case 9:
        return give_back();
      case 10:
        return hold_by_hand();
      default:
        return pass_time();
    }
  }

  void compare() const {
    for (int account = 0; account < account_count; ++account) {
      const AccountRecord record = *ledger_.state.account(AccountId::cut(account_id(account)));
      REQUIRE(record.ledger() == model_.ledger(account));
      REQUIRE(record.held == model_.held(account));
    }
  }

  std::size_t exceptions() const { return ledger_.state.meta.exception_count; }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  static std::string account_id(int account) { return numbered("P", account); }
  static std::string amount_text(MinorUnits amount) {
    return format_amount(amount, currency("RUB"));
  }

  // All about a request follows from its number, so that it can be said again.
  static int account_of(int request) { return request % account_count; }
  static bool is_top_up(int request) { return request % 7 == 3; }
  static MinorUnits amount_of(int request) { return 1 + request * 7919 % 90'000; }
  static std::string card_of(int request) {
    return account_id(account_of(request)) + (request % 16 < 8 ? "a" : "b");
  }
  static std::string lifecycle_of(int request) { return numbered("L", request); }
  int some_request() { return std::max(1, last_request_ + 3 - below(200)); }

  void ask(int request) {
    last_request_ = std::max(last_request_, request);
    const MinorUnits amount = amount_of(request);
    const std::string text = amount_text(amount);
    const std::string card = card_of(request);
    const std::string lifecycle = lifecycle_of(request);
    const Operation operation = is_top_up(request) ? Operation::deposit : Operation::purchase;
    const Answer answer = ledger_.ask({.amount = text,
                                       .stan = request,
                                       .operation = operation,
                                       .card = card,
                                       .lifecycle = lifecycle});
    const int account = account_of(request);
    const bool expected = is_top_up(request) ? model_.top_up(request, account, amount)
                                             : model_.hold(request, account, amount,
                                                           ledger_.now.seconds() + 7 * 86'400);
    REQUIRE(answer.decision.approved() == expected);
  }

  void reverse() {
    const int original = some_request();
    const MinorUnits amount = below(3) == 0 ? 1 + below(90'000) : amount_of(original);
    const std::string text = amount_text(amount);
    const std::string card = card_of(original);
    ledger_.take_back({.amount = text, .of = original, .card = card, .advice = below(2) == 0});
    model_.reverse(original, amount);
  }

  void clear() {
    const int record = below(3) == 0 ? std::max(1, last_record_ - below(50)) : ++last_record_;
    const int request = some_request();
    const MinorUnits amount = below(2) == 0 ? 1 + below(90'000) : amount_of(request);
    const bool final = below(4) != 0;
    const std::string name = std::to_string(record);
    const std::string text = amount_text(amount);
    const std::string card = card_of(request);
    const std::string lifecycle = lifecycle_of(request);
    ledger_.clear({.record = name,
                   .amount = text,
                   .operation = is_top_up(request) ? Operation::deposit : Operation::purchase,
                   .card = card,
                   .lifecycle = lifecycle,
                   .final = final});
    model_.clear(record, request, account_of(request), amount, is_top_up(request), final);
    record_account_.try_emplace(record, request);
  }

  void give_back() {
    const int record = std::max(1, last_record_ - below(100));
    const auto known = record_account_.find(record);
    if (known == record_account_.end()) return;
    const int reversal = -(record * 4 + below(4));
    const std::string name = std::to_string(reversal);
    const std::string presentment = std::to_string(record);
    const std::string card = card_of(known->second);
    ledger_.clear({.record = name,
                   .amount = "1.00",
                   .card = card,
                   .reversal = true,
                   .presentment = presentment});
    model_.give_back(reversal, record);
  }

  void hold_by_hand() {
    if (below(2) == 0 && !by_hand_.empty()) {
      const auto& [request, id] = by_hand_[random_() % by_hand_.size()];
      const Answer answer = ledger_.release(id);
      REQUIRE(answer.decision.approved() == model_.release(request));
      return;
    }
    const int account = below(account_count);
    const MinorUnits amount = 1 + below(5'000);
    const Answer answer =
        ledger_.hold(amount_text(amount), HoldKind::arrest, false, account_id(account));
    const int request = -static_cast<int>(by_hand_.size()) - 1;
    by_hand_.emplace_back(request, answer.decision.hold);
    model_.arrest(request, account, amount);
  }

  void pass_time() {
    ledger_.wait_seconds(below(4) == 0 ? below(86'400) : below(60));
    ledger_.expire(static_cast<std::uint32_t>(1 + below(20)));
    model_.expire(ledger_.now.seconds());
  }

  std::mt19937_64 random_;
  Ledger ledger_;
  ReferenceModel model_;
  int last_request_ = 0;
  int last_record_ = 0;
  std::map<int, int> record_account_;  // a request of the account
  std::vector<std::pair<int, HoldId>> by_hand_;
};

}  // namespace

TEST_CASE("property: random work leaves every balance as the reference model has it",
          "[engine][property][!mayfail]") {
  const std::uint64_t seed = GENERATE(1u, 8583u);
  INFO("seed " << seed);
  RandomWork work(seed);
  for (int i = 0; i < steps / 2; ++i) {
    INFO("step " << i);
    work.step();
    work.compare();
  }
  CHECK(work.exceptions() > 100);
}
