#include <spdlog/spdlog.h>

#include <boost/json/array.hpp>

#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"
#include "http/kept_reports.hpp"
#include "iso8583/mask.hpp"
#include "runtime/utf8.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t file_name_size_max = 255;

// Only the last part of a path, for the list alone.
std::string listed_name(const ApiRequest& request) {
  std::string name(request.query_value("name"));
  if (const auto slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  name.resize(std::min(name.size(), file_name_size_max));
  // A name is bytes to a file system, and text to the list.
  return name.empty() ? std::string("unnamed") : to_utf8(iso8583::mask_card_numbers(name));
}

// The name of the kept report of this call; empty when nothing is to be kept.
std::string report_key(Api& api, const ApiRequest& request) {
  if (request.idempotency_key.empty()) return {};
  return card_id_text(engine::CardToken{api.tokenizer.token(
      "api key\n" + std::string(request.route) + '\n' + request.idempotency_key)});
}

ApiResponse answer_again(KeptAnswer kept, const std::string& content) {
  if (kept.content != content) return decline_problem(engine::Decline::same_key_other_content);
  kept.response.replayed = true;
  return std::move(kept.response);
}

ApiResponse answer(const clearing::IngestOutcome& outcome) {
  if (!outcome) {
    const clearing::IngestFailure& failure = outcome.error();
    return problem(failure.is_refusal() ? 422 : 503, failure.code, failure.detail);
  }
  ApiResponse response;
  response.body = clearing::to_json(*outcome);
  return response;
}

}  // namespace

Awaitable<ApiResponse> post_clearing_file(Api& api, const ApiRequest& request) {
  const std::string_view asked = request.query_value("format");
  const std::optional<clearing::Format> format = clearing::format_from(asked);
  if (!asked.empty() && !format) {
    co_return problem(400, "bad_query", "'format' must be ipm, base2 or jsonl.");
  }
  if (!request.file) co_return problem(400, "missing_body", "The body is the file; it is empty.");
  const ClearingDesk::Turn turn = co_await api.clearing.take_turn();
  const std::string key = report_key(api, request);
  const std::string content = request_fingerprint(api, request) + request.file->content_hash();
  if (!key.empty()) {
    if (auto kept = find_kept_answer(api.clearing.upload_folder(), key)) {
      co_return answer_again(std::move(*kept), content);
    }
  }
  const auto entry = api.clearing.announce(listed_name(request));
  const clearing::IngestOutcome outcome =
      co_await api.clearing.ingest(entry, request.file->path(), format);
  ApiResponse response = answer(outcome);
  // A file that was cut short is not kept: it must be sent again, to the end.
  if (!key.empty() && (outcome || outcome.error().is_refusal())) {
    const Outcome<void> kept = keep_answer(api.clearing.upload_folder(), key, {content, response});
    // The file is posted all the same, and posting it again posts nothing.
    if (!kept) spdlog::error("http: the answer cannot be kept: {}", kept.error().text);
  }
  co_return response;
}

Awaitable<ApiResponse> get_clearing_files(Api& api, const ApiRequest&) {
  json::array files;
  for (const auto& entry : api.clearing.files()) {
    json::value file_id;
    if (!entry->file_id.empty()) file_id = json::string(entry->file_id);
    files.push_back(json::object{{"file_id", std::move(file_id)},
                                 {"name", entry->name},
                                 {"status", name(entry->status)},
                                 {"records", entry->progress.records.load()},
                                 {"done", entry->progress.done.load()}});
  }
  json::object body;
  body["files"] = std::move(files);
  co_return json_answer(200, body);
}

}  // namespace holdfast::http
