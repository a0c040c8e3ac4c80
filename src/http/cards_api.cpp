#include <algorithm>

#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"

namespace holdfast::http {
namespace {

std::vector<std::string_view> digit_runs(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  std::vector<std::string_view> runs;
  for (auto begin = text.find_first_of(digits); begin != text.npos;) {
    const auto end = std::min(text.find_first_not_of(digits, begin), text.size());
    runs.push_back(text.substr(begin, end - begin));
    begin = text.find_first_of(digits, end);
  }
  return runs;
}

// The card as it is now.
Awaitable<ApiResponse> answer_card(Api& api, engine::CardToken token) {
  std::optional<engine::CardView> card;
  const bool seen =
      co_await api.caller.inspect([&](const engine::View& view) { card = view.card(token); });
  if (!seen) co_return unavailable(api);
  if (!card) co_return decline_problem(engine::Decline::unknown_card);
  co_return json_answer(200, card_json(*card));
}

// What the body left open, as the answer shows it: the status and profile a card keeps when it is
// issued again. Goes through the engine as the request's echo, so that a repeated call is
// answered as the first one was, whatever has become of the card since.
std::string open_choices(const engine::PutCard& command,
                         const std::optional<engine::CardView>& existing) {
  const engine::CardStatus kept = existing ? existing->status : engine::CardStatus::active;
  const auto profile = command.limit_profile.value_or(existing ? existing->limit_profile
                                                               : engine::LimitProfileName{});
  return std::string(engine::name(command.status.value_or(kept))) + '\n' +
         std::string(profile.view());
}

boost::json::object issued_card_json(const engine::PutCard& command, std::string_view choices) {
  engine::CardView card;
  card.token = command.token;
  card.account_id = command.account_id;
  card.pan_masked = command.pan_masked;
  card.expiry_yymm = command.expiry_yymm;
  const auto line_end = choices.find('\n');
  card.limit_profile = engine::LimitProfileName::cut(choices.substr(line_end + 1));
  boost::json::object body = card_json(card);
  body["status"] = choices.substr(0, line_end);
  return body;
}

}  // namespace

Awaitable<ApiResponse> post_card(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = put_card_from(*body, api.tokenizer);
  if (!command) co_return bad_body(command.error());
  const engine::Answer answer = co_await api.caller.execute(
      *command, protection(api, request),
      [&](const engine::View& view) { return open_choices(*command, view.card(command->token)); });
  if (!answer.decision.approved()) co_return refusal(answer);
  const unsigned status = answer.decision.created ? 201 : 200;
  ApiResponse response = json_answer(status, issued_card_json(*command, answer.echo.view()));
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<ApiResponse> get_card(Api& api, const ApiRequest& request) {
  const auto token = card_id_from(request.parameter);
  if (!token) co_return decline_problem(engine::Decline::unknown_card);
  co_return co_await answer_card(api, *token);
}

Awaitable<ApiResponse> get_card_limits(Api& api, const ApiRequest& request) {
  const auto token = card_id_from(request.parameter);
  if (!token) co_return decline_problem(engine::Decline::unknown_card);
  const engine::Instant now = api.core.clock.now();
  const engine::BusinessDate today = api.core.calendar.day_of(now).date;
  std::optional<engine::CardView> card;
  std::vector<engine::LimitView> limits;
  const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
    card = view.card(*token);
    limits = view.limits(*token, now, today);
  });
  if (!seen) co_return unavailable(api);
  if (!card) co_return decline_problem(engine::Decline::unknown_card);
  co_return json_answer(200, limits_json(*card, limits));
}

Awaitable<ApiResponse> change_card(Api& api, const ApiRequest& request) {
  const auto token = card_id_from(request.parameter);
  if (!token) co_return decline_problem(engine::Decline::unknown_card);
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = change_card_from(*body, *token);
  if (!command) co_return bad_body(command.error());
  const engine::Answer answer = co_await api.caller.execute(*command);
  if (!answer.decision.approved()) co_return refusal(answer);
  co_return co_await answer_card(api, *token);
}

Awaitable<bool> names_card(Api& api, std::string_view text) {
  std::vector<engine::CardToken> tokens;
  for (const std::string_view digits : digit_runs(text)) {
    if (may_be_pan(digits)) tokens.push_back(api.tokenizer.token(digits));
  }
  if (tokens.empty()) co_return false;
  bool found = false;
  co_await api.caller.inspect([&](const engine::View& view) {
    found = std::any_of(tokens.begin(), tokens.end(), [&view](const engine::CardToken& token) {
      return view.card(token).has_value();
    });
  });
  co_return found;
}

}  // namespace holdfast::http
