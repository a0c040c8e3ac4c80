#include <boost/json/array.hpp>
#include <charconv>

#include "http/answers.hpp"
#include "http/api.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t exceptions_per_page = 500;

std::optional<std::uint64_t> cursor_from(std::string_view text) {
  std::uint64_t after = 0;
  if (text.empty()) return after;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), after);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return after;
}

}  // namespace

Awaitable<ApiResponse> get_ledger(Api& api, const ApiRequest&) {
  std::vector<engine::LedgerView> ledger;
  const bool seen =
      co_await api.caller.inspect([&](const engine::View& view) { ledger = view.ledger(); });
  if (!seen) co_return unavailable(api);
  co_return json_answer(200, ledger_json(ledger));
}

Awaitable<ApiResponse> get_exceptions(Api& api, const ApiRequest& request) {
  const auto after = cursor_from(request.query_value("cursor"));
  if (!after) co_return problem(400, "bad_query", "'cursor' must be a next_cursor given before.");
  std::vector<engine::ExceptionView> found;
  // One more than shown tells whether there is another page.
  const bool seen = co_await api.caller.inspect(
      [&](const engine::View& view) { found = view.exceptions(*after, exceptions_per_page + 1); });
  if (!seen) co_return unavailable(api);
  const bool has_more = found.size() > exceptions_per_page;
  if (has_more) found.pop_back();
  json::array items;
  items.reserve(found.size());
  for (const engine::ExceptionView& exception : found) items.push_back(exception_json(exception));
  json::object body;
  body["exceptions"] = std::move(items);
  body["next_cursor"] = nullptr;
  if (has_more) body["next_cursor"] = std::to_string(found.back().id);
  co_return json_answer(200, body);
}

}  // namespace holdfast::http
