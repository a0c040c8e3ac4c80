#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/progress_line.hpp"
#include "http/file_upload.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds poll_interval{300};

struct ClearingOptions {
  ApiOptions api;
  std::string file;
  std::string format;
  std::string idempotency_key;
  bool json = false;
};

// Tells on a terminal how far the switch is with the file.
class Watch {
 public:
  Watch(ProgressLine& progress, const ApiLocation& location) : progress_(progress) {
    if (!progress.is_shown()) return;
    auto api = connect(location);
    if (!api) return;
    thread_ = std::jthread([this, api = std::make_shared<http::ApiClient>(std::move(*api))](
                               const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        poll(*api);
        std::this_thread::sleep_for(poll_interval);
      }
    });
  }

 private:
  void poll(http::ApiClient& api) {
    const auto answer = call(api, "GET", "/v1/clearing-files");
    if (!answer) return;
    const json::value* files = answer->if_contains("files");
    if (files == nullptr || !files->is_array()) return;
    for (const json::value& item : files->get_array()) {
      const json::object& file = item.as_object();
      if (text_of(file, "status") != "running") continue;
      progress_.show(fmt::format("{}: {} of {} records", text_of(file, "name"),
                                 text_of(file, "done"), text_of(file, "records")));
      return;
    }
  }

  ProgressLine& progress_;
  std::jthread thread_;
};

std::string amounts_text(const json::object& report, std::string_view key) {
  std::string text;
  const json::value* amounts = report.if_contains(key);
  if (amounts == nullptr || !amounts->is_object()) return "none";
  for (const auto& [currency, amount] : amounts->get_object()) {
    if (!text.empty()) text += ", ";
    text += amount_text(amount.as_int64(), currency);
  }
  return text.empty() ? std::string("none") : text;
}

void print_report(const json::object& report) {
  print_rows({{"file", text_of(report, "file_id")},
              {"records", text_of(report, "records")},
              {"posted", text_of(report, "posted")},
              {"matched", text_of(report, "matched")},
              {"unmatched", text_of(report, "unmatched")},
              {"duplicates", text_of(report, "duplicates")},
              {"rejected", text_of(report, "rejected")},
              {"recorded", text_of(report, "recorded")},
              {"posted amounts", amounts_text(report, "posted_amounts")},
              {"fx result", amounts_text(report, "fx_result")}});
  const json::array& exceptions = report.at("exceptions").as_array();
  if (exceptions.empty()) return;
  fmt::print("\n");
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : exceptions) {
    const json::object& exception = item.as_object();
    rows.push_back(
        {text_of(exception, "record"), text_of(exception, "code"), text_of(exception, "detail")});
  }
  print_table({"record", "exception", "detail"}, rows);
}

Result<json::object> upload(const ClearingOptions& options) {
  const auto location = find_api(options.api);
  if (!location) return location.error();
  auto token = read_token(*location);
  if (!token) return token.error();
  const std::string name = std::filesystem::path(options.file).filename().string();
  http::UploadTarget target{location->address, std::move(*token),
                            "/v1/clearing-files?name=" + percent_encoded(name)};
  if (!options.format.empty()) target.target += "&format=" + percent_encoded(options.format);
  std::vector<http::Header> headers;
  if (!options.idempotency_key.empty()) {
    headers.push_back({"Idempotency-Key", options.idempotency_key});
  }
  ProgressLine progress;
  std::optional<Watch> watch;
  std::error_code ignored;
  const std::uint64_t size = std::filesystem::file_size(options.file, ignored);
  const auto response = http::upload_file(target, options.file, headers, [&](std::uint64_t sent) {
    if (sent < size) return progress.show(fmt::format("{}: {} of {} bytes sent", name, sent, size));
    if (!watch) watch.emplace(progress, *location);
  });
  watch.reset();
  progress.clear();
  if (!response) return Failure{exit_failed, response.error()};
  return read_answer(*response);
}

int ingest(const ClearingOptions& options) {
  const auto report = upload(options);
  if (!report) return fail("clearing ingest", report.error());
  if (options.json) {
    print_json(*report);
  } else {
    print_report(*report);
  }
  return exit_success;
}

struct RunOptions {
  ApiOptions api;
  std::string id;
  std::string outcome;
  bool html = false;
  bool json = false;
};

void print_runs(const json::object& list) {
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : list.at("files").as_array()) {
    const json::object& file = item.as_object();
    rows.push_back({text_of(file, "id"), text_of(file, "name"), text_of(file, "status"),
                    text_of(file, "records"), text_of(file, "file_id")});
  }
  print_table({"run", "name", "status", "records", "file"}, rows);
}

int list_runs(const RunOptions& options) {
  return show("clearing list", call_once(options.api, "GET", "/v1/clearing-files"), options.json,
              print_runs);
}

void print_recorded(const json::array& messages) {
  if (messages.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : messages) {
    const json::object& sum = item.as_object();
    const bool moves_money = !sum.at("currency").is_null();
    rows.push_back({text_of(sum, "category"), text_of(sum, "records"),
                    moves_money ? amount_text(sum, "credits") : "",
                    moves_money ? amount_text(sum, "debits") : ""});
  }
  fmt::print("\n");
  print_table({"recorded", "records", "credit to the bank", "debit to the bank"}, rows);
}

void print_run(const json::object& run) {
  print_rows({{"run", text_of(run, "id")},
              {"name", text_of(run, "name")},
              {"format", text_of(run, "format")},
              {"done at", text_of(run, "finished_at")}});
  fmt::print("\n");
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : run.at("categories").as_array()) {
    const json::object& sum = item.as_object();
    rows.push_back({text_of(sum, "category"), text_of(sum, "records"), text_of(sum, "matched"),
                    text_of(sum, "unmatched"), amount_text(sum, "posted")});
  }
  print_table({"category", "records", "matched", "unmatched", "posted, net debits"}, rows);
  print_recorded(run.at("recorded_messages").as_array());
  fmt::print("\n");
  print_report(run.at("report").as_object());
}

int show_run(const RunOptions& options) {
  const std::string target = "/v1/clearing-files/" + percent_encoded(options.id);
  if (!options.html) {
    return show("clearing show", call_once(options.api, "GET", target), options.json, print_run);
  }
  auto api = open_api(options.api);
  if (!api) return fail("clearing show", api.error());
  const auto page = api->request("GET", target + "?format=html", {}, {});
  if (!page) return fail("clearing show", {exit_failed, page.error()});
  if (page->status != 200) return fail("clearing show", read_answer(*page).error());
  fmt::print("{}", page->body);
  return exit_success;
}

// What a recorded message says, or who the merchant is.
std::string text_for(const json::object& record) {
  const json::value* fields = record.if_contains("fields");
  if (fields == nullptr) return text_of(record, "merchant_name");
  std::string text;
  for (const json::value& item : fields->as_array()) {
    const json::object& field = item.as_object();
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", text_of(field, "name"), text_of(field, "text"));
  }
  return text;
}

std::vector<std::string> record_row(const json::object& record) {
  std::string category = text_of(record, "category");
  if (record.contains("addendum_to")) category += " to " + text_of(record, "addendum_to");
  const char* const code = record.contains("message") ? "message" : "code";
  return {text_of(record, "record"),
          text_of(record, "outcome"),
          category,
          record.contains("amount") ? amount_text(record, "amount") : "",
          text_of(record, "match"),
          text_of(record, code),
          text_of(record, "key"),
          text_for(record)};
}

int list_records(const RunOptions& options) {
  constexpr std::string_view command = "clearing records";
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  std::string cursor;
  std::vector<std::vector<std::string>> rows;
  do {
    const auto page = call(*api, "GET",
                           fmt::format("/v1/clearing-files/{}/records?outcome={}&cursor={}",
                                       percent_encoded(options.id), options.outcome, cursor));
    if (!page) return fail(command, page.error());
    for (const json::value& item : page->at("records").as_array()) {
      const json::object& record = item.as_object();
      if (options.json) {
        print_json(record);
        continue;
      }
      rows.push_back(record_row(record));
    }
    cursor = text_of(*page, "next_cursor");
  } while (!cursor.empty());
  if (!options.json) {
    print_table({"record", "outcome", "category", "amount", "match", "code", "key", "text"}, rows);
  }
  return exit_success;
}

void add_run_commands(CLI::App& group, std::function<int()>& action) {
  auto options = std::make_shared<RunOptions>();
  const auto add = [&](const std::string& name, const std::string& description,
                       int (*run)(const RunOptions&)) {
    CLI::App* leaf = group.add_subcommand(name, description);
    leaf->add_flag("--json", options->json, "As JSON, amounts in minor units");
    add_api_options(*leaf, options->api);
    leaf->callback([options, &action, run] { action = [options, run] { return run(*options); }; });
    return leaf;
  };
  const std::string of_run = "The run's id, or the id of a file for its newest run";
  add("list", "Lists the runs of clearing files", list_runs)
      ->footer("Example:\n  holdfast clearing list --config holdfast.toml");
  CLI::App* one = add("show", "Shows a run: its report, and the money by category", show_run);
  one->add_option("id", options->id, of_run)->required();
  one->add_flag("--html", options->html, "As a page to print");
  one->footer("Example:\n  holdfast clearing show 0123456789abcdef-1 --html > night.html");
  CLI::App* records = add("records", "Lists what became of each record of a run", list_records);
  records->add_option("id", options->id, of_run)->required();
  records->add_option("--outcome", options->outcome, "Only these")
      ->check(
          CLI::IsMember({"posted", "matched", "unmatched", "duplicate", "rejected", "recorded"}));
  records->footer("Example:\n  holdfast clearing records 0123456789abcdef-1 --outcome rejected");
}

}  // namespace

void add_clearing_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ClearingOptions>();
  CLI::App* group = app.add_subcommand("clearing", "Clearing files: ingest, list, show, records");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand(
      "ingest", "Matches and posts a clearing file, prints the report; safe to run again");
  command->add_option("file", options->file, "The clearing file")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--format", options->format, "ipm, base2 or jsonl; else it is recognised")
      ->check(CLI::IsMember({"ipm", "base2", "jsonl"}));
  command->add_option("--idempotency-key", options->idempotency_key,
                      "The same key is answered with the first report again");
  command->add_flag("--json", options->json, "The report as JSON, amounts in minor units");
  add_api_options(*command, options->api);
  command->footer("Example:\n  holdfast clearing ingest night.ipm --config holdfast.toml");
  command->callback([options, &action] { action = [options] { return ingest(*options); }; });
  add_run_commands(*group, action);
}

}  // namespace holdfast::cli
