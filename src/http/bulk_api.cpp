// POST /v1/bulk: accounts and cards as JSON lines, each decided in order. Only numbers come back
// for what went well, so that many lines are cheap to answer.
#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "http/api.hpp"
#include "http/bodies.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;
namespace asio = boost::asio;

// What a line becomes is many times its size: the body's limit alone would be no limit.
constexpr std::ptrdiff_t lines_max = 20'000;
constexpr std::size_t slice_size = 1024;
// An engine that takes nothing for this long is given up.
constexpr int idle_attempts_max = 50;
constexpr std::chrono::milliseconds attempt_pause{20};

struct BulkLine {
  std::optional<BodyError> error;
  std::size_t command = 0;  // its place among the commands, when there is no error
};

struct BulkWork {
  std::vector<BulkLine> lines;
  std::vector<engine::CommandBody> commands;
  std::vector<engine::Answer> answers;  // of the commands
};

// The command that a line stands for: a card when it has a "pan", else an account.
BodyResult<engine::CommandBody> command_of(std::string_view line, CardTokenizer& tokenizer,
                                           const json::storage_ptr& storage) {
  const auto object = parse_object(line, storage);
  if (!object) return object.error();
  if (object->contains("pan")) {
    auto card = put_card_from(*object, tokenizer);
    if (!card) return card.error();
    return engine::CommandBody{*card};
  }
  auto account = account_line_from(*object);
  if (!account) return account.error();
  return engine::CommandBody{*account};
}

BulkWork read_lines(std::string_view body, CardTokenizer& tokenizer) {
  BulkWork work;
  // A line is short: it is parsed without a call to the allocator.
  unsigned char space[4096];
  json::monotonic_resource memory(space, sizeof space);
  while (!body.empty()) {
    const auto line_end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, line_end);
    body.remove_prefix(std::min(line_end + 1, body.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    BulkLine& read = work.lines.emplace_back();
    if (line.empty()) {
      read.error = BodyError{"bad_json", {}, "The line is empty."};
      continue;
    }
    auto command = command_of(line, tokenizer, &memory);
    memory.release();
    if (!command) {
      read.error = command.error();
      continue;
    }
    read.command = work.commands.size();
    work.commands.push_back(std::move(*command));
  }
  return work;
}

// Keeps the answers from `from` on; how many stand before the first that was not taken. What an
// earlier attempt made counts as made.
std::size_t take_answers(BulkWork& work, std::size_t from,
                         const std::vector<engine::Answer>& answers) {
  std::size_t decided = answers.size();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    engine::Answer& kept = work.answers[from + i];
    const bool was_created = kept.decision.created;
    const bool was_changed = kept.changed;
    kept = answers[i];
    kept.decision.created |= was_created;
    kept.changed |= was_changed;
    if (kept.decision.decline == engine::Decline::overloaded) decided = std::min(decided, i);
  }
  return decided;
}

// Runs the commands in order. What the engine was too busy for is run again together with all
// behind it, for a card must not overtake its account; a second run changes nothing.
Awaitable<void> run(Api& api, BulkWork& work) {
  const std::size_t count = work.commands.size();
  work.answers.resize(count);
  std::size_t from = 0;
  for (int idle_attempts = 0; from < count && idle_attempts < idle_attempts_max;) {
    const std::size_t to = std::min(from + slice_size, count);
    std::vector<engine::CommandBody> slice(
        work.commands.begin() + static_cast<std::ptrdiff_t>(from),
        work.commands.begin() + static_cast<std::ptrdiff_t>(to));
    const std::vector<engine::Answer> answers = co_await api.caller.execute_all(std::move(slice));
    const std::size_t decided = take_answers(work, from, answers);
    from += decided;
    if (from == to) continue;
    idle_attempts = decided == 0 ? idle_attempts + 1 : 0;
    asio::steady_timer pause(api.executor, attempt_pause);
    boost::system::error_code ignored;
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  // Nothing behind the first one that was never taken counts as answered.
  for (; from < count; ++from) work.answers[from].decision.decline = engine::Decline::overloaded;
}

json::value result_json(const BulkWork& work, const BulkLine& line) {
  if (line.error) {
    json::object result = {
        {"status", 400}, {"code", line.error->code}, {"detail", line.error->detail}};
    if (!line.error->field.empty()) result["field"] = line.error->field;
    return result;
  }
  const engine::Decision& decision = work.answers[line.command].decision;
  if (decision.approved()) {
    if (decision.created || !work.answers[line.command].changed)
      return decision.created ? 201 : 200;
    return json::object{{"status", 200}, {"changed", true}};
  }
  return json::object{{"status", http_status(decision.decline)},
                      {"code", engine::name(decision.decline)},
                      {"detail", sentence(decision.decline)}};
}

}  // namespace

Awaitable<ApiResponse> post_bulk(Api& api, const ApiRequest& request) {
  if (std::count(request.body.begin(), request.body.end(), '\n') > lines_max) {
    co_return problem(413, "too_many_lines", "A bulk body has at most 20000 lines.");
  }
  BulkWork work = read_lines(request.body, api.tokenizer);
  co_await run(api, work);
  json::array results;
  results.reserve(work.lines.size());
  for (const BulkLine& line : work.lines) results.push_back(result_json(work, line));
  json::object body;
  body["results"] = std::move(results);
  co_return json_answer(200, body);
}

}  // namespace holdfast::http
