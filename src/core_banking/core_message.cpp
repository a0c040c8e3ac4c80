#include "core_banking/core_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <functional>

#include "core_banking/batch_file.hpp"

namespace holdfast::core_banking {
namespace {

namespace json = boost::json;

// A member as text; empty when it is absent, null or something else.
std::string_view text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// Calls `take` with each line's object and number; its reason, or an empty one.
Outcome<void> for_each_line(
    std::string_view text,
    const std::function<std::string(const json::object&, std::size_t)>& take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    boost::system::error_code failure;
    const json::value value = json::parse(line, failure);
    std::string reason;
    if (failure || !value.is_object()) {
      reason = "is no JSON object";
    } else {
      reason = take(value.get_object(), number);
    }
    if (!reason.empty()) return Error{fmt::format("line {}: {}", number, reason)};
  }
  return {};
}

std::string read_answer(const json::object& object, engine::ItemAnswer& answer) {
  const auto batch = parse_batch_id(text_of(object, "batch_id"));
  if (!batch) return "'batch_id' names no batch";
  const auto place = parse_item_id(text_of(object, "item_id"));
  if (!place || place->batch != *batch) return "'item_id' names no item of the batch";
  const std::string_view status = text_of(object, "status");
  if (status != "accepted" && status != "rejected") {
    return "'status' must be accepted or rejected";
  }
  answer.batch = *batch;
  answer.item = place->item;
  answer.accepted = status == "accepted";
  // A long reason is for people alone: its beginning tells enough.
  if (!answer.accepted) answer.reason = engine::RejectionReason::cut(text_of(object, "reason"));
  return {};
}

std::string read_balance(const json::object& object, engine::BatchId& last_batch,
                         engine::CoreBalance& balance) {
  const std::string_view id = text_of(object, "account_id");
  const auto account = engine::AccountId::from(id);
  if (id.empty() || !account) return "'account_id' names no account";
  const auto currency = engine::CurrencyCode::from_alpha(text_of(object, "currency"));
  if (!currency) return "'currency' must be an ISO 4217 code";
  const json::value* booked = object.if_contains("booked");
  if (booked == nullptr || !booked->is_int64()) return "'booked' must be a number of minor units";
  constexpr engine::MinorUnits booked_max = 100'000'000'000'000'000;
  if (booked->get_int64() > booked_max || booked->get_int64() < -booked_max) {
    return "'booked' is out of range";
  }
  const std::string_view last = text_of(object, "last_batch_id");
  const auto batch = parse_batch_id(last);
  if (!last.empty() && !batch) return "'last_batch_id' names no batch";
  balance = {*account, {booked->get_int64(), *currency}};
  last_batch = batch.value_or(engine::BatchId{});
  return {};
}

}  // namespace

bool has_balances(std::string_view name) {
  return name.starts_with("balances-");
}

Outcome<Answers> parse_answers(std::string_view text) {
  Answers answers;
  auto read = for_each_line(text, [&answers](const json::object& object, std::size_t line) {
    answers.lines.push_back(line);
    return read_answer(object, answers.items.emplace_back());
  });
  if (!read) return read.error();
  return answers;
}

Outcome<std::vector<BalanceGroup>> parse_balances(std::string_view text) {
  std::vector<BalanceGroup> groups;
  auto read = for_each_line(text, [&groups](const json::object& object, std::size_t) {
    engine::BatchId last_batch;
    engine::CoreBalance balance;
    std::string reason = read_balance(object, last_batch, balance);
    if (!reason.empty()) return reason;
    auto group = std::find_if(groups.begin(), groups.end(), [&last_batch](const BalanceGroup& g) {
      return g.last_batch == last_batch;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), {last_batch, {}});
    group->balances.push_back(balance);
    return reason;
  });
  if (!read) return read.error();
  return groups;
}

}  // namespace holdfast::core_banking
