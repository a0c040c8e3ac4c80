#include "core_banking/balance_report.hpp"

#include <boost/json/array.hpp>

#include "core_banking/shown.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::core_banking {
namespace {

namespace json = boost::json;

constexpr std::size_t differences_max = 10'000;

}  // namespace

void BalanceReport::add(const engine::CoreBalance& balance,
                        const engine::CoreDifference& difference) {
  ++accounts;
  BalanceDifference found;
  found.account_id = balance.account_id;
  found.core_booked = balance.booked;
  if (difference.account) found.booked = difference.booked;
  found.difference = difference.amount;
  if (difference.refusal != engine::Decline::none) {
    found.reason = engine::name(difference.refusal);
  } else if (difference.is_outdated) {
    found.reason = "a later balance was taken";
  }
  if (!found.reason.empty()) {
    ++refused;
  } else if (difference.amount != 0) {
    ++adjusted;
    adjustments[std::string(balance.booked.currency.alpha())] += difference.amount;
  } else {
    ++agreed;
    return;
  }
  if (differences.size() < differences_max) {
    differences.push_back(std::move(found));
  } else {
    ++differences_not_listed;
  }
}

json::object to_object(const BalanceReport& report) {
  json::object adjustments;
  for (const auto& [currency, amount] : report.adjustments) adjustments[currency] = amount;
  json::array differences;
  for (const BalanceDifference& difference : report.differences) {
    json::object item = {{"account_id", difference.account_id.view()},
                         {"core_booked", difference.core_booked.amount},
                         {"currency", difference.core_booked.currency.alpha()},
                         {"engine_booked", nullptr},
                         {"difference", difference.difference},
                         {"reason", nullptr}};
    if (difference.booked) item["engine_booked"] = *difference.booked;
    if (!difference.reason.empty()) item["reason"] = difference.reason;
    differences.push_back(std::move(item));
  }
  return {{"name", shown(report.name)},
          {"taken_at", format_rfc3339(report.taken_at)},
          {"accounts", report.accounts},
          {"agreed", report.agreed},
          {"adjusted", report.adjusted},
          {"refused", report.refused},
          {"adjustments", std::move(adjustments)},
          {"differences", std::move(differences)},
          {"differences_not_listed", report.differences_not_listed}};
}

}  // namespace holdfast::core_banking
