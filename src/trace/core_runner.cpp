#include "trace/core_runner.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <thread>

#include "security/secret_file.hpp"
#include "trace/exported_batch.hpp"
#include "trace/json_matcher.hpp"

namespace holdfast::trace {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Two rounds of the desk, and a little: what has not happened by then waits for something.
constexpr milliseconds two_rounds{500};
constexpr mode_t exchange_mode = 0640;

bool wait_until(milliseconds patience, const std::function<bool()>& is_so) {
  const auto deadline = steady_clock::now() + patience;
  while (!is_so()) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

// One line of an answer.
std::string answer_line(const std::string& batch, std::size_t item, const CoreVerdict& verdict) {
  json::object line = {{"batch_id", batch},
                       {"item_id", fmt::format("{}-{}", batch, item)},
                       {"status", verdict.accepted ? "accepted" : "rejected"}};
  if (!verdict.accepted) line["reason"] = verdict.reason;
  return json::serialize(line) + "\n";
}

// The name under which the switch puts a file aside: one of this name may have come before.
fs::path free_name(const fs::path& folder, const std::string& name) {
  fs::path file = folder / name;
  for (int copy = 2; fs::exists(file); ++copy) {
    file = folder / fmt::format("{}.{}", name, copy);
  }
  return file;
}

// Why a file was put aside; empty where it was not.
std::string refusal_of(const fs::path& put_aside, milliseconds patience) {
  if (!fs::exists(put_aside)) return {};
  const fs::path error = put_aside.string() + ".error";
  wait_until(patience, [&error] { return fs::exists(error); });
  const auto reason = read_small_file(error);
  return reason ? reason->substr(0, reason->find('\n')) : "no reason was given";
}

std::string told(const std::string& refusal) {
  return refusal.empty() ? "taken" : fmt::format("refused with '{}'", refusal);
}

}  // namespace

fs::path CoreRunner::exported_file(const std::string& batch) const {
  return folder_ / "outbox" / (batch + ".jsonl");
}

std::optional<std::string> CoreRunner::wait_for_export(const std::string& batch) const {
  const fs::path file = exported_file(batch);
  if (!wait_until(patience_, [&file] { return fs::exists(file); })) return std::nullopt;
  auto content = read_small_file(file);
  if (!content) return std::nullopt;
  return std::move(*content);
}

StepOutcome CoreRunner::run(const CheckExport& check) {
  const auto batch = fill_variables(check.batch, memory_);
  if (!batch) return StepOutcome::stop(batch.error().text());
  if (check.is_absent) {
    std::this_thread::sleep_for(two_rounds);
    if (!fs::exists(exported_file(*batch))) return {};
    return StepOutcome::difference(fmt::format("expected no {} in the outbox", *batch));
  }
  const auto content = wait_for_export(*batch);
  if (!content) return StepOutcome::difference(fmt::format("{} is not in the outbox", *batch));
  StepOutcome outcome = compare_export(check, *batch, *content);
  if (check.is_unchanged) {
    const auto before = found_.find(*batch);
    if (before == found_.end()) {
      return StepOutcome::stop(fmt::format("{} was not looked at before", *batch));
    }
    if (before->second != *content) {
      outcome.differences.push_back(fmt::format("{} has other bytes than before", *batch));
    }
  }
  found_[*batch] = *content;
  return outcome;
}

StepOutcome CoreRunner::compare_export(const CheckExport& check, const std::string& batch,
                                       const std::string& content) {
  const auto exported = read_export(content);
  if (!exported) {
    return StepOutcome::difference(fmt::format("{}: {}", batch, exported.error().text()));
  }
  StepOutcome outcome;
  outcome.differences = contradictions(batch, *exported);
  const auto compare = [&](const std::vector<JsonExpectation>& expected, const json::value& got,
                           const std::string& name, const AmountCurrency& currency_of) {
    Captures captures;
    for (Difference& d : compare_json(expected, got, memory_, captures, currency_of)) {
      d.what = fmt::format("{} {}", name, d.what);
      outcome.differences.push_back(to_string(d));
    }
    memory_.variables.merge(captures);
  };
  compare(check.head, exported->head, batch, amounts_of_head());
  for (const ExportedItems& expected : check.items) {
    for (int number = expected.first; number <= expected.last; ++number) {
      const std::string name = fmt::format("{}-{}", batch, number);
      if (static_cast<std::size_t>(number) > exported->items.size()) {
        outcome.differences.push_back(fmt::format("there is no item {}", name));
        continue;
      }
      const json::value& item = exported->items[static_cast<std::size_t>(number) - 1];
      compare(expected.fields, item, name, amounts_of_item(item));
    }
  }
  return outcome;
}

StepOutcome CoreRunner::run(const RemoveExport& remove) {
  const auto batch = fill_variables(remove.batch, memory_);
  if (!batch) return StepOutcome::stop(batch.error().text());
  std::error_code failure;
  if (fs::remove(exported_file(*batch), failure)) return {};
  return StepOutcome::difference(fmt::format("{} is not in the outbox", *batch));
}

StepOutcome CoreRunner::run(const AnswerBatch& answer) {
  const auto batch = fill_variables(answer.batch, memory_);
  if (!batch) return StepOutcome::stop(batch.error().text());
  const auto file = fill_variables(answer.file, memory_);
  if (!file) return StepOutcome::stop(file.error().text());
  std::map<std::size_t, CoreVerdict> verdicts;
  for (const CoreItemAnswer& said : answer.items) {
    for (int item = said.first; item <= said.last; ++item) {
      verdicts[static_cast<std::size_t>(item)] = said.verdict;
    }
  }
  if (answer.others) {
    const auto content = wait_for_export(*batch);
    if (!content) return StepOutcome::stop(fmt::format("{} is not in the outbox", *batch));
    const auto exported = read_export(*content);
    if (!exported) return StepOutcome::stop(fmt::format("{}: {}", *batch, exported.error().text()));
    for (std::size_t item = 1; item <= exported->items.size(); ++item) {
      verdicts.emplace(item, *answer.others);
    }
  }
  std::string lines;
  for (const auto& [item, verdict] : verdicts) lines += answer_line(*batch, item, verdict);
  return send(*file, lines, answer.reception);
}

StepOutcome CoreRunner::run(const SendCoreBalances& balances) {
  const auto last_batch = fill_variables(balances.last_batch, memory_);
  if (!last_batch) return StepOutcome::stop(last_batch.error().text());
  std::string lines;
  for (const CoreBalanceLine& balance : balances.balances) {
    json::object line = {{"account_id", balance.account},
                         {"booked", balance.booked.amount},
                         {"currency", balance.booked.currency.alpha()},
                         {"last_batch_id", nullptr}};
    if (!last_batch->empty()) line["last_batch_id"] = *last_batch;
    lines += json::serialize(line) + "\n";
  }
  return send(balances.file, lines, balances.reception);
}

StepOutcome CoreRunner::run(const SendCoreFile& file) {
  const auto content = fill_variables(file.content, memory_);
  if (!content) return StepOutcome::stop(content.error().text());
  return send(file.file, *content, file.reception);
}

StepOutcome CoreRunner::send(const std::string& name, const std::string& content,
                             const CoreReception& expected) {
  const fs::path file = folder_ / "inbox" / name;
  if (fs::exists(file)) return StepOutcome::stop(fmt::format("{} is in the inbox already", name));
  const fs::path put_aside = free_name(folder_ / "inbox" / "failed", name);
  if (const auto written = write_whole_file(file, content, exchange_mode); !written) {
    return StepOutcome::stop(written.error().text);
  }
  // While the desk is at work on it, it lies in taking/.
  const auto is_dealt_with = [&file, taken = folder_ / "inbox" / "taking" / name] {
    return !fs::exists(file) && !fs::exists(taken);
  };
  if (expected.waits) {
    if (!wait_until(two_rounds, is_dealt_with)) return {};
    return StepOutcome::difference(fmt::format("expected {} to wait, it was {}", name,
                                               told(refusal_of(put_aside, patience_))));
  }
  if (!wait_until(patience_, is_dealt_with)) {
    return StepOutcome::difference(
        fmt::format("{} was not read within {} ms", name, patience_.count()));
  }
  const std::string refusal = refusal_of(put_aside, patience_);
  if (refusal == expected.refusal) return {};
  return StepOutcome::difference(
      fmt::format("expected {} to be {}, it was {}", name, told(expected.refusal), told(refusal)));
}

}  // namespace holdfast::trace
