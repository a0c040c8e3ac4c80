#include "writer.hpp"

#include <algorithm>

#include "engine/threads.hpp"
#include "recovery.hpp"

namespace engine {
namespace {

// A batch ends when it is this large, so that its first caller does not wait for the whole queue.
constexpr std::size_t batch_bytes_max = std::size_t{4} << 20;
// How many checkpoints' changes may pile up while one is still being written: bulk work waits
// first, then everybody.
constexpr std::size_t bulk_backlog_max = 1;
constexpr std::size_t checkpoint_backlog_max = 2;
constexpr std::chrono::milliseconds idle_patience{250};
// Beside commands with a deadline, which wait for all that is in a batch with them, and for the one
// before: about a quarter of a millisecond's work.
constexpr std::size_t bulk_share_beside_others = 16;
// Where one with a deadline came, others come.
constexpr std::chrono::seconds others_expected{1};

}  // namespace

Engine::Writer::Writer(const EngineOptions& options, Rules rules, DataLock lock)
    : options_(options),
      rules_(std::move(rules)),
      lock_(std::move(lock)),
      inbox_(options.inbox_capacity) {
  taken_.reserve(options.inbox_capacity);
}

Engine::Writer::~Writer() {
  inbox_.close();
  if (thread_.joinable()) thread_.join();
}

Result<void> Engine::Writer::open() {
  FileOperations& files = options_.files != nullptr ? *options_.files : FileOperations::system();
  auto store = Store::open(options_.data_dir / "store", options_.store_map_size, files);
  if (!store) return store.error();
  store_ = std::move(*store);
  store_->attach(state_);
  auto archive = Archive::open_of(*store_, options_.archive_dir, options_.archive_map_size);
  if (!archive) return archive.error();
  archive_ = std::move(*archive);
  if (archive_) {
    if (auto claimed = archive_->claim(*store_); !claimed) return claimed.error();
    archive_->attach(state_);
  }
  auto end = recover(*store_, state_, options_, rules_, recovery_);
  if (!end) return end.error();

  FileJournal::Options journal_options;
  journal_options.directory = options_.data_dir / "journal";
  journal_options.segment_size = options_.journal_segment_size;
  journal_options.files = &files;
  auto journal = FileJournal::open(journal_options, *end, end->epoch + 1);
  if (!journal) return journal.error();
  journal_ = std::move(*journal);
  checkpointer_ = std::make_unique<Checkpointer>(*store_, state_, [this] { inbox_.poke(); });
  last_renewal_ = std::chrono::steady_clock::now();
  thread_ = std::thread([this] { run(); });
  return {};
}

void Engine::Writer::run() {
  enter_thread("writer", ThreadClass::prompt);
  while (inbox_.take(taken_, bulk_share(), idle_patience)) {
    for (std::size_t from = 0; from < taken_.size();) {
      const std::size_t to = fill_batch(from);
      commit(from, to);
      from = to;
      tend_checkpoints();
    }
    taken_.clear();
    tend_checkpoints();
  }
}

std::size_t Engine::Writer::bulk_share() const {
  const bool is_behind = !halted_ && checkpointer_->running() &&
                         state_.changed_count() >= bulk_backlog_max * options_.checkpoint_records;
  if (is_behind) return 0;  // the checkpointer's poke ends the wait
  const auto since = std::chrono::steady_clock::now() - last_deadline_seen_;
  return since < others_expected ? bulk_share_beside_others : options_.inbox_capacity;
}

std::size_t Engine::Writer::fill_batch(std::size_t from) {
  const auto now = std::chrono::steady_clock::now();
  const std::size_t size_max = std::min(batch_bytes_max, options_.journal_segment_size / 4);
  std::size_t i = from;
  do {
    handle(*taken_[i++], now);
  } while (i < taken_.size() && batch_.size() < size_max);
  return i;
}

void Engine::Writer::handle(Submission& submission, std::chrono::steady_clock::time_point now) {
  if (halted_) return refuse(submission, Decline::halted);
  if (submission.deadline != std::chrono::steady_clock::time_point::max())
    last_deadline_seen_ = now;
  if (submission.inspect) return submission.inspect(View(state_, rules_));
  if (submission.deadline < now) return refuse(submission, Decline::overloaded);
  submission.answer = decide(state_, rules_, submission.command, event_);
  if (event_.empty()) return;
  event_.decision = submission.answer.decision;
  apply(state_, event_);
  if (options_.check_invariants) check_invariants(state_, rules_, event_);
  batch_.add(event_);
}

void Engine::Writer::commit(std::size_t from, std::size_t to) {
  if (!batch_.empty() && !halted_) {
    if (auto appended = journal_->append(batch_); !appended) {
      halt(appended.error());
      for (std::size_t i = from; i < to; ++i) refuse(*taken_[i], Decline::failed);
    }
  }
  batch_.clear();
  deliver(from, to);
}

void Engine::Writer::deliver(std::size_t from, std::size_t to) {
  for (auto& [completions, finished] : deliveries_) finished.clear();
  for (std::size_t i = from; i < to; ++i) {
    Completions* completions = taken_[i]->completions;
    auto place = std::find_if(deliveries_.begin(), deliveries_.end(),
                              [&](const auto& d) { return d.first == completions; });
    if (place == deliveries_.end()) {
      place = deliveries_.insert(deliveries_.end(), {completions, {}});
    }
    place->second.push_back(taken_[i]);
  }
  // A receiver may be gone after its last delivery: none is remembered longer than a batch.
  for (auto& [completions, finished] : deliveries_) {
    if (!finished.empty()) completions->deliver(finished);
  }
  if (deliveries_.size() > 16) deliveries_.clear();
}

void Engine::Writer::refuse(Submission& submission, Decline reason) {
  submission.answer = {};
  submission.answer.decision.decline = reason;
}

void Engine::Writer::halt(const EngineError& error) {
  halted_ = true;
  std::lock_guard lock(halted_mutex_);
  halted_reason_ = error.detail;
}

std::string Engine::Writer::halted() const {
  std::lock_guard lock(halted_mutex_);
  return halted_reason_;
}

void Engine::Writer::tend_checkpoints() {
  if (halted_) return;
  if (auto result = checkpointer_->take_result(); result && !finish_checkpoint(*result)) return;
  const std::size_t changed = state_.changed_count();
  if (checkpointer_->running()) {
    // The disk is slower than the load: wait rather than grow without bound.
    if (changed >= checkpoint_backlog_max * options_.checkpoint_records &&
        !finish_checkpoint(checkpointer_->wait())) {
      return;
    }
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - last_renewal_ >= options_.checkpoint_interval;
  if ((due && changed > 0) || changed >= options_.checkpoint_records) return start_checkpoint();
  // Nothing is to be written, but the snapshots keep what the archive has set free since.
  if (due && archive_) renew_snapshots();
}

void Engine::Writer::start_checkpoint() {
  set_position(state_.meta, journal_->position());
  state_.for_each_table([](auto& table) { table.freeze(); });
  checkpointer_->start(state_.meta);
}

bool Engine::Writer::finish_checkpoint(const Result<void>& result) {
  if (!result) {
    halt(result.error());
    return false;
  }
  if (!renew_snapshots()) return false;
  state_.for_each_table([](auto& table) { table.drop_frozen(); });
  return true;
}

bool Engine::Writer::renew_snapshots() {
  Result<void> renewed = store_->renew();
  // Behind the store: what that has given up is here by then.
  if (renewed && archive_) renewed = archive_->renew();
  if (!renewed) {
    // What is not in the overlay cannot be read any more.
    halt(renewed.error());
    return false;
  }
  last_renewal_ = std::chrono::steady_clock::now();
  return true;
}

Result<void> Engine::Writer::stop() {
  inbox_.close();
  if (thread_.joinable()) thread_.join();
  if (halted_) return EngineError{EngineErrorCode::io, halted()};
  if (checkpointer_->running()) {
    auto result = checkpointer_->wait();
    if (!finish_checkpoint(result)) return result.error();
  }
  if (state_.changed_count() == 0) return {};
  start_checkpoint();
  auto result = checkpointer_->wait();
  if (!finish_checkpoint(result)) return result.error();
  return {};
}

Result<ArchiveReport> Engine::Writer::archive(const ArchivePolicy& policy,
                                              const std::function<bool()>& go_on) {
  if (!archive_) return EngineError{EngineErrorCode::io, "there is no archive"};
  if (const auto reason = halted(); !reason.empty()) {
    return EngineError{EngineErrorCode::io, "the engine has stopped: " + reason};
  }
  return move_to_archive(*store_, *archive_, options_.data_dir / "journal", policy, go_on);
}

// The public face.

Engine::Engine(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options, Rules rules) {
  std::error_code ec;
  std::filesystem::create_directories(options.data_dir, ec);
  if (ec) return EngineError{EngineErrorCode::io, options.data_dir.string() + ": " + ec.message()};
  auto lock = DataLock::take(options.data_dir);
  if (!lock) return lock.error();
  auto writer = std::make_unique<Writer>(options, std::move(rules), std::move(*lock));
  if (auto opened = writer->open(); !opened) return opened.error();
  return std::unique_ptr<Engine>(new Engine(std::move(writer)));
}

bool Engine::submit(Submission& submission) {
  if (!writer_->enqueue(submission)) return false;
  writer_->wake();
  return true;
}
bool Engine::enqueue(Submission& submission) {
  return writer_->enqueue(submission);
}
void Engine::wake() {
  writer_->wake();
}
bool Engine::is_stopping() const {
  return writer_->is_stopping();
}
Result<void> Engine::stop() {
  return writer_->stop();
}
const RecoveryReport& Engine::recovery() const {
  return writer_->recovery();
}
std::string Engine::halted() const {
  return writer_->halted();
}
Result<ArchiveReport> Engine::archive(const ArchivePolicy& policy,
                                      const std::function<bool()>& go_on) {
  return writer_->archive(policy, go_on);
}
std::string Engine::journal_trouble() const {
  return writer_->journal_trouble();
}
int Engine::store_fill_percent() const {
  return writer_->store_fill_percent();
}

}  // namespace engine
