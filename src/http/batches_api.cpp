// Postings of other bank systems, and the batches that take them to core banking.
#include <boost/json/array.hpp>
#include <charconv>
#include <map>

#include "core_banking/batch_file.hpp"
#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t problems_listed_max = 1000;
constexpr std::size_t batches_per_page = 500;
constexpr std::size_t steps_per_page = 100;

std::optional<engine::BatchStatus> batch_status_from(std::string_view text) {
  using enum engine::BatchStatus;
  for (const engine::BatchStatus status : {open, closed, exported, accepted, deleted}) {
    if (engine::name(status) == text) return status;
  }
  return std::nullopt;
}

struct BatchDetails {
  engine::BatchView batch;
  std::vector<engine::BatchItemView> problems;
};

// The batch as it is now.
Awaitable<ApiResponse> answer_batch(Api& api, engine::BatchId id, unsigned status) {
  std::optional<BatchDetails> found;
  const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
    const auto batch = view.batch(id);
    if (batch) found = {*batch, view.batch_problems(batch->number, problems_listed_max)};
  });
  if (!seen) co_return unavailable(api);
  if (!found) co_return decline_problem(engine::Decline::unknown_batch);
  co_return json_answer(status, batch_json(found->batch, found->problems));
}

// A call that takes no body and changes the batch in its path.
template <class Command>
Awaitable<ApiResponse> change_batch(Api& api, const ApiRequest& request) {
  if (const auto fault = fault_of_no_body(request.body)) co_return bad_body(*fault);
  const auto id = engine::BatchId::from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_batch);
  const engine::Answer answer = co_await api.caller.execute(Command{*id}, protection(api, request));
  if (!answer.decision.approved()) co_return refusal(answer);
  ApiResponse response = co_await answer_batch(api, *id, 200);
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<bool> names_card(Api& api, const engine::Post& command) {
  for (const engine::Posting& posting : command.postings) {
    if (co_await names_card(api, posting.reference.view())) co_return true;
    if (co_await names_card(api, posting.batch.view())) co_return true;
  }
  co_return false;
}

// Refused: which posting it was, too.
ApiResponse posting_refusal(const engine::Post& command, const engine::Answer& answer) {
  const engine::Decision& decision = answer.decision;
  if (command.postings.size() == 1 || decision.item >= command.postings.size()) {
    return refusal(answer);
  }
  json::object more = {{"posting", decision.item},
                       {"account_id", command.postings[decision.item].account_id.view()}};
  if (decision.decline == engine::Decline::insufficient_funds) {
    more["available"] = decision.available;
    more["currency"] = decision.currency.alpha();
  }
  ApiResponse response = problem(http_status(decision.decline), engine::name(decision.decline),
                                 sentence(decision.decline), std::move(more));
  response.replayed = answer.replayed;
  return response;
}

json::object posting_json(const engine::Posting& posting, std::uint64_t id, std::uint32_t item) {
  return {{"id", std::to_string(id)},
          {"batch_id", posting.batch.view()},
          {"account_id", posting.account_id.view()},
          {"amount", posting.amount.amount},
          {"currency", posting.amount.currency.alpha()},
          {"reference", text_or_null(posting.reference.view())},
          {"item_id", core_banking::item_id(posting.batch, item)}};
}

// The item of each posting. Those of one batch follow each other; of the first one's batch the
// decision says where they begin, of the others the movements do. Empty when nobody can say.
Awaitable<std::vector<std::uint32_t>> items_of(Api& api, const engine::Post& command,
                                               const engine::Decision& decision) {
  std::map<std::string_view, std::uint32_t> next = {
      {command.postings.front().batch.view(), decision.item}};
  std::vector<std::uint32_t> items;
  const auto number = [&](const engine::View& view) {
    for (std::size_t i = 0; i < command.postings.size(); ++i) {
      const engine::BatchId& batch = command.postings[i].batch;
      const auto [place, is_first] = next.try_emplace(batch.view());
      if (is_first) place->second = view.batch_item_of(batch, decision.movement + i).value_or(0);
      items.push_back(place->second++);
    }
  };
  if (!co_await api.caller.inspect(number)) items.clear();
  co_return items;
}

Awaitable<ApiResponse> resolve_item(Api& api, const ApiRequest& request,
                                    engine::ItemAction action) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto place = core_banking::parse_item_id(request.parameter);
  if (!place) co_return decline_problem(engine::Decline::unknown_item);
  const auto command = resolve_item_from(*body, *place, action);
  if (!command) co_return bad_body(command.error());
  const engine::Answer answer = co_await api.caller.execute(*command, protection(api, request));
  if (!answer.decision.approved()) co_return refusal(answer);
  json::object resolved = {{"item_id", request.parameter},
                           {"action", engine::name(action)},
                           {"amount", answer.decision.amount},
                           {"currency", answer.decision.currency.alpha()}};
  if (action == engine::ItemAction::move) resolved["account_id"] = command->move_to.view();
  if (action != engine::ItemAction::undo) {
    // The engine's own batch that it is in now.
    std::optional<engine::BatchView> batch;
    const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
      batch = view.batch(engine::BatchNumber{answer.decision.movement});
    });
    if (!seen || !batch) co_return unavailable(api);
    resolved["new_item_id"] = core_banking::item_id(batch->id, answer.decision.item);
  }
  ApiResponse response = json_answer(200, resolved);
  response.replayed = answer.replayed;
  co_return response;
}

}  // namespace

Awaitable<ApiResponse> post_posting(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto posting = posting_from(*body);
  if (!posting) co_return bad_body(posting.error());
  const engine::Post command{{*posting}};
  if (co_await names_card(api, command)) co_return card_number_in("posting");
  const engine::Answer answer = co_await api.caller.execute(command, protection(api, request));
  if (!answer.decision.approved()) co_return posting_refusal(command, answer);
  json::object posted = posting_json(*posting, answer.decision.movement, answer.decision.item);
  posted["ledger"] = answer.decision.ledger;
  posted["available"] = answer.decision.available;
  ApiResponse response = json_answer(201, posted);
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<ApiResponse> post_postings(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = postings_from(*body);
  if (!command) co_return bad_body(command.error());
  if (co_await names_card(api, *command)) co_return card_number_in("postings");
  const engine::Answer answer = co_await api.caller.execute(*command, protection(api, request));
  if (!answer.decision.approved()) co_return posting_refusal(*command, answer);
  const auto items = co_await items_of(api, *command, answer.decision);
  if (items.empty()) co_return unavailable(api);
  json::array posted;
  for (std::size_t i = 0; i < items.size(); ++i) {
    posted.push_back(posting_json(command->postings[i], answer.decision.movement + i, items[i]));
  }
  ApiResponse response = json_answer(201, {{"postings", std::move(posted)}});
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<ApiResponse> post_batch(Api& api, const ApiRequest& request) {
  const auto body = parse_object(request.body);
  if (!body) co_return bad_body(body.error());
  const auto command = open_batch_from(*body);
  if (!command) co_return bad_body(command.error());
  if (co_await names_card(api, command->id.view())) co_return card_number_in("batch_id");
  if (co_await names_card(api, command->source.view())) co_return card_number_in("source");
  const engine::Answer answer = co_await api.caller.execute(*command, protection(api, request));
  if (!answer.decision.approved()) co_return refusal(answer);
  // The source never changes: a repeat gets the same, whatever has become of the batch since.
  std::optional<engine::BatchView> batch;
  const bool seen = co_await api.caller.inspect(
      [&](const engine::View& view) { batch = view.batch(command->id); });
  if (!seen || !batch) co_return unavailable(api);
  ApiResponse response = json_answer(answer.decision.created ? 201 : 200,
                                     {{"batch_id", batch->id.view()},
                                      {"source", text_or_null(batch->source.view())},
                                      {"status", engine::name(engine::BatchStatus::open)}});
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<ApiResponse> get_batches(Api& api, const ApiRequest& request) {
  const std::string_view asked = request.query_value("status");
  const auto status = batch_status_from(asked);
  if (!asked.empty() && !status) {
    co_return problem(400, "bad_query",
                      "'status' must be open, closed, exported, accepted or deleted.");
  }
  const std::string_view cursor = request.query_value("cursor");
  engine::BatchNumber next;
  const char* const end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, next.value);
  if (!cursor.empty() && (error != std::errc{} || stop != end || !next)) {
    co_return problem(400, "bad_query", "'cursor' must be the next_cursor of an earlier answer.");
  }
  std::vector<engine::BatchView> batches;
  // In steps, so that a bank with a long past does not keep authorizations waiting; a page may be
  // short, for what is asked for may be rare.
  for (std::size_t step = 0; step < steps_per_page && batches.size() < batches_per_page; ++step) {
    const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
      next = view.batches(status, next, batches_per_page - batches.size(), batches);
    });
    if (!seen) co_return unavailable(api);
    if (!next) break;
  }
  json::array listed;
  for (const engine::BatchView& batch : batches) listed.push_back(listed_batch_json(batch));
  json::value next_cursor;
  if (next) next_cursor = std::to_string(next.value);
  co_return json_answer(200,
                        {{"batches", std::move(listed)}, {"next_cursor", std::move(next_cursor)}});
}

Awaitable<ApiResponse> get_batch(Api& api, const ApiRequest& request) {
  const auto id = engine::BatchId::from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_batch);
  co_return co_await answer_batch(api, *id, 200);
}

Awaitable<ApiResponse> delete_batch(Api& api, const ApiRequest& request) {
  co_return co_await change_batch<engine::DeleteBatch>(api, request);
}

Awaitable<ApiResponse> close_batch(Api& api, const ApiRequest& request) {
  co_return co_await change_batch<engine::CloseBatch>(api, request);
}

Awaitable<ApiResponse> export_batch(Api& api, const ApiRequest& request) {
  if (const auto fault = fault_of_no_body(request.body)) co_return bad_body(*fault);
  const auto id = engine::BatchId::from(request.parameter);
  if (!id) co_return decline_problem(engine::Decline::unknown_batch);
  const engine::Answer answer =
      co_await api.caller.execute(engine::QueueBatch{*id}, protection(api, request));
  if (!answer.decision.approved()) co_return refusal(answer);
  std::optional<engine::BatchView> batch;
  bool is_open = false;
  const bool seen = co_await api.caller.inspect([&](const engine::View& view) {
    batch = view.batch(*id);
    is_open = view.core().is_open;
  });
  if (!seen || !batch) co_return unavailable(api);
  const bool was_exported = batch->status != engine::BatchStatus::closed;
  if (!is_open && was_exported && !answer.replayed) {
    co_return problem(409, "core_closed", "Core banking is closed; the batch was exported before.");
  }
  // Deferred until core banking opens.
  const bool is_deferred = !is_open && !was_exported;
  // A repeat writes the same file again: the first call may have failed to.
  if (is_open) {
    co_await core_banking_round(api, was_exported ? id : std::nullopt);
    if (const std::string failure = api.core_banking.export_failure(); !failure.empty()) {
      co_return problem(503, "export_failed",
                        "The batch cannot be written; it is exported when that works again.");
    }
  }
  ApiResponse response = co_await answer_batch(api, *id, is_deferred ? 202 : 200);
  response.replayed = answer.replayed;
  co_return response;
}

Awaitable<ApiResponse> retry_item(Api& api, const ApiRequest& request) {
  co_return co_await resolve_item(api, request, engine::ItemAction::retry);
}
Awaitable<ApiResponse> move_item(Api& api, const ApiRequest& request) {
  co_return co_await resolve_item(api, request, engine::ItemAction::move);
}
Awaitable<ApiResponse> undo_item(Api& api, const ApiRequest& request) {
  co_return co_await resolve_item(api, request, engine::ItemAction::undo);
}

}  // namespace holdfast::http
