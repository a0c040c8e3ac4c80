#include "engine_support.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

namespace engine::testing {

Submission submission_of(CommandBody body, const Request& request) {
  Submission submission;
  submission.command.now = Instant::from_seconds(1'772'445'600);
  submission.command.business_date = {20'515};
  submission.command.local_date = {20'515};
  submission.command.request = request;
  submission.command.body = std::move(body);
  return submission;
}

bool Client::submit(Submission& submission) {
  submission.completions = this;
  std::lock_guard lock(mutex_);
  const bool taken = engine_.submit(submission);
  if (taken) ++outstanding_;
  return taken;
}

void Client::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return outstanding_ == 0; });
}

void Client::deliver(std::span<Submission* const> finished) {
  std::lock_guard lock(mutex_);
  outstanding_ -= finished.size();
  changed_.notify_all();
}

Answer Client::call(Submission& submission) {
  if (!submit(submission)) {
    Answer refused;
    refused.decision.decline = Decline::overloaded;
    return refused;
  }
  wait();
  return submission.answer;
}

Answer Client::call(CommandBody body, const Request& request) {
  Submission submission = submission_of(std::move(body), request);
  return call(submission);
}

std::string Client::describe(const std::vector<std::string>& accounts) {
  std::string text;
  Submission submission;
  submission.inspect = [&](const View& view) {
    for (const std::string& id : accounts) {
      const auto account = view.account(AccountId::cut(id));
      if (!account) continue;
      text += fmt::format("{} L={} H={}", id, format_amount(account->ledger(), account->currency),
                          format_amount(account->held, account->currency));
      std::vector<HoldView> holds;
      view.holds(account->id, true, HoldId{}, std::numeric_limits<std::size_t>::max(), holds);
      for (const HoldView& hold : holds) {
        text += numbered(" ", static_cast<std::int64_t>(hold.id.value)) + ":" +
                std::string(name(hold.status)) + ":" + std::to_string(hold.amount) + ":" +
                std::string(hold.keys.auth_code.view());
      }
      text += "\n";
    }
    for (const LedgerView& ledger : view.ledger()) {
      text += fmt::format("{} {}\n", ledger.currency.alpha(), ledger.customers);
    }
    text += std::to_string(view.exceptions(0, 100'000).size()) + " exceptions\n";
  };
  call(submission);
  return text;
}

EngineOptions options_for(const std::filesystem::path& folder) {
  EngineOptions options;
  options.data_dir = folder;
  options.inbox_capacity = 4096;
  options.store_map_size = std::size_t{1} << 30;
  options.journal_segment_size = std::size_t{64} << 10;
  options.check_invariants = true;
  return options;
}

Rules rules_for_tests() {
  return Ledger().rules;
}

std::unique_ptr<Engine> open_engine(const EngineOptions& options) {
  auto engine = Engine::open(options, rules_for_tests());
  if (!engine) FAIL(engine.error().detail);
  return std::move(*engine);
}

void issue_accounts(Client& client, int count) {
  for (int i = 0; i < count; ++i) {
    PutAccount account;
    account.id = AccountId::cut(numbered("A", i));
    account.currency = currency("RUB");
    account.booked = minor("100000.00");
    REQUIRE(told(client.call(account)) == "approved");
    PutCard card;
    card.token = digest<CardToken>(numbered("C", i));
    card.account_id = account.id;
    card.expiry_yymm = 2812;
    REQUIRE(told(client.call(card)) == "approved");
  }
}

std::vector<std::string> account_names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(numbered("A", i));
  return names;
}

}  // namespace engine::testing
