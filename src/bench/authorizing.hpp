// Authorizations that others build on: what a clearing file posts, what a recovery replays.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/load_generator.hpp"
#include "bench/switch_server.hpp"
#include "error.hpp"

namespace holdfast::bench {

struct ApprovedPurchase {
  std::uint64_t sequence = 0;  // what it said is RequestMaker::purchase()
  std::chrono::sys_seconds local_time;
};

struct AuthorizedPurchases {
  std::vector<ApprovedPurchase> purchases;
  double per_second = 0;
};

// Drives `count` authorizations through the switch, whose turn it is, as fast as it takes them.
// `progress` hears now and then how many are done. An error unless all of them are approved.
Outcome<AuthorizedPurchases> authorize_purchases(
    const SwitchServer& server, RequestMaker& requests, const iso8583::Dialect& dialect,
    std::uint64_t count, const std::function<void(std::uint64_t)>& progress);

// An error unless every reply was an approval.
Outcome<void> check_all_approved(const ReplyCounts& counts);

}  // namespace holdfast::bench
