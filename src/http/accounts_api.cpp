#include <boost/json/array.hpp>

#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t holds_per_step = 2000;

// The account as it is now.
Awaitable<ApiResponse> answer_account(Api& api, engine::AccountId id, unsigned status) {
  std::optional<engine::AccountView> account;
  const bool seen =
      co_await api.caller.inspect([&](const engine::View& view) { account = view.account(id); });
  if (!seen) co_return unavailable(api);
  if (!account) co_return decline_problem(engine::Decline::unknown_account);
  co_return json_answer(status, account_json(*account));
}

// Opens or changes the account, and answers with what it is then.
Awaitable<ApiResponse> run(Api& api, engine::PutAccount command) {
  const engine::AccountId id = command.id;
  const engine::Answer answer = co_await api.caller.execute(std::move(command));
  if (!answer.decision.approved()) co_return refusal(answer);
  const unsigned status = answer.decision.created ? 201 : 200;
  co_return co_await answer_account(api, id, status);
}

}  // namespace

Awaitable<ApiResponse> put_account(Api& api, const ApiRequest& request) {
  const auto id = account_id_from(request.parameter);
  if (!id) {
    co_return problem(400, "bad_account_id", "An account's id is 1 to 34 letters and digits.");
  }
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = put_account_from(*body, *id);
  if (!command) co_return bad_body(command.error());
  co_return co_await run(api, *command);
}

Awaitable<ApiResponse> change_account(Api& api, const ApiRequest& request) {
  const auto id = account_id_from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_account);
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = change_account_from(*body, *id);
  if (!command) co_return bad_body(command.error());
  co_return co_await run(api, *command);
}

Awaitable<ApiResponse> get_account(Api& api, const ApiRequest& request) {
  const auto id = account_id_from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_account);
  co_return co_await answer_account(api, *id, 200);
}

Awaitable<ApiResponse> get_account_holds(Api& api, const ApiRequest& request) {
  const std::string_view all = request.query_value("all");
  if (!all.empty() && all != "true" && all != "false") {
    co_return problem(400, "bad_query", "'all' must be true or false.");
  }
  const auto id = account_id_from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_account);
  bool is_known = false;
  std::vector<engine::HoldView> holds;
  engine::HoldId next;
  // In steps, so that an account with a long past does not keep authorizations waiting.
  do {
    const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
      is_known = view.account(*id).has_value();
      next = view.holds(*id, all == "true", next, holds_per_step, holds);
    });
    if (!seen) co_return unavailable(api);
  } while (next);
  if (!is_known) co_return decline_problem(engine::Decline::unknown_account);
  json::array items;
  items.reserve(holds.size());
  for (const engine::HoldView& hold : holds) items.push_back(hold_json(hold));
  json::object body;
  body["holds"] = std::move(items);
  co_return json_answer(200, body);
}

}  // namespace holdfast::http
