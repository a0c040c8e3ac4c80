// The day and the night of core banking.
#include "http/api.hpp"
#include "http/bodies.hpp"
#include "http/waiting.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t waiting_counted_max = 10'000;

Awaitable<ApiResponse> answer_core(Api& api) {
  engine::CoreView core;
  std::size_t waiting = 0;
  const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
    core = view.core();
    waiting = view.waiting_exports(waiting_counted_max);
  });
  if (!seen) co_return unavailable(api);
  json::object body = {{"status", core.is_open ? "open" : "closed"},
                       {"since", nullptr},
                       {"waiting_exports", waiting},
                       {"exports", core.exported},
                       {"answered_exports", core.answered},
                       {"export_failure", nullptr},
                       {"inbox_failure", nullptr},
                       {"last_balances", nullptr}};
  if (core.since != engine::no_instant) body["since"] = format_rfc3339(core.since);
  if (const std::string failure = api.core_banking.export_failure(); !failure.empty()) {
    body["export_failure"] = failure;
  }
  if (const std::string failure = api.core_banking.inbox_failure(); !failure.empty()) {
    body["inbox_failure"] = failure;
  }
  if (const auto report = api.core_banking.last_balances()) {
    body["last_balances"] = core_banking::to_object(*report);
  }
  co_return json_answer(200, body);
}

Awaitable<ApiResponse> set_day(Api& api, const ApiRequest& request, bool is_open) {
  if (const auto fault = fault_of_no_body(request.body)) co_return bad_body(*fault);
  const engine::Answer answer =
      co_await api.caller.execute(engine::SetCoreDay{is_open}, protection(api, request));
  if (!answer.decision.approved()) co_return refusal(answer);
  // After it has closed, nothing is on its way any more; after it has opened, what gathered is.
  co_await core_banking_round(api, std::nullopt);
  ApiResponse response = co_await answer_core(api);
  response.replayed = answer.replayed;
  co_return response;
}

}  // namespace

Awaitable<void> core_banking_round(Api& api, std::optional<engine::BatchId> again) {
  const Begin begin = [&api, &again](std::function<void()> tell) {
    if (again) {
      api.core_banking.deliver_again(*again, std::move(tell));
    } else {
      api.core_banking.run_round(std::move(tell));
    }
  };
  co_await until_told(api.executor, begin);
}

Awaitable<ApiResponse> get_core(Api& api, const ApiRequest&) {
  co_return co_await answer_core(api);
}
Awaitable<ApiResponse> post_close_day(Api& api, const ApiRequest& request) {
  co_return co_await set_day(api, request, false);
}
Awaitable<ApiResponse> post_open_day(Api& api, const ApiRequest& request) {
  co_return co_await set_day(api, request, true);
}

}  // namespace holdfast::http
