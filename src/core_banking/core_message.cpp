#include "core_banking/core_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <functional>
#include <map>

#include "core_banking/batch_file.hpp"
#include "iso8583/mask.hpp"

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
  // A long reason is for people alone: its beginning tells enough. It is kept, and shown.
  if (!answer.accepted) {
    answer.reason =
        engine::RejectionReason::cut(iso8583::mask_card_numbers(text_of(object, "reason")));
  }
  return {};
}

// A misspelt key would pass for one that is absent.
bool has_other_keys(const json::object& object, std::initializer_list<std::string_view> keys) {
  return std::any_of(object.begin(), object.end(), [&keys](const auto& member) {
    return std::find(keys.begin(), keys.end(), std::string_view(member.key())) == keys.end();
  });
}

std::string read_balance(const json::object& object, engine::BatchId& last_batch,
                         engine::CoreBalance& balance) {
  if (has_other_keys(object, {"account_id", "booked", "currency", "last_batch_id"})) {
    return "has a key other than account_id, booked, currency and last_batch_id";
  }
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
  // With none the engine would post what it has on the way: that must be meant, and said.
  const json::value* last = object.if_contains("last_batch_id");
  const bool is_none = last != nullptr && last->is_null();
  const auto batch = parse_batch_id(text_of(object, "last_batch_id"));
  if (!is_none && !batch) return "'last_batch_id' must name a batch, or be null";
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
  std::map<std::string, std::size_t, std::less<>> group_of;
  auto read = for_each_line(text, [&](const json::object& object, std::size_t) {
    engine::BatchId last_batch;
    engine::CoreBalance balance;
    std::string reason = read_balance(object, last_batch, balance);
    if (!reason.empty()) return reason;
    const auto [group, is_new] = group_of.emplace(last_batch.view(), groups.size());
    if (is_new) groups.push_back({last_batch, {}});
    groups[group->second].balances.push_back(balance);
    return reason;
  });
  if (!read) return read.error();
  return groups;
}

}  // namespace holdfast::core_banking
