#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <fstream>

#include "clearing/run_log.hpp"
#include "clearing/run_records.hpp"
#include "http/answers.hpp"
#include "http/api.hpp"
#include "http/bodies.hpp"
#include "http/clearing_report_page.hpp"
#include "http/kept_reports.hpp"
#include "iso8583/mask.hpp"
#include "runtime/utf8.hpp"
#include "security/secret_file.hpp"

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::size_t file_name_size_max = 255;
constexpr std::size_t records_per_page = 500;
constexpr std::size_t records_seen_max = 50'000;

ApiResponse unknown_file() {
  return problem(404, "unknown_file", "No run of such a clearing file is kept.");
}

struct OutcomeName {
  std::string_view asked;
  std::string_view found;
};
constexpr OutcomeName outcome_names[] = {
    {"posted", "posted_matched"}, {"posted", "posted_unmatched"},    {"matched", "posted_matched"},
    {"matched", "matched_only"},  {"unmatched", "posted_unmatched"}, {"duplicate", "duplicate"},
    {"rejected", "rejected"},     {"recorded", "recorded"}};

bool is_outcome(std::string_view asked) {
  return asked.empty() || std::any_of(std::begin(outcome_names), std::end(outcome_names),
                                      [asked](const auto& name) { return name.asked == asked; });
}
bool fits_outcome(std::string_view found, std::string_view asked) {
  return asked.empty() ||
         std::any_of(std::begin(outcome_names), std::end(outcome_names),
                     [&](const auto& name) { return name.asked == asked && name.found == found; });
}

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

// What came with the record in its file, as its first run has it.
json::array carried_with(const Api& api, const engine::ClearingRecordView& record) {
  const auto file = clearing::RunLog::records_file(clearing::runs_folder(api.core.config),
                                                   clearing::run_id(record.file, 1));
  json::array carried;
  for (const json::value& item : clearing::addenda_of(file, record.record_number)) {
    const json::object& addendum = item.as_object();
    carried.push_back(json::object{{"record", addendum.at("record")},
                                   {"category", addendum.at("category")},
                                   {"message", addendum.at("message")},
                                   {"fields", addendum.at("fields")}});
  }
  return carried;
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
    files.push_back(json::object{{"id", text_or_null(entry->id)},
                                 {"file_id", text_or_null(entry->file_id)},
                                 {"name", entry->name},
                                 {"status", name(entry->status)},
                                 {"records", entry->progress.records.load()},
                                 {"done", entry->progress.done.load()}});
  }
  json::object body;
  body["files"] = std::move(files);
  co_return json_answer(200, body);
}

Awaitable<ApiResponse> get_clearing_file(Api& api, const ApiRequest& request) {
  const std::string_view format = request.query_value("format");
  if (!format.empty() && format != "json" && format != "html") {
    co_return problem(400, "bad_query", "'format' must be json or html.");
  }
  const auto entry = api.clearing.find(request.parameter);
  if (!entry) co_return unknown_file();
  const auto summary = read_small_file(
      clearing::RunLog::summary_file(clearing::runs_folder(api.core.config), entry->id));
  if (!summary) co_return unknown_file();
  ApiResponse response;
  response.body = *summary;
  if (format == "html") {
    response.body = clearing_report_page(json::parse(*summary).as_object());
    response.content_type = "text/html; charset=utf-8";
  }
  co_return response;
}

Awaitable<ApiResponse> get_clearing_records(Api& api, const ApiRequest& request) {
  const std::string_view outcome = request.query_value("outcome");
  const std::string_view cursor = request.query_value("cursor");
  std::uint64_t from = 0;
  const char* const end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, from);
  if (!cursor.empty() && (error != std::errc{} || stop != end)) {
    co_return problem(400, "bad_query", "'cursor' must be the next_cursor of an earlier answer.");
  }
  if (!is_outcome(outcome)) {
    co_return problem(400, "bad_query",
                      "'outcome' must be posted, matched, unmatched, duplicate, rejected or "
                      "recorded.");
  }
  const auto entry = api.clearing.find(request.parameter);
  if (!entry) co_return unknown_file();
  std::ifstream lines(
      clearing::RunLog::records_file(clearing::runs_folder(api.core.config), entry->id),
      std::ios::binary);
  lines.seekg(static_cast<std::streamoff>(from));
  json::array records;
  json::value next;
  // A page ends where it has looked at enough, too: what is asked for may be rare.
  std::size_t seen = 0;
  for (std::string line; std::getline(lines, line);) {
    from += line.size() + 1;
    boost::system::error_code no_json;
    json::value record = json::parse(line, no_json);
    if (no_json || !record.is_object()) break;
    const std::string_view found(record.get_object().at("outcome").as_string());
    if (fits_outcome(found, outcome)) records.push_back(std::move(record));
    if (records.size() == records_per_page || ++seen == records_seen_max) {
      next = std::to_string(from);
      break;
    }
  }
  co_return json_answer(200, {{"records", std::move(records)}, {"next_cursor", std::move(next)}});
}

Awaitable<ApiResponse> get_clearing_record(Api& api, const ApiRequest& request) {
  const auto identity = clearing::parse_record_key(request.parameter);
  std::optional<engine::ClearingRecordView> record;
  if (identity) {
    const bool seen = co_await api.caller.inspect(
        [&](const engine::View& view) { record = view.clearing_record(*identity); });
    if (!seen) co_return unavailable(api);
  }
  if (!record) co_return problem(404, "unknown_record", "There is no such clearing record.");
  co_return json_answer(
      200, clearing_record_json(request.parameter, *record, carried_with(api, *record)));
}

}  // namespace holdfast::http
