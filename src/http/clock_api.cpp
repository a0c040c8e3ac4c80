#include "http/api.hpp"
#include "runtime/expiry_timer.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

ApiResponse clock_answer(const Api& api) {
  const engine::Instant now = api.core.clock.now();
  return json_answer(200, {{"now", format_rfc3339(now)},
                           {"business_date", format_date(api.core.calendar.day_of(now).date)},
                           {"manual", api.core.clock.is_manual()}});
}

}  // namespace

Awaitable<ApiResponse> get_health(Api& api, const ApiRequest&) {
  if (!api.is_ready) co_return problem(503, "not_ready", "The switch is starting or stopping.");
  if (!api.core.engine.halted().empty()) co_return decline_problem(engine::Decline::halted);
  co_return json_answer(200, {{"status", "ok"}});
}

Awaitable<ApiResponse> get_clock(Api& api, const ApiRequest&) {
  co_return clock_answer(api);
}

Awaitable<ApiResponse> post_clock(Api& api, const ApiRequest& request) {
  if (!api.core.clock.is_manual()) {
    co_return problem(409, "clock_not_manual",
                      "Business time is the machine's; [testing] manual_clock is not set.");
  }
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  JsonFields fields(*body);
  const auto now = parse_rfc3339(fields.required_text("now"));
  if (!now) fields.refuse("now", "must be a time such as \"2026-11-20T09:00:00Z\"");
  if (const auto error = fields.error()) co_return bad_body(*error);
  if (!api.core.clock.move_to(*now)) {
    co_return problem(409, "clock_moves_forward_only", "Business time is later than that already.");
  }
  // What is due has happened when the call answers, and a restart begins no earlier.
  const bool has_expired = co_await expire_due(api.caller, true);
  if (!has_expired) co_return unavailable(api);
  co_await core_banking_round(api, std::nullopt);
  co_return clock_answer(api);
}

}  // namespace holdfast::http
