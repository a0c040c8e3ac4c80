// Batches and core banking, for the operator.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct BatchOptions {
  ApiOptions api;
  std::string id;
  std::string source;
  std::string move_to;
  std::string status;
  bool json = false;
};

void print_batch(const json::object& batch) {
  print_rows({{"batch", text_of(batch, "batch_id")},
              {"source", text_of(batch, "source")},
              {"status", text_of(batch, "status")},
              {"queued for export", text_of(batch, "queued")},
              {"opened", text_of(batch, "opened_at")},
              {"closed", text_of(batch, "closed_at")},
              {"exported", text_of(batch, "exported_at")},
              {"accepted", text_of(batch, "accepted_at")},
              {"items", text_of(batch, "items")},
              {"answered", text_of(batch, "answered")}});
  const json::value* problems = batch.if_contains("problems");
  if (problems == nullptr || problems->as_array().empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : problems->as_array()) {
    const json::object& problem = item.as_object();
    rows.push_back({text_of(problem, "item_id"), text_of(problem, "account_id"),
                    amount_text(problem, "amount"), text_of(problem, "kind"),
                    text_of(problem, "reference"), text_of(problem, "reason")});
  }
  fmt::print("\n");
  print_table({"problem", "account", "amount", "kind", "reference", "reason"}, rows);
}

void print_resolved(const json::object& resolved) {
  print_rows({{"item", text_of(resolved, "item_id")},
              {"action", text_of(resolved, "action")},
              {"new item", text_of(resolved, "new_item_id")},
              {"amount", amount_text(resolved, "amount")},
              {"account", text_of(resolved, "account_id")}});
}

void print_core(const json::object& core) {
  print_rows({{"core banking", text_of(core, "status")},
              {"since", text_of(core, "since")},
              {"exports waiting", text_of(core, "waiting_exports")},
              {"exported", text_of(core, "exports")},
              {"answered up to", text_of(core, "answered_exports")},
              {"export failure", text_of(core, "export_failure")},
              {"inbox failure", text_of(core, "inbox_failure")}});
}

std::string target_of(const BatchOptions& options, std::string_view action = {}) {
  return fmt::format("/v1/batches/{}{}", percent_encoded(options.id), action);
}

using Run = int (*)(const BatchOptions&);

int list_batches(const BatchOptions& options) {
  constexpr std::string_view command = "batch list";
  auto api = open_api(options.api);
  if (!api) return fail(command, api.error());
  std::string cursor;
  std::vector<std::vector<std::string>> rows;
  do {
    const auto page =
        call(*api, "GET", fmt::format("/v1/batches?status={}&cursor={}", options.status, cursor));
    if (!page) return fail(command, page.error());
    for (const json::value& item : page->at("batches").as_array()) {
      const json::object& batch = item.as_object();
      if (options.json) {
        print_json(batch);
        continue;
      }
      rows.push_back({text_of(batch, "batch_id"), text_of(batch, "source"),
                      text_of(batch, "status"), text_of(batch, "business_date"),
                      text_of(batch, "items"), text_of(batch, "answered"),
                      text_of(batch, "unresolved")});
    }
    cursor = text_of(*page, "next_cursor");
  } while (!cursor.empty());
  if (!options.json) {
    print_table({"batch", "source", "status", "business date", "items", "answered", "problems"},
                rows);
  }
  return exit_success;
}

int show_batch(const BatchOptions& options) {
  return show("batch show", call_once(options.api, "GET", target_of(options)), options.json,
              print_batch);
}
int open_batch(const BatchOptions& options) {
  json::object body = {{"batch_id", options.id}};
  if (!options.source.empty()) body["source"] = options.source;
  return show("batch open", call_once(options.api, "POST", "/v1/batches", json::serialize(body)),
              options.json, print_batch);
}
int close_batch(const BatchOptions& options) {
  return show("batch close", call_once(options.api, "POST", target_of(options, "/close")),
              options.json, print_batch);
}
int export_batch(const BatchOptions& options) {
  return show("batch export", call_once(options.api, "POST", target_of(options, "/export")),
              options.json, print_batch);
}
int delete_batch(const BatchOptions& options) {
  return show("batch delete", call_once(options.api, "DELETE", target_of(options)), options.json,
              print_batch);
}
int resolve(const BatchOptions& options, std::string_view command, std::string_view action,
            const std::string& body) {
  const std::string target =
      fmt::format("/v1/batch-items/{}/{}", percent_encoded(options.id), action);
  return show(command, call_once(options.api, "POST", target, body), options.json, print_resolved);
}
int retry_item(const BatchOptions& options) {
  return resolve(options, "batch retry", "retry", "");
}
int move_item(const BatchOptions& options) {
  return resolve(options, "batch move", "move",
                 json::serialize(json::object{{"account_id", options.move_to}}));
}
int undo_item(const BatchOptions& options) {
  return resolve(options, "batch undo", "undo", "");
}
int show_core(const BatchOptions& options) {
  return show("core show", call_once(options.api, "GET", "/v1/core"), options.json, print_core);
}
int close_day(const BatchOptions& options) {
  return show("core close-day", call_once(options.api, "POST", "/v1/core/close-day"), options.json,
              print_core);
}
int open_day(const BatchOptions& options) {
  return show("core open-day", call_once(options.api, "POST", "/v1/core/open-day"), options.json,
              print_core);
}

CLI::App* add_command(CLI::App& group, const std::string& name, const std::string& description,
                      const std::shared_ptr<BatchOptions>& options, std::function<int()>& action,
                      Run run) {
  CLI::App* leaf = group.add_subcommand(name, description);
  leaf->add_flag("--json", options->json, "As JSON, amounts in minor units");
  add_api_options(*leaf, options->api);
  leaf->callback([options, &action, run] { action = [options, run] { return run(*options); }; });
  return leaf;
}

}  // namespace

void add_batch_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* group = app.add_subcommand(
      "batch",
      "Batches to core banking: list, show, open, close, export, delete; retry, move, undo");
  group->require_subcommand(1);
  const auto of_batch = [&](const std::string& name, const std::string& description, Run run) {
    CLI::App* leaf = add_command(*group, name, description, options, action, run);
    leaf->add_option("id", options->id, "The batch's id")->required();
    leaf->footer(fmt::format("Example:\n  holdfast batch {} loans-7 --config holdfast.toml", name));
    return leaf;
  };
  const auto of_item = [&](const std::string& name, const std::string& description, Run run) {
    CLI::App* leaf = add_command(*group, name, description, options, action, run);
    leaf->add_option("item", options->id, "The rejected item's id, as 'batch show' tells it")
        ->required();
    leaf->footer(
        fmt::format("Example:\n  holdfast batch {} loans-7-3 --config holdfast.toml", name));
    return leaf;
  };
  CLI::App* list =
      add_command(*group, "list", "Lists batches, the newest first", options, action, list_batches);
  list->add_option("--status", options->status, "Only these")
      ->check(CLI::IsMember({"open", "closed", "exported", "accepted", "deleted"}));
  list->footer("Example:\n  holdfast batch list --status open --config holdfast.toml");
  of_batch("show", "Shows a batch, and its items that wait to be resolved", show_batch);
  of_batch("open", "Opens a batch; a posting to an unknown one does, too", open_batch)
      ->add_option("--source", options->source, "Which system's it is");
  of_batch("close", "Takes no more postings into it", close_batch);
  of_batch("export", "Hands it over to core banking, or again", export_batch);
  of_batch("delete", "Undoes the postings of an open batch", delete_batch);
  of_item("retry", "Puts a rejected item into the engine's next batch", retry_item);
  of_item("move", "Posts a rejected item to another account instead", move_item)
      ->add_option("--to", options->move_to, "That account's id")
      ->required();
  of_item("undo", "Takes a rejected item back", undo_item);
}

void add_core_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* group =
      app.add_subcommand("core", "Core banking's day and night: show, close-day, open-day");
  group->require_subcommand(1);
  add_command(*group, "show", "Whether core banking is open, and what waits for it", options,
              action, show_core)
      ->footer("Example:\n  holdfast core show --config holdfast.toml");
  add_command(*group, "close-day", "From now on nothing is exported", options, action, close_day)
      ->footer("Example:\n  holdfast core close-day --config holdfast.toml");
  add_command(*group, "open-day", "Exports what gathered, and takes core banking's balances",
              options, action, open_day)
      ->footer("Example:\n  holdfast core open-day --config holdfast.toml");
}

}  // namespace holdfast::cli
