#include "core_banking/desk.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "core_banking/batch_file.hpp"
#include "security/secret_file.hpp"

namespace holdfast::core_banking {
namespace {

constexpr std::chrono::milliseconds interval{200};
// The engine answers others between these.
constexpr std::size_t items_at_once = 1000;
constexpr std::size_t balances_at_once = 1000;
constexpr std::size_t answers_at_once = 30'000;
constexpr mode_t report_mode = 0640;

// Nobody can say: the same again later.
bool is_stopped(engine::Decline decline) {
  return decline == engine::Decline::halted || decline == engine::Decline::failed ||
         decline == engine::Decline::overloaded;
}

}  // namespace

CoreDesk::CoreDesk(const Core& core, std::unique_ptr<CoreAdapter> adapter)
    : core_(core),
      engine_(core),
      adapter_(std::move(adapter)),
      reports_(core.config.data_dir / "core" / "reports") {}

CoreDesk::~CoreDesk() {
  stop();
}

void CoreDesk::start() {
  thread_ = std::thread([this] { run(); });
}

void CoreDesk::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wanted_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void CoreDesk::run_round(std::function<void()> ended) {
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back(std::move(ended));
      wanted_.notify_one();
      return;
    }
  }
  ended();
}

void CoreDesk::deliver_again(const engine::BatchId& batch, std::function<void()> ended) {
  {
    std::lock_guard lock(mutex_);
    again_.push_back(batch);
  }
  run_round(std::move(ended));
}

std::string CoreDesk::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

std::optional<BalanceReport> CoreDesk::last_balances() const {
  std::lock_guard lock(mutex_);
  return last_balances_;
}

void CoreDesk::run() {
  for (bool last = false; !last;) {
    std::vector<std::function<void()>> ended;
    std::vector<engine::BatchId> again;
    {
      std::unique_lock lock(mutex_);
      wanted_.wait_for(lock, interval, [this] { return stopping_ || !waiting_.empty(); });
      ended.swap(waiting_);
      again.swap(again_);
      last = stopping_;
    }
    if (!last) round(again);
    for (const auto& tell : ended) tell();
  }
}

void CoreDesk::round(const std::vector<engine::BatchId>& again) {
  engine_.execute(engine::CloseDueBatch{});
  export_waiting();
  receive();
  for (const engine::BatchId& id : again) {
    std::optional<engine::BatchView> batch;
    engine_.inspect([&](const engine::View& view) { batch = view.batch(id); });
    if (batch) deliver(*batch);
  }
}

void CoreDesk::receive() {
  const std::vector<std::string> names = adapter_->waiting();
  if (names.empty()) return;
  bool is_open = false;
  if (!engine_.inspect([&is_open](const engine::View& view) { is_open = view.core().is_open; })) {
    return;
  }
  for (const std::string& name : names) {
    // Balances are the day's: they wait for it.
    if (has_balances(name) && !is_open) continue;
    if (!take(name)) return;
  }
}

bool CoreDesk::take(const std::string& name) {
  auto text = adapter_->read(name);
  Outcome<Taken> outcome = Taken::later;
  if (!text) {
    outcome = text.error();
  } else {
    outcome = has_balances(name) ? take_balances(name, *text) : take_answers(*text);
  }
  Outcome<void> moved;
  if (!outcome) {
    spdlog::error("core: {} is refused: {}", name, outcome.error().text);
    moved = adapter_->refused(name, outcome.error().text);
  } else if (*outcome == Taken::done) {
    spdlog::info("core: {} is taken", name);
    moved = adapter_->taken(name);
  }
  if (!moved) spdlog::error("core: {}", moved.error().text);
  return !outcome || *outcome != Taken::stopped;
}

// Core banking has it already, perhaps: a crash came between the file and the word of it.
bool CoreDesk::waits_for_export(const engine::BatchId& id) {
  std::optional<engine::BatchView> batch;
  engine_.inspect([&](const engine::View& view) { batch = view.batch(id); });
  return batch && batch->is_queued;
}

Outcome<CoreDesk::Taken> CoreDesk::take_answers(std::string_view text) {
  auto answers = parse_answers(text);
  if (!answers) return answers.error();
  for (std::size_t from = 0; from < answers->items.size();) {
    const std::size_t to = std::min(from + answers_at_once, answers->items.size());
    engine::AnswerItems command;
    command.answers.assign(answers->items.begin() + static_cast<std::ptrdiff_t>(from),
                           answers->items.begin() + static_cast<std::ptrdiff_t>(to));
    const engine::Decision decision = engine_.execute(std::move(command));
    if (is_stopped(decision.decline)) return Taken::stopped;
    if (decision.decline == engine::Decline::batch_not_closed &&
        waits_for_export(answers->items[from + decision.item].batch)) {
      return Taken::later;
    }
    if (!decision.approved()) {
      return Error{fmt::format("line {}: {}", answers->lines[from + decision.item],
                               engine::name(decision.decline))};
    }
    from = to;
  }
  return Taken::done;
}

Outcome<CoreDesk::Taken> CoreDesk::take_balances(const std::string& name, std::string_view text) {
  auto groups = parse_balances(text);
  if (!groups) return groups.error();
  BalanceReport report;
  report.name = name;
  report.taken_at = core_.clock.now();
  for (const BalanceGroup& group : *groups) {
    if (waits_for_export(group.last_batch)) return Taken::later;
  }
  for (const BalanceGroup& group : *groups) {
    auto taken = take_group(group, report);
    if (!taken || *taken != Taken::done) return taken;
  }
  spdlog::info("core: {} balances, {} agree, {} adjusted, {} refused", report.accounts,
               report.agreed, report.adjusted, report.refused);
  keep(report);
  return Taken::done;
}

// A file of the same name may have come before, or the same one before a crash.
void CoreDesk::keep(const BalanceReport& report) {
  std::filesystem::path file = reports_ / (report.name + ".json");
  for (int copy = 2; std::filesystem::exists(file); ++copy) {
    file = reports_ / fmt::format("{}.{}.json", report.name, copy);
  }
  auto kept = write_whole_file(file, to_json(report) + "\n", report_mode);
  if (!kept) spdlog::error("core: {}", kept.error().text);
  std::lock_guard lock(mutex_);
  last_balances_ = report;
}

// A balance that cannot be taken does not stop the others: the report names it.
Outcome<CoreDesk::Taken> CoreDesk::take_group(const BalanceGroup& group, BalanceReport& report) {
  for (std::size_t from = 0; from < group.balances.size(); from += balances_at_once) {
    const std::size_t to = std::min(from + balances_at_once, group.balances.size());
    engine::TakeCoreBalances asked{group.last_batch, {}};
    asked.balances.assign(group.balances.begin() + static_cast<std::ptrdiff_t>(from),
                          group.balances.begin() + static_cast<std::ptrdiff_t>(to));
    std::vector<engine::CoreDifference> differences;
    const bool seen = engine_.inspect(
        [&](const engine::View& view) { differences = view.core_differences(asked); });
    if (!seen) return Taken::stopped;
    engine::TakeCoreBalances command{group.last_batch, {}};
    for (std::size_t i = 0; i < asked.balances.size(); ++i) {
      if (differences[i].refusal == engine::Decline::none && !differences[i].is_outdated) {
        command.balances.push_back(asked.balances[i]);
      }
    }
    const engine::Decision decision = engine_.execute(std::move(command));
    if (is_stopped(decision.decline)) return Taken::stopped;
    for (std::size_t i = 0; i < asked.balances.size(); ++i) {
      if (!decision.approved() && differences[i].refusal == engine::Decline::none) {
        differences[i].refusal = decision.decline;
      }
      report.add(asked.balances[i], differences[i]);
    }
  }
  return Taken::done;
}

void CoreDesk::export_waiting() {
  for (;;) {
    std::optional<engine::BatchView> batch;
    const bool seen = engine_.inspect([&batch](const engine::View& view) {
      if (view.core().is_open) batch = view.first_to_export();
    });
    if (!seen || !batch || !deliver(*batch)) return;
    if (!engine_.execute(engine::ConfirmExport{batch->number}).approved()) return;
  }
}

bool CoreDesk::deliver(const engine::BatchView& batch) {
  BatchFile file(batch);
  for (std::uint32_t after = 0; after < batch.items;) {
    std::vector<engine::BatchItemView> items;
    const bool seen = engine_.inspect([&](const engine::View& view) {
      items = view.batch_items(batch.number, after, items_at_once);
    });
    if (!seen) return false;
    for (const engine::BatchItemView& item : items) file.add(item);
    after += static_cast<std::uint32_t>(items.size());
  }
  const Outcome<void> delivered = adapter_->deliver(batch.id.view(), file.text());
  tell_failure(delivered ? std::string() : delivered.error().text);
  return delivered.has_value();
}

// Once, however many rounds it lasts.
void CoreDesk::tell_failure(std::string reason) {
  std::lock_guard lock(mutex_);
  if (reason == failure_) return;
  if (!reason.empty()) spdlog::error("core: cannot export: {}", reason);
  failure_ = std::move(reason);
}

}  // namespace holdfast::core_banking
