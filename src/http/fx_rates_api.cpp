// The bank's exchange rates.
#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"

namespace holdfast::http {
namespace {

Awaitable<ApiResponse> answer_rates(Api& api) {
  engine::FxRatesView rates;
  const bool seen =
      co_await api.caller.inspect([&](const engine::View& view) { rates = view.fx_rates(); });
  if (!seen) co_return unavailable(api);
  co_return json_answer(200, fx_rates_json(rates));
}

}  // namespace

Awaitable<ApiResponse> get_fx_rates(Api& api, const ApiRequest&) {
  co_return co_await answer_rates(api);
}

Awaitable<ApiResponse> put_fx_rates(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  auto command = fx_rates_from(*body);
  if (!command) co_return bad_body(command.error());
  const engine::Answer answer = co_await api.caller.execute(std::move(*command));
  if (!answer.decision.approved()) co_return refusal(answer);
  co_return co_await answer_rates(api);
}

}  // namespace holdfast::http
