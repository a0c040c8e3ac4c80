// Why a card transaction was answered as it was.
#include <boost/json/array.hpp>
#include <charconv>

#include "http/answers.hpp"
#include "http/api.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

// The newest of one RRN: a retrieval number is not used often.
constexpr std::size_t authorizations_max = 100;

}  // namespace

Awaitable<ApiResponse> get_authorization(Api& api, const ApiRequest& request) {
  std::uint64_t id = 0;
  const std::string& text = request.parameter;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  std::optional<engine::AuthorizationView> found;
  if (error == std::errc{} && end == text.data() + text.size()) {
    const bool seen = co_await api.caller.inspect(
        [&](const engine::View& view) { found = view.authorization(id); });
    if (!seen) co_return unavailable(api);
  }
  if (!found) co_return problem(404, "unknown_authorization", "There is no such authorization.");
  co_return json_answer(200, authorization_json(*found));
}

Awaitable<ApiResponse> get_authorizations(Api& api, const ApiRequest& request) {
  const auto rrn = engine::FixedText<12>::from(request.query_value("rrn"));
  if (!rrn || rrn->empty()) {
    co_return problem(400, "bad_query", "'rrn' must be 1 to 12 characters long.");
  }
  std::vector<engine::AuthorizationView> found;
  const bool seen = co_await api.caller.inspect(
      [&](const engine::View& view) { found = view.authorizations(*rrn, authorizations_max); });
  if (!seen) co_return unavailable(api);
  json::array items;
  for (const engine::AuthorizationView& view : found) items.push_back(authorization_json(view));
  co_return json_answer(200, {{"authorizations", std::move(items)}});
}

}  // namespace holdfast::http
