// The journal on files: `journal/0000000001.hfj` and on, each pre-written to its full size with
// zeros, so that a sync of an appended batch touches no metadata.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/error.hpp"
#include "event_codec.hpp"
#include "file_operations.hpp"
#include "journal_format.hpp"

namespace engine {

// A place between two batches.
struct JournalPosition {
  std::uint64_t segment = 1;
  std::uint64_t offset = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t epoch = 0;
  BatchHash hash{};

  friend bool operator==(const JournalPosition&, const JournalPosition&) = default;
};
std::string to_string(const JournalPosition& position);
std::filesystem::path segment_path(const std::filesystem::path& directory, std::uint64_t segment);
// The numbers of the segments in a folder, in order; of a folder that is not there, none.
Result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& directory);
// When the first event of a segment happened.
Result<Instant> first_event_at(const std::filesystem::path& segment);

// A batch while it is being made: space for the header, then the events.
class BatchBuffer {
 public:
  BatchBuffer() { clear(); }
  void add(const Event& event) {
    if (event_count_++ == 0) first_sequence_ = event.sequence;
    encode_event(event, bytes_);
  }
  void clear() {
    bytes_.assign(batch_header_size, 0);
    event_count_ = 0;
  }
  bool empty() const { return event_count_ == 0; }
  std::size_t size() const { return bytes_.size(); }
  std::uint32_t event_count() const { return event_count_; }
  std::uint64_t first_sequence() const { return first_sequence_; }
  std::vector<std::uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint32_t event_count_ = 0;
  std::uint64_t first_sequence_ = 0;
};

// What the engine needs of a journal; files are one kind.
class Journal {
 public:
  virtual ~Journal() = default;
  // Makes the batch durable, or says why not; after an error nothing more is taken.
  virtual Result<void> append(BatchBuffer& batch) = 0;
  virtual JournalPosition position() const = 0;
};

class FileJournal : public Journal {
 public:
  struct Options {
    std::filesystem::path directory;
    std::uint16_t partition = 0;
    std::size_t segment_size = std::size_t{64} << 20;
    FileOperations* files = &FileOperations::system();
    // What could not be made ahead is tried again so much later.
    std::chrono::milliseconds prepare_again_after{10'000};
  };

  // Goes on at `end`, where a reader found the last whole batch to end: what lies behind it in
  // the segment is overwritten with zeros first. `epoch` must be above every earlier writer's.
  static Result<std::unique_ptr<FileJournal>> open(const Options& options,
                                                   const JournalPosition& end, std::uint64_t epoch);
  ~FileJournal() override;

  Result<void> append(BatchBuffer& batch) override;
  JournalPosition position() const override { return position_; }
  // Why the next segment could not be made ahead, which is tried again; empty when it was. Any
  // thread.
  std::string preparation_failure() const;

 private:
  FileJournal(const Options& options, const JournalPosition& end, std::uint64_t epoch)
      : options_(options), position_(end), epoch_(epoch) {}
  Result<void> open_segment(std::uint64_t segment);
  Result<void> next_segment();
  Result<void> rewrite_last_batch();
  Result<void> clear_tail();
  void prepare_ahead();

  Options options_;
  JournalPosition position_;
  std::uint64_t epoch_;
  std::filesystem::path path_;  // of the segment
  int file_ = -1;
  bool failed_ = false;
  Sha256 sha256_;

  // The segment after the current one is made beforehand by its own thread.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string preparation_failure_;
  std::uint64_t prepare_segment_ = 0;
  // What could not be made, as long as the writer has not come to it.
  std::uint64_t prepare_again_ = 0;
  std::uint64_t prepared_segment_ = 0;
  bool writer_waits_ = false;  // for the segment that is being made
  bool stopping_ = false;
  std::thread preparer_;
};

// Reads batches in order and proves the chain. Knows a torn tail, which a crash leaves behind,
// from damage inside, which is an error that names the place and is never skipped.
class JournalReader {
 public:
  // Segments that are not in `directory` are looked for in `archive`, if there is one.
  JournalReader(std::filesystem::path directory, const JournalPosition& from,
                std::filesystem::path archive = {})
      : directory_(std::move(directory)), archive_(std::move(archive)), position_(from) {}

  // True when there is a batch: header() and events() then tell it, until the next call. False
  // at the end of the journal.
  Result<bool> next();
  const BatchHeader& header() const { return header_; }
  std::span<const std::uint8_t> events() const { return events_; }
  // Behind the last batch that next() returned.
  const JournalPosition& position() const { return position_; }
  // At the end: why bytes behind the last whole batch were taken for a torn write; empty if none.
  const std::string& torn_tail() const { return torn_tail_; }

 private:
  std::filesystem::path path_of(std::uint64_t segment) const;
  Result<std::vector<std::uint64_t>> segments_behind(std::uint64_t segment) const;
  Result<bool> load(std::uint64_t segment);
  Result<bool> start();
  Result<bool> end_of_segment();
  bool read_batch();
  Result<bool> classify_bad_batch();
  EngineError damage(const std::string& what) const;

  std::filesystem::path directory_;
  std::filesystem::path archive_;
  JournalPosition position_;
  BatchHeader header_;
  std::span<const std::uint8_t> events_;
  std::vector<std::uint8_t> segment_;
  std::uint64_t loaded_segment_ = 0;
  bool started_ = false;
  std::string torn_tail_;
  Sha256 sha256_;
};

}  // namespace engine
