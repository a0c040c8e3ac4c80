#include "bench/authorizing.hpp"

#include <fmt/format.h>

namespace holdfast::bench {
namespace {

// Enough in flight that batches are full and no time is lost.
constexpr std::size_t authorizing_connections = 64;
constexpr std::size_t authorizing_window = 8;
constexpr std::chrono::hours authorizing_patience{24};
constexpr std::uint64_t progress_interval = 1'000;

}  // namespace

Outcome<void> check_all_approved(const ReplyCounts& counts) {
  if (counts.wrong == 0 && counts.declined.empty()) return {};
  std::string text = "not every authorization was approved:";
  for (const auto& [code, count] : counts.declined) text += fmt::format(" {} ×{}", code, count);
  if (counts.wrong > 0) {
    text += fmt::format(" wrong ×{}, the first: {}", counts.wrong, counts.first_wrong);
  }
  return Error{std::move(text)};
}

Outcome<AuthorizedPurchases> authorize_purchases(
    const SwitchServer& server, RequestMaker& requests, const iso8583::Dialect& dialect,
    std::uint64_t count, const std::function<void(std::uint64_t)>& progress) {
  AuthorizedPurchases authorized;
  authorized.purchases.reserve(count);
  LoadPlan plan;
  plan.port = server.port();
  plan.connections = authorizing_connections;
  plan.window = authorizing_window;
  plan.warm_up = {};
  plan.measured = authorizing_patience;
  plan.requests_max = count;
  plan.on_approved = [&](std::uint64_t sequence) {
    authorized.purchases.push_back({sequence, requests.local_time()});
    if (authorized.purchases.size() % progress_interval == 0) progress(authorized.purchases.size());
  };
  const auto load = drive_load(plan, requests, dialect);
  if (!load) return Error{fmt::format("{}\n{}", load.error().text, server.log_tail())};
  if (auto checked = check_all_approved(load->counts); !checked) return checked.error();
  authorized.per_second = load->messages_per_second;
  return authorized;
}

}  // namespace holdfast::bench
