#include <boost/json/array.hpp>
#include <functional>
#include <string_view>
#include <thread>

#include "cli/api_access.hpp"
#include "cli/json_text.hpp"
#include "cli/load.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t queued_chunks_max = 4;
constexpr int status_refused = 300;

std::string reason_of(const json::value& result) {
  const json::object* refusal = result.if_object();
  if (refusal == nullptr) return "refused";
  return fmt::format("{}: {}", text_of(*refusal, "code"), text_of(*refusal, "detail"));
}

Result<void> count_results(const LoadChunk& chunk, const json::object& answer, LoadCounts& counts,
                           const RefusedLine& refused) {
  const json::value* results = answer.if_contains("results");
  if (results == nullptr || !results->is_array() ||
      results->get_array().size() != chunk.line_numbers.size()) {
    return Failure{exit_failed, "the API answered for another number of lines"};
  }
  for (std::size_t i = 0; i < chunk.line_numbers.size(); ++i) {
    const json::value& result = results->get_array()[i];
    if (result.is_int64() && result.get_int64() < status_refused) {
      ++(result.get_int64() == 201 ? counts.created : counts.unchanged);
      continue;
    }
    if (result.is_object() && result.get_object().contains("changed")) {
      ++counts.changed;
      continue;
    }
    ++counts.refused;
    refused(chunk.line_numbers[i], reason_of(result));
  }
  return {};
}

// What stands behind `"key":` as a string; empty when the line has none. Enough to tell lines
// apart: whether the line is sound, the switch says.
std::string_view string_behind(std::string_view line, std::string_view quoted_key) {
  auto at = line.find(quoted_key);
  if (at == std::string_view::npos) return {};
  at = line.find_first_not_of(" \t", at + quoted_key.size());
  if (at == std::string_view::npos || line[at] != ':') return {};
  at = line.find_first_not_of(" \t", at + 1);
  if (at == std::string_view::npos || line[at] != '"') return {};
  const auto end = line.find('"', at + 1);
  return end == std::string_view::npos ? std::string_view() : line.substr(at + 1, end - at - 1);
}

}  // namespace

bool LoadQueue::push(LoadChunk chunk) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return has_failed_ || chunks_.size() < queued_chunks_max; });
  if (has_failed_) return false;
  chunks_.push_back(std::move(chunk));
  changed_.notify_all();
  return true;
}

void LoadQueue::finish() {
  std::lock_guard lock(mutex_);
  is_finished_ = true;
  changed_.notify_all();
}

void LoadQueue::fail() {
  std::lock_guard lock(mutex_);
  has_failed_ = true;
  changed_.notify_all();
}

std::optional<LoadChunk> LoadQueue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_finished_ || has_failed_ || !chunks_.empty(); });
  if (has_failed_ || chunks_.empty()) return std::nullopt;
  LoadChunk chunk = std::move(chunks_.front());
  chunks_.pop_front();
  changed_.notify_all();
  return chunk;
}

Result<void> send_chunks(http::ApiClient& api, LoadQueue& queue, LoadCounts& counts,
                         const RefusedLine& refused) {
  while (const auto chunk = queue.pop()) {
    const auto answer = call(api, "POST", "/v1/bulk", chunk->body);
    const Result<void> counted =
        answer ? count_results(*chunk, *answer, counts, refused) : Result<void>(answer.error());
    if (!counted) {
      queue.fail();
      return counted.error();
    }
  }
  return {};
}

std::size_t connection_of(std::string_view line, std::size_t count) {
  std::string_view account = string_behind(line, "\"account_id\"");
  if (account.empty()) account = string_behind(line, "\"id\"");
  return std::hash<std::string_view>{}(account) % count;
}

}  // namespace holdfast::cli
