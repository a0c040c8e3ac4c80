#include "clearing/ingest.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "clearing/reader.hpp"
#include "clearing/record_command.hpp"
#include "security/sha256.hpp"

namespace holdfast::clearing {
namespace {

// Records in the engine at a time: enough to fill its batches, few enough that an authorization
// never waits long behind them.
constexpr std::size_t window = 512;

// Records on their way through the engine; the ingesting thread waits here for the oldest.
class Pipeline : public engine::Completions {
 public:
  struct Slot : engine::Submission {
    std::uint64_t record = 0;
    bool done = false;
  };

  explicit Pipeline(engine::Engine& engine) : engine_(engine) {}
  // The engine may still hold slots when the file could not be read to its end.
  ~Pipeline() {
    while (!slots_.empty()) take_oldest();
  }

  bool full() const { return slots_.size() >= window; }
  bool empty() const { return slots_.empty(); }

  void submit(std::uint64_t record, engine::Command command) {
    Slot& slot = slots_.emplace_back();
    slot.record = record;
    slot.command = std::move(command);
    slot.completions = this;
    // A full inbox empties: authorizations go first, clearing waits. A stopped engine does not.
    while (!engine_.submit(slot)) {
      if (engine_.is_stopping()) {
        slot.answer.decision.decline = engine::Decline::halted;
        slot.done = true;
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  // Waits for the oldest record's answer.
  std::pair<std::uint64_t, engine::Decision> take_oldest() {
    Slot& slot = slots_.front();
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&slot] { return slot.done; });
    }
    std::pair<std::uint64_t, engine::Decision> answer(slot.record, slot.answer.decision);
    slots_.pop_front();
    return answer;
  }

  void deliver(std::span<engine::Submission* const> finished) override {
    // Notified under the lock: the pipeline may be gone as soon as the last slot is seen done.
    std::lock_guard lock(mutex_);
    for (engine::Submission* submission : finished) static_cast<Slot*>(submission)->done = true;
    arrived_.notify_one();
  }

 private:
  engine::Engine& engine_;
  std::deque<Slot> slots_;
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
  Ingestion(const Core& core, ClearingReader reader, IngestProgress& progress)
      : core_(core),
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
    for (;;) {
      auto item = reader_.next();
      if (!item) return IngestFailure{"storage_failed", item.error().detail};
      if (!*item) break;
      ++report_.records;
      // What is rejected here still takes its turn, so that exceptions come in file order.
      if (auto* rejection = std::get_if<Rejection>(&**item)) {
        reject(*rejection);
      } else {
        post(std::get<ClearingRecord>(**item));
      }
      if (stopped_by_ != engine::Decline::none) break;
    }
    while (!pipeline_.empty()) settle_oldest();
    if (stopped_by_ != engine::Decline::none) {
      return IngestFailure{engine::name(stopped_by_),
                           "the engine stopped, and part of the file may be posted; send it again "
                           "when the switch runs again"};
    }
    return std::move(report_);
  }

 private:
  void post(const ClearingRecord& record) {
    auto command = command_of(record, reader_.summary().file_id, file_, tokenizer_);
    if (auto* rejection = std::get_if<Rejection>(&command)) return reject(*rejection);
    if (pipeline_.full()) settle_oldest();
    const auto stamp = stamp_();
    pipeline_.submit(record.number, {stamp.now,
                                     stamp.business_date,
                                     stamp.local_date,
                                     {},
                                     std::get<engine::PostClearing>(std::move(command))});
  }

  void reject(const Rejection& rejection) {
    while (!pipeline_.empty()) settle_oldest();
    ++report_.rejected;
    report_.add_exception(
        {rejection.number, std::string(to_string(rejection.code)), rejection.detail});
    ++progress_.done;
  }

  void settle_oldest() {
    const auto [record, decision] = pipeline_.take_oldest();
    ++progress_.done;
    if (decision.decline == engine::Decline::halted ||
        decision.decline == engine::Decline::failed) {
      if (stopped_by_ == engine::Decline::none) stopped_by_ = decision.decline;
      return;
    }
    count(record, decision);
    for (engine::ExceptionCode code : decision.exceptions) {
      if (code == engine::ExceptionCode{}) continue;
      report_.add_exception({record, std::string(engine::name(code)), describe(decision)});
    }
  }

  void count(std::uint64_t record, const engine::Decision& decision) {
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
        report_.add_exception(
            {record, std::string(engine::name(decision.decline)), "the record cannot be posted"});
        break;
    }
    const bool posted = decision.clearing == engine::ClearingOutcome::posted_matched ||
                        decision.clearing == engine::ClearingOutcome::posted_unmatched;
    // Debits lower the customer's balance; the report counts them up.
    if (decision.fx_result != 0) {
      report_.fx_result[std::string(decision.currency.alpha())] += decision.fx_result;
    }
    if (posted) report_.posted_amounts[std::string(decision.currency.alpha())] -= decision.amount;
  }

  static std::string describe(const engine::Decision& decision) {
    const std::string amount = engine::to_string({decision.amount, decision.currency});
    if (decision.match == engine::MatchMethod::none) return fmt::format("posted {}", amount);
    return fmt::format("posted {}, found by {}", amount, engine::name(decision.match));
  }

  const Core& core_;
  ClearingReader reader_;
  IngestProgress& progress_;
  CardTokenizer tokenizer_;
  TimeStamper stamp_;
  Pipeline pipeline_;
  engine::FileDigest file_;
  IngestReport report_;
  engine::Decline stopped_by_ = engine::Decline::none;
};

}  // namespace

IngestOutcome ingest(const Core& core, std::unique_ptr<ByteSource> source,
                     std::optional<Format> format, IngestProgress& progress) {
  auto reader = ClearingReader::open(std::move(source), format,
                                     {*core.config.ipm_latin1, *core.config.ipm_cp500});
  if (!reader) return failure(reader.error());
  return Ingestion(core, std::move(*reader), progress).run();
}

}  // namespace holdfast::clearing
