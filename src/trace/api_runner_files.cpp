// The part of ApiRunner that sends clearing files and any other call.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "trace/api_runner.hpp"
#include "trace/clearing_text.hpp"

namespace holdfast::trace {
namespace {

// "posted_amounts.RUB", "fx_result.EUR": the last part names the currency.
std::optional<engine::CurrencyCode> report_currency(std::string_view path) {
  if (!path.starts_with("posted_amounts.") && !path.starts_with("fx_result.")) return std::nullopt;
  return parse_currency(path.substr(path.find('.') + 1));
}

// PDS 0105: type, date, processor, and the statement's line as the number of the file.
std::string ipm_file_id(const IngestClearing& ingest, const TraceTime& now) {
  const std::string date = now.local_timestamp();
  return "002" + date.substr(2, 2) + date.substr(5, 2) + date.substr(8, 2) + "00000012345" +
         zero_filled(std::to_string(ingest.lines.front().line), 5);
}

}  // namespace

// --- Clearing -------------------------------------------------------------------------------

StepOutcome ApiRunner::load_clearing_file(const IngestClearing& ingest, ClearingFile& file) {
  if (!ingest.again.empty()) {
    file = clearing_files_[ingest.again];
    return {};
  }
  file.format = ingest.format;
  if (ingest.file.empty()) {
    auto text = write_clearing_text(ingest, memory_);
    if (text && file.format == "ipm") {
      text = ipm_from_jsonl(*text, ipm_file_id(ingest, memory_.now));
    } else if (text && file.format == "base2") {
      text = base2_from_jsonl(*text, memory_.now);
    }
    if (!text) return StepOutcome::stop(text.error().text());
    file.content = std::move(*text);
    return {};
  }
  std::ifstream stream(folder_ / ingest.file, std::ios::binary);
  if (!stream) {
    return StepOutcome::stop(fmt::format("{}: cannot be opened", (folder_ / ingest.file).string()));
  }
  file.content.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  return {};
}

StepOutcome ApiRunner::run(const IngestClearing& ingest) {
  ClearingFile file;
  StepOutcome outcome = load_clearing_file(ingest, file);
  if (!outcome.fatal.empty()) return outcome;
  const std::size_t size = file.content.size();
  if (size < static_cast<std::size_t>(ingest.cut_bytes)) {
    return StepOutcome::stop(fmt::format("the file has {} bytes", size));
  }
  const std::string_view sent =
      std::string_view(file.content).substr(0, size - static_cast<std::size_t>(ingest.cut_bytes));
  std::string target = "/v1/clearing-files?format=" + file.format;
  if (!ingest.listed_name.empty()) target += "&name=" + ingest.listed_name;
  const http::Header content_type{"Content-Type", "application/octet-stream"};
  Answer answer;
  outcome = ask("POST", target, sent, answer, {&content_type, 1});
  clearing_files_[ingest.name] = std::move(file);
  if (!outcome.fatal.empty()) return outcome;
  // A refused file is for the trace to expect; `expect status` sees it.
  report_last_ = answer.json;
  answer_last_ = std::move(answer);
  return {};
}

StepOutcome ApiRunner::run(const CheckReport& check) {
  if (!report_last_) return StepOutcome::stop("no clearing file was sent above");
  return compare(check.fields, *report_last_, "report ", report_currency);
}

// --- Any call -------------------------------------------------------------------------------

StepOutcome ApiRunner::run(const HttpCall& call) {
  auto target = fill_variables(call.target, memory_);
  if (!target) return StepOutcome::stop(target.error().text());
  auto body = fill_variables(call.body, memory_);
  if (!body) return StepOutcome::stop(body.error().text());
  std::vector<http::Header> headers;
  if (!call.idempotency_key.empty()) headers.push_back({"Idempotency-Key", call.idempotency_key});
  Answer answer;
  StepOutcome outcome = ask(call.method, *target, *body, answer, headers);
  answer_last_ = std::move(answer);
  return outcome;
}

StepOutcome ApiRunner::run(const ExpectStatus& expect) {
  if (!answer_last_) return StepOutcome::stop("no http statement stands above");
  StepOutcome outcome = compare(expect.fields, answer_last_->json, "");
  if (expect.replayed && !answer_last_->replayed) {
    outcome.differences.insert(outcome.differences.begin(),
                               "expected an answer given again, got a new one");
  }
  if (expect.status != answer_last_->status) {
    outcome.differences.insert(
        outcome.differences.begin(),
        fmt::format("expected status {}, got {}", expect.status, answer_last_->status));
  }
  return outcome;
}

}  // namespace holdfast::trace
