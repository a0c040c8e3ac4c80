#include "clearing/ingest.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "clearing/reader.hpp"
#include "clearing/record_command.hpp"
#include "clearing/run_line.hpp"
#include "clearing/run_log.hpp"
#include "runtime/blocking_caller.hpp"
#include "security/sha256.hpp"

namespace holdfast::clearing {
namespace {

// Records in the engine at a time: enough to fill its batches while others are read.
constexpr std::size_t window = 8'192;
// So many wait for the engine to be woken: woken for each, it would make a batch of the first one,
// and let the others wait for that one's disk write.
constexpr std::size_t burst = window / 8;

// Records on their way through the engine; the ingesting thread waits here for the oldest.
class Pipeline : public engine::Completions {
 public:
  struct Slot : engine::Submission {
    SentRecord sent;
    std::optional<RecordedMessage> recorded;  // not for the engine: it waits for its turn alone
    bool done = false;
  };

  explicit Pipeline(engine::Engine& engine) : engine_(engine) {}
  // The engine may still hold slots when the file could not be read to its end.
  ~Pipeline() {
    while (!slots_.empty()) take_oldest();
  }

  bool full() const { return slots_.size() >= window; }
  bool empty() const { return slots_.empty(); }

  void submit(const SentRecord& sent, engine::Command command) {
    Slot& slot = slots_.emplace_back();
    slot.sent = sent;
    slot.command = std::move(command);
    slot.is_bulk = true;
    slot.completions = this;
    // A full inbox empties. A stopped engine does not.
    while (!engine_.enqueue(slot)) {
      if (engine_.is_stopping()) {
        slot.answer.decision.decline = engine::Decline::halted;
        slot.done = true;
        return;
      }
      wake();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (++not_woken_for_ == burst) wake();
  }

  void queue(RecordedMessage message) {
    Slot& slot = slots_.emplace_back();
    slot.recorded = std::move(message);
    slot.done = true;
  }

  // What the oldest one came to.
  struct Settled {
    SentRecord sent;
    engine::Decision decision;
    std::optional<RecordedMessage> recorded;
  };
  // Waits for its answer.
  Settled take_oldest() {
    Slot& slot = slots_.front();
    {
      std::unique_lock lock(mutex_);
      if (!slot.done) wake();
      arrived_.wait(lock, [&slot] { return slot.done; });
    }
    Settled settled{slot.sent, slot.answer.decision, std::move(slot.recorded)};
    slots_.pop_front();
    return settled;
  }

  void deliver(std::span<engine::Submission* const> finished) override {
    // Notified under the lock: the pipeline may be gone as soon as the last slot is seen done.
    std::lock_guard lock(mutex_);
    for (engine::Submission* submission : finished) static_cast<Slot*>(submission)->done = true;
    arrived_.notify_one();
  }

 private:
  void wake() {
    not_woken_for_ = 0;
    engine_.wake();
  }

  engine::Engine& engine_;
  std::deque<Slot> slots_;
  std::size_t not_woken_for_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
};

// Of the first pass: nothing is posted yet.
IngestFailure failure(const FileError& error) {
  const bool is_unreadable = error.code == FileErrorCode::unreadable;
  return {is_unreadable ? "storage_failed" : "file_refused",
          fmt::format("{} at offset {}: {}", to_string(error.code), error.offset, error.detail)};
}

class Ingestion {
 public:
  Ingestion(const Core& core, ClearingReader reader, std::string_view name,
            IngestProgress& progress)
      : core_(core),
        name_(name),
        reader_(std::move(reader)),
        progress_(progress),
        tokenizer_(core.pan_key),
        stamp_(core.clock, core.calendar),
        pipeline_(core.engine) {
    const FileSummary& summary = reader_.summary();
    report_.file_id = summary.file_id.text;
    progress_.records = summary.records;
    if (summary.trailer_mismatch) {
      report_.add_exception({0, "trailer_mismatch", summary.trailer_detail});
    }
    const auto hash = Sha256()({summary.content_hash});
    std::copy_n(hash.begin(), file_.bytes.size(), file_.bytes.begin());
  }

  IngestOutcome run() {
    const engine::Decision begun = BlockingCaller(core_).execute(engine::BeginClearingFile{file_});
    if (!begun.approved()) return stopped(begun.decline);
    is_again_ = begun.runs > 0;
    report_.run_id = run_id(file_, begun.runs + 1);
    log_.emplace(runs_folder(core_.config), report_.run_id);
    for (;;) {
      auto item = reader_.next();
      if (!item) return IngestFailure{"storage_failed", item.error().detail};
      if (!*item) break;
      ++report_.records;
      // What is rejected here still takes its turn, so that exceptions come in file order.
      if (auto* rejection = std::get_if<Rejection>(&**item)) {
        reject(*rejection);
      } else if (auto* message = std::get_if<RecordedMessage>(&**item)) {
        if (pipeline_.full()) settle_oldest();
        pipeline_.queue(std::move(*message));
      } else {
        post(std::get<ClearingRecord>(**item));
      }
      if (stopped_by_ != engine::Decline::none) break;
    }
    while (!pipeline_.empty()) settle_oldest();
    if (stopped_by_ != engine::Decline::none) return stopped(stopped_by_);
    // Before the engine calls the file finished: one that is cut short in between is told of as if
    // it had not been, and these words are written again.
    const Outcome<void> kept = log_->finish(
        to_summary(report_, name_, to_string(reader_.summary().format), core_.clock.now()));
    // The file is posted all the same.
    if (!kept) spdlog::error("clearing: the run cannot be kept: {}", kept.error().text);
    const engine::Decision finished =
        BlockingCaller(core_).execute(engine::FinishClearingFile{file_});
    if (!finished.approved()) return stopped(finished.decline);
    return std::move(report_);
  }

 private:
  static IngestFailure stopped(engine::Decline by) {
    return {engine::name(by),
            "the engine stopped, and part of the file may be posted; send it again when the switch "
            "runs again"};
  }

  void post(const ClearingRecord& record) {
    auto command = command_of(record, reader_.summary().file_id, file_, tokenizer_);
    if (auto* rejection = std::get_if<Rejection>(&command)) return reject(*rejection);
    if (pipeline_.full()) settle_oldest();
    const auto stamp = stamp_();
    const auto& posting = std::get<engine::PostClearing>(command);
    const SentRecord sent{record.number, posting.identity, posting.operation,
                          posting.kind,  posting.reversal, record.merchant_name};
    pipeline_.submit(sent, {stamp.now, stamp.business_date, stamp.local_date, {}, posting});
  }

  void reject(const Rejection& rejection) {
    while (!pipeline_.empty()) settle_oldest();
    ++report_.rejected;
    report_.add_exception(
        {rejection.number, std::string(to_string(rejection.code)), rejection.detail});
    log_->add(run_line(rejection));
    ++progress_.done;
  }

  void settle_oldest() {
    const auto [sent, decision, recorded] = pipeline_.take_oldest();
    ++progress_.done;
    if (recorded) return record(*recorded);
    if (decision.decline == engine::Decline::halted ||
        decision.decline == engine::Decline::failed) {
      if (stopped_by_ == engine::Decline::none) stopped_by_ = decision.decline;
      return;
    }
    count(sent, decision);
    for (engine::ExceptionCode code : decision.exceptions) {
      if (code == engine::ExceptionCode{}) continue;
      report_.add_exception({sent.number, std::string(engine::name(code)), describe(decision)});
    }
    log_->add(run_line(sent, decision));
  }

  // It is known by its file alone: with a file that comes again, its messages do.
  void record(const RecordedMessage& message) {
    log_->add(run_line(message, is_again_));
    if (is_again_) {
      ++report_.duplicates;
      return;
    }
    ++report_.recorded;
    report_.recorded_messages[recorded_category(message)].add(message);
    if (const auto [code, detail] = attention_for(message); !code.empty()) {
      report_.add_exception({message.number, std::string(code), std::string(detail)});
    }
  }

  static std::pair<std::string, std::string> recorded_category(const RecordedMessage& message) {
    return {std::string(to_string(message.kind)),
            message.amount ? std::string(message.amount->currency.alpha()) : std::string()};
  }

  // Why somebody should look at it; empty where nobody needs to.
  static std::pair<std::string_view, std::string_view> attention_for(
      const RecordedMessage& message) {
    switch (message.kind) {
      case RecordedKind::message_exception:
        return {"message_exception", "the network refused the message behind it"};
      case RecordedKind::file_reject:
        return {"file_reject", "the network refused a file"};
      case RecordedKind::addendum:
        if (message.addendum_to != 0) return {};
        return {"addendum_alone", "its presentment does not stand before it"};
      default:
        return {};
    }
  }

  void count(const SentRecord& sent, const engine::Decision& decision) {
    switch (decision.clearing) {
      case engine::ClearingOutcome::posted_matched:
        ++report_.posted;
        ++report_.matched;
        break;
      case engine::ClearingOutcome::posted_unmatched:
        ++report_.posted;
        ++report_.unmatched;
        break;
      case engine::ClearingOutcome::matched_only:
        ++report_.matched;
        break;
      case engine::ClearingOutcome::duplicate:
        ++report_.duplicates;
        break;
      case engine::ClearingOutcome::rejected:
      case engine::ClearingOutcome::none:
        ++report_.rejected;
        report_.add_exception({sent.number, std::string(engine::name(decision.decline)),
                               "the record cannot be posted"});
        break;
    }
    const bool posted = decision.clearing == engine::ClearingOutcome::posted_matched ||
                        decision.clearing == engine::ClearingOutcome::posted_unmatched;
    const bool matched = decision.clearing == engine::ClearingOutcome::posted_matched ||
                         decision.clearing == engine::ClearingOutcome::matched_only;
    if (!posted && !matched) return;
    const std::string currency(decision.currency.alpha());
    if (decision.fx_result != 0) report_.fx_result[currency] += decision.fx_result;
    // Debits lower the customer's balance; the report counts them up.
    if (posted) report_.posted_amounts[currency] -= decision.amount;
    CategorySum& sum = report_.categories[{category_of(sent), currency}];
    ++sum.records;
    ++(matched ? sum.matched : sum.unmatched);
    if (posted) sum.posted -= decision.amount;
  }

  static std::string describe(const engine::Decision& decision) {
    const std::string amount = engine::to_string({decision.amount, decision.currency});
    if (decision.match == engine::MatchMethod::none) return fmt::format("posted {}", amount);
    return fmt::format("posted {}, found by {}", amount, engine::name(decision.match));
  }

  const Core& core_;
  std::string name_;
  std::optional<RunLog> log_;
  ClearingReader reader_;
  IngestProgress& progress_;
  CardTokenizer tokenizer_;
  TimeStamper stamp_;
  Pipeline pipeline_;
  engine::FileDigest file_;
  bool is_again_ = false;  // the file was worked off to its end before
  IngestReport report_;
  engine::Decline stopped_by_ = engine::Decline::none;
};

}  // namespace

IngestOutcome ingest(const Core& core, std::unique_ptr<ByteSource> source,
                     std::optional<Format> format, std::string_view name,
                     IngestProgress& progress) {
  auto reader = ClearingReader::open(std::move(source), format,
                                     {*core.config.ipm_latin1, *core.config.ipm_cp500});
  if (!reader) return failure(reader.error());
  return Ingestion(core, std::move(*reader), name, progress).run();
}

}  // namespace holdfast::clearing
