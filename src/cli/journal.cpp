#include "engine/journal.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "cli/commands.hpp"
#include "cli/failure.hpp"
#include "cli/json_text.hpp"
#include "cli/progress_line.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

struct JournalOptions {
  std::string data_dir;
  std::string archive;
  bool json = false;
};

engine::MinorUnits sum_of(const engine::LedgerView& ledger) {
  engine::MinorUnits sum = ledger.customers;
  for (const engine::MinorUnits balance : ledger.internal) sum += balance;
  return sum;
}

void print_report_json(const engine::VerifyReport& report) {
  json::object currencies;
  for (const engine::LedgerView& ledger : report.ledger) {
    currencies[ledger.currency.alpha()] =
        json::object{{"customers", ledger.customers}, {"sum", sum_of(ledger)}};
  }
  json::object body = {{"batches", report.batches},
                       {"events", report.events},
                       {"accounts", report.accounts},
                       {"cards", report.cards},
                       {"holds", report.holds},
                       {"movements", report.movements},
                       {"store_sequence", report.store_sequence},
                       {"torn_tail", nullptr},
                       {"currencies", std::move(currencies)}};
  if (!report.torn_tail.empty()) body["torn_tail"] = report.torn_tail;
  print_json(body);
}

void print_report(const engine::VerifyReport& report) {
  std::vector<std::pair<std::string, std::string>> rows = {
      {"batches", std::to_string(report.batches)},
      {"events", std::to_string(report.events)},
      {"accounts", std::to_string(report.accounts)},
      {"cards", std::to_string(report.cards)},
      {"holds", std::to_string(report.holds)},
      {"movements", std::to_string(report.movements)},
      {"store", fmt::format("equal to the journal at event {}", report.store_sequence)}};
  for (const engine::LedgerView& ledger : report.ledger) {
    rows.emplace_back(fmt::format("ledger {}", ledger.currency.alpha()),
                      fmt::format("customers have {}, all accounts sum to {}",
                                  engine::format_amount(ledger.customers, ledger.currency),
                                  engine::format_amount(sum_of(ledger), ledger.currency)));
  }
  if (!report.torn_tail.empty()) rows.emplace_back("torn tail", report.torn_tail);
  print_rows(rows);
}

int verify(const JournalOptions& options) {
  constexpr std::string_view command = "journal verify";
  ProgressLine progress;
  const auto report = engine::verify_journal(
      options.data_dir,
      [&progress](std::uint64_t events) { progress.show(fmt::format("{} events", events)); },
      options.archive);
  progress.clear();
  if (!report) return fail(command, {exit_failed, report.error().detail});
  if (options.json) {
    print_report_json(*report);
  } else {
    print_report(*report);
  }
  for (const engine::LedgerView& ledger : report->ledger) {
    if (sum_of(ledger) == 0) continue;
    return fail(command, {exit_failed, fmt::format("the ledger of {} does not sum to zero",
                                                   ledger.currency.alpha())});
  }
  return exit_success;
}

int dump(const JournalOptions& options) {
  const auto dumped = engine::dump_journal(
      options.data_dir,
      [](std::string_view line) {
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fputc('\n', stdout);
      },
      options.archive);
  std::fflush(stdout);
  if (!dumped) return fail("journal dump", {exit_failed, dumped.error().detail});
  return exit_success;
}

}  // namespace

void add_journal_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<JournalOptions>();
  const std::string folder = "The data folder of a stopped switch";
  CLI::App* group = app.add_subcommand("journal", "The journal of a stopped switch: verify, dump");
  group->require_subcommand(1);

  CLI::App* check = group->add_subcommand(
      "verify", "Checks the hash chain, rebuilds the state from zero and compares the store");
  check->add_option("dir", options->data_dir, folder)->required();
  check->add_flag("--json", options->json, "As JSON, amounts in minor units");
  check->footer("Example:\n  holdfast journal verify data");
  check->callback([options, &action] { action = [options] { return verify(*options); }; });

  CLI::App* print = group->add_subcommand("dump", "Prints every event as a line of JSON");
  print->add_option("dir", options->data_dir, folder)->required();
  print->footer("Example:\n  holdfast journal dump data | tail -n 5");
  for (CLI::App* leaf : {check, print}) {
    leaf->add_option("--archive", options->archive,
                     "Where the archive is now; else where the switch had it last");
  }
  print->callback([options, &action] { action = [options] { return dump(*options); }; });
}

}  // namespace holdfast::cli
