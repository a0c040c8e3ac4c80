#include "core_banking/desk.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "core_banking/batch_file.hpp"
#include "core_banking/shown.hpp"
#include "engine/threads.hpp"
#include "security/secret_file.hpp"

namespace holdfast::core_banking {
namespace {

constexpr std::chrono::milliseconds interval{200};
// A batch is dear to gather: one that cannot be written is tried again ever more seldom.
constexpr std::chrono::milliseconds export_delay_max{60'000};
// The engine answers others between these.
constexpr std::size_t items_at_once = 100;
constexpr std::size_t balances_at_once = 100;
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

std::string CoreDesk::export_failure() const {
  std::lock_guard lock(mutex_);
  return export_failure_;
}

std::string CoreDesk::inbox_failure() const {
  std::lock_guard lock(mutex_);
  return inbox_failure_;
}

std::optional<BalanceReport> CoreDesk::last_balances() const {
  std::lock_guard lock(mutex_);
  return last_balances_;
}

void CoreDesk::run() {
  engine::enter_thread("core", engine::ThreadClass::background);
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
    if (!last) guarded_round(!ended.empty(), again);
    for (const auto& tell : ended) tell();
  }
}

// Whatever happens in one round, the switch goes on, and so does the next round.
void CoreDesk::guarded_round(bool is_asked, const std::vector<engine::BatchId>& again) {
  try {
    round(is_asked, again);
  } catch (const std::exception& failure) {
    tell(inbox_failure_, "a round ended early", failure.what());
  }
}

// Received before it is exported: what core banking says was said before it saw these batches.
void CoreDesk::round(bool is_asked, const std::vector<engine::BatchId>& again) {
  engine_.execute(engine::CloseDueBatch{});
  auto some_wait = receive();
  export_waiting(is_asked);
  if (some_wait && *some_wait) some_wait = receive();
  tell(inbox_failure_, "cannot receive", some_wait ? "" : some_wait.error().text);
  for (const engine::BatchId& id : again) {
    if (stopping_) return;
    std::optional<engine::BatchView> batch;
    engine_.inspect([&](const engine::View& view) { batch = view.batch(id); });
    if (batch) deliver(*batch);
  }
}

// One file after another: what follows a file that cannot be put away waits, so that at a restart
// nothing is told twice but the last.
Outcome<bool> CoreDesk::receive() {
  if (auto away = put_away(); !away) return away.error();
  auto names = adapter_->waiting();
  if (!names) return names.error();
  if (names->empty()) return false;
  bool is_open = false;
  if (!engine_.inspect([&is_open](const engine::View& view) { is_open = view.core().is_open; })) {
    return false;
  }
  // Balances find what is answered.
  std::stable_partition(names->begin(), names->end(),
                        [](const std::string& name) { return !has_balances(name); });
  bool some_wait = false;
  for (const std::string& name : *names) {
    // Balances are the day's: they wait for it.
    if (has_balances(name) && !is_open) continue;
    if (stopping_) return false;
    const auto taken = take(name);
    if (!taken) return taken.error();
    if (*taken == Taken::stopped) return false;
    some_wait = some_wait || *taken == Taken::later;
  }
  return some_wait;
}

Outcome<CoreDesk::Taken> CoreDesk::take(const std::string& sent_name) {
  const auto taken = adapter_->take(sent_name);
  if (!taken) return taken.error();
  const std::string& name = *taken;
  const auto text = adapter_->read(name);
  Outcome<Taken> outcome = Taken::later;
  if (!text) {
    outcome = text.error();
  } else {
    outcome = has_balances(name) ? take_balances(name, *text) : take_answers(*text);
  }
  if (outcome && *outcome != Taken::done) return outcome;
  dealt_ = Dealt{name, {}};
  if (outcome) {
    spdlog::info("core: {} is taken", shown(name));
  } else {
    dealt_->refusal = outcome.error().text;
    spdlog::error("core: {} is refused: {}", shown(name), shown(outcome.error().text));
  }
  if (auto away = put_away(); !away) return away.error();
  return Taken::done;
}

Outcome<void> CoreDesk::put_away() {
  if (!dealt_) return {};
  auto away = dealt_->refusal ? adapter_->refused(dealt_->name, *dealt_->refusal)
                              : adapter_->accepted(dealt_->name);
  if (away) dealt_.reset();
  return away;
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
    if (stopping_) return Taken::stopped;
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
  const auto kept = write_whole_file(free_name(reports_, report.name, ".json"),
                                     boost::json::serialize(to_object(report)) + "\n", report_mode);
  if (!kept) spdlog::error("core: {}", shown(kept.error().text));
  std::lock_guard lock(mutex_);
  last_balances_ = report;
}

// A balance that cannot be taken does not stop the others: the report names it.
Outcome<CoreDesk::Taken> CoreDesk::take_group(const BalanceGroup& group, BalanceReport& report) {
  for (std::size_t from = 0; from < group.balances.size(); from += balances_at_once) {
    if (stopping_) return Taken::stopped;
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

void CoreDesk::export_waiting(bool is_asked) {
  if (!is_asked && std::chrono::steady_clock::now() < next_export_) return;
  while (!stopping_) {
    std::optional<engine::BatchView> batch;
    const bool seen = engine_.inspect([&batch](const engine::View& view) {
      if (view.core().is_open) batch = view.first_to_export();
    });
    if (!seen || !batch) return;
    if (!deliver(*batch)) {
      export_delay_ = std::clamp(2 * export_delay_, interval, export_delay_max);
      next_export_ = std::chrono::steady_clock::now() + export_delay_;
      return;
    }
    export_delay_ = {};
    if (!engine_.execute(engine::ConfirmExport{batch->number}).approved()) return;
  }
}

bool CoreDesk::deliver(const engine::BatchView& batch) {
  const auto written = write(batch);
  tell(export_failure_, "cannot export", written ? "" : written.error().text);
  return written.has_value();
}

Outcome<void> CoreDesk::write(const engine::BatchView& batch) {
  if (auto prepared = adapter_->prepare(batch.id.view()); !prepared) return prepared;
  BatchFile file(batch);
  for (std::uint32_t after = 0; after < batch.items;) {
    std::vector<engine::BatchItemView> items;
    const bool seen = !stopping_ && engine_.inspect([&](const engine::View& view) {
      items = view.batch_items(batch.number, after, items_at_once);
    });
    if (!seen) return Error{};  // the switch stops: nothing to be told
    for (const engine::BatchItemView& item : items) file.add(item);
    after += static_cast<std::uint32_t>(items.size());
  }
  return adapter_->deliver(batch.id.view(), file.text());
}

// Once, however many rounds it lasts.
void CoreDesk::tell(std::string& failure, std::string_view what, std::string_view reason) {
  std::lock_guard lock(mutex_);
  std::string told = shown(reason);
  if (told == failure) return;
  if (!told.empty()) spdlog::error("core: {}: {}", what, told);
  failure = std::move(told);
}

}  // namespace holdfast::core_banking
