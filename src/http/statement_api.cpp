// Movements of an account, and the balances of many.
#include <boost/json/array.hpp>
#include <charconv>
#include <limits>

#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t movements_per_page = 500;

struct StatementQuery {
  engine::BusinessDate from{std::numeric_limits<std::int32_t>::min()};
  engine::BusinessDate to{std::numeric_limits<std::int32_t>::max()};
  std::uint32_t after = 0;
};

// What is wrong with it, empty when nothing is.
std::string read_query(const ApiRequest& request, StatementQuery& query) {
  const auto read_date = [&request](std::string_view key, engine::BusinessDate& date) {
    const std::string_view text = request.query_value(key);
    if (text.empty()) return true;
    const auto parsed = parse_date(text);
    if (parsed) date = *parsed;
    return parsed.has_value();
  };
  if (!read_date("from", query.from)) return "'from' must be a date such as 2026-11-20.";
  if (!read_date("to", query.to)) return "'to' must be a date such as 2026-11-20.";
  const std::string_view cursor = request.query_value("cursor");
  const char* const end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, query.after);
  if (!cursor.empty() && (error != std::errc{} || stop != end)) {
    return "'cursor' must be the next_cursor of an earlier answer.";
  }
  return {};
}

json::object movement_json(const engine::MovementView& movement) {
  json::value batch_id;
  if (movement.batch) batch_id = movement.batch->view();
  return {{"id", std::to_string(movement.id)},
          {"at", format_rfc3339(movement.at)},
          {"business_date", format_date(movement.business_date)},
          {"kind", engine::name(movement.kind)},
          {"amount", movement.amount},
          {"balance_after", movement.balance_after},
          {"batch_id", std::move(batch_id)},
          {"reference", text_or_null(movement.reference.view())}};
}

}  // namespace

Awaitable<ApiResponse> get_statement(Api& api, const ApiRequest& request) {
  StatementQuery query;
  if (const std::string fault = read_query(request, query); !fault.empty()) {
    co_return problem(400, "bad_query", fault);
  }
  const auto id = account_id_from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_account);
  std::optional<std::vector<engine::MovementView>> movements;
  const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
    // One more tells whether there is a next page.
    movements = view.statement(*id, query.from, query.to, query.after, movements_per_page + 1);
  });
  if (!seen) co_return unavailable(api);
  if (!movements) co_return decline_problem(engine::Decline::unknown_account);
  json::value next;
  if (movements->size() > movements_per_page) {
    movements->pop_back();
    next = std::to_string(movements->back().ordinal);
  }
  json::array items;
  items.reserve(movements->size());
  for (const engine::MovementView& movement : *movements) items.push_back(movement_json(movement));
  co_return json_answer(200, {{"movements", std::move(items)}, {"next_cursor", std::move(next)}});
}

Awaitable<ApiResponse> post_balances(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto ids = account_ids_from(*body);
  if (!ids) co_return bad_body(ids.error());
  std::vector<std::optional<engine::AccountView>> accounts;
  const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
    for (const std::string& id : *ids) {
      const auto account_id = account_id_from(id);
      accounts.push_back(account_id ? view.account(*account_id) : std::nullopt);
    }
  });
  if (!seen) co_return unavailable(api);
  json::array found;
  json::array unknown;
  for (std::size_t i = 0; i < ids->size(); ++i) {
    if (accounts[i]) {
      found.push_back(account_json(*accounts[i]));
    } else {
      unknown.push_back(json::string((*ids)[i]));
    }
  }
  co_return json_answer(200, {{"accounts", std::move(found)}, {"unknown", std::move(unknown)}});
}

}  // namespace holdfast::http
