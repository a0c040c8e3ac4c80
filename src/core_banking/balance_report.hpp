// What the balances of core banking said: the reconciliation of its books with the engine's.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core_banking/core_message.hpp"
#include "engine/view.hpp"

namespace holdfast::core_banking {

struct BalanceDifference {
  engine::AccountId account_id;
  engine::Money core_booked;
  std::optional<engine::MinorUnits> booked;  // in the engine; none: no such account
  engine::MinorUnits difference = 0;         // posted as core banking's own, when it was taken
  std::string reason;                        // why it was not; empty: it was
};

struct BalanceReport {
  std::string name;
  engine::Instant taken_at;
  std::uint64_t accounts = 0;
  std::uint64_t agreed = 0;
  std::uint64_t adjusted = 0;
  std::uint64_t refused = 0;
  std::map<std::string, std::int64_t> adjustments;  // by currency; credits positive
  std::vector<BalanceDifference> differences;       // the first 10,000
  std::uint64_t differences_not_listed = 0;

  void add(const engine::CoreBalance& balance, const engine::CoreDifference& difference);
};

boost::json::object to_object(const BalanceReport& report);

}  // namespace holdfast::core_banking
