#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"

namespace holdfast::http {
namespace {

// The hold as it was placed, from what was asked and decided alone: a repeat gets the same,
// whatever has become of the hold since.
engine::HoldView placed_hold(const engine::PlaceHold& command, const engine::Decision& decision) {
  engine::HoldView hold;
  hold.id = decision.hold;
  hold.account_id = command.account_id;
  hold.kind = command.kind;
  hold.currency = command.amount.currency;
  hold.amount = decision.amount;
  hold.original_amount = decision.amount;
  hold.expires_at = command.expires_at;
  hold.reference = command.reference;
  return hold;
}

}  // namespace

Awaitable<ApiResponse> post_hold(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = place_hold_from(*body);
  if (!command) co_return bad_body(command.error());
  if (co_await names_card(api, command->reference.view())) {
    co_return card_number_in("reference");
  }
  engine::Request protected_by = protection(api, request);
  const engine::Answer answer = co_await api.caller.execute(*command, protected_by);
  if (!answer.decision.approved()) co_return refusal(answer);
  engine::HoldView placed = placed_hold(*command, answer.decision);
  if (placed.expires_at) {
    // The engine rounds the end, and takes the moment of the command for one that has passed. It
    // never changes; a hold that cannot be looked up has been placed all the same.
    co_await api.caller.inspect([&placed](const engine::View& view) {
      if (const auto stored = view.hold(placed.id)) placed.expires_at = stored->expires_at;
    });
  }
  ApiResponse response = json_answer(201, hold_json_with_account(placed));
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<ApiResponse> get_hold(Api& api, const ApiRequest& request) {
  const auto id = hold_id_from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_hold);
  std::optional<engine::HoldView> hold;
  const bool seen =
      co_await api.caller.inspect([&](const engine::View& view) { hold = view.hold(*id); });
  if (!seen) co_return unavailable(api);
  if (!hold) co_return decline_problem(engine::Decline::unknown_hold);
  co_return json_answer(200, hold_json_with_account(*hold));
}

Awaitable<ApiResponse> release_hold(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto id = hold_id_from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_hold);
  const auto command = release_hold_from(*body, *id);
  if (!command) co_return bad_body(command.error());
  engine::Request protected_by = protection(api, request);
  const engine::Answer answer = co_await api.caller.execute(*command, protected_by);
  if (!answer.decision.approved()) co_return refusal(answer);
  std::optional<engine::HoldView> hold;
  const bool seen =
      co_await api.caller.inspect([&](const engine::View& view) { hold = view.hold(*id); });
  if (!seen) co_return unavailable(api);
  if (!hold) co_return decline_problem(engine::Decline::unknown_hold);
  // As the release left it: a clearing record may have come since, before a repeat of this call.
  if (!answer.decision.partial) {
    hold->status = engine::HoldStatus::released;
    hold->amount = 0;
    hold->fee = 0;
  }
  boost::json::object released = hold_json_with_account(*hold);
  released["released_amount"] = answer.decision.amount;
  released["released_fee"] = answer.decision.fee;
  released["available"] = answer.decision.available;
  ApiResponse response = json_answer(200, released);
  response.replayed = answer.replayed;
  co_return response;
}

}  // namespace holdfast::http
