#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "engine/threads.hpp"
#include "journal_file.hpp"

namespace engine {
namespace {

constexpr std::size_t zero_chunk = std::size_t{256} << 10;
// A segment that is made ahead is made in steps with rests between them, so many times as long as
// the step took: who waits for an answer should not notice.
constexpr int rest_share = 3;
// More than the last batch can have: the writer's batch_bytes_max, and an event with all the
// answers or postings that one command may bring.
constexpr std::size_t tail_max = std::size_t{16} << 20;

Result<void> write_all(FileOperations& files, int file, std::span<const std::uint8_t> bytes,
                       std::uint64_t offset, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const std::int64_t written = files.write_at(file, bytes, static_cast<std::int64_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_error(path, "write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

// How many bytes there were to read.
Result<std::size_t> read_at(int file, std::span<std::uint8_t> bytes, std::uint64_t offset,
                            const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto rest = bytes.subspan(done);
    const auto read = ::pread(file, rest.data(), rest.size(), static_cast<off_t>(offset + done));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return io_error(path, "read");
    if (read == 0) break;
    done += static_cast<std::size_t>(read);
  }
  return done;
}

// What is done between two steps of a long work, told how long the last one took.
using Rest = std::function<void(std::chrono::steady_clock::duration worked)>;
void no_rest(std::chrono::steady_clock::duration) {}

Result<void> write_zeros(FileOperations& files, int file, std::uint64_t from, std::uint64_t to,
                         const std::filesystem::path& path, const Rest& rest) {
  const std::vector<std::uint8_t> zeros(zero_chunk);
  while (from < to) {
    const auto begun = std::chrono::steady_clock::now();
    const std::size_t size = std::min<std::uint64_t>(zero_chunk, to - from);
    if (auto w = write_all(files, file, std::span(zeros).first(size), from, path); !w) return w;
    // In small steps, so that a sync of the journal never waits behind 64 MiB of zeros.
    if (files.write_out(file, from, size) != 0) return io_error(path, "write out");
    from += size;
    rest(std::chrono::steady_clock::now() - begun);
  }
  if (files.sync(file) != 0) return io_error(path, "sync");
  return {};
}

// Written whole under another name, then renamed: a segment that exists is all there.
Result<void> create_segment(const FileJournal::Options& options, std::uint64_t segment,
                            const Rest& rest) {
  const auto path = segment_path(options.directory, segment);
  // Synced also where it is there: a sync may have failed behind its rename.
  if (::access(path.c_str(), F_OK) == 0) return sync_file(options.directory);
  const std::filesystem::path temporary = path.string() + ".tmp";
  const int file = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return io_error(temporary, "create");
  Result<void> written =
      write_zeros(*options.files, file, 0, options.segment_size, temporary, rest);
  ::close(file);
  if (!written) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error(path, "rename");
  return sync_file(options.directory);
}

}  // namespace

std::filesystem::path segment_path(const std::filesystem::path& directory, std::uint64_t segment) {
  return directory / fmt::format("{:010}.hfj", segment);
}

std::string to_string(const JournalPosition& position) {
  return fmt::format("segment {} offset {} after event {}", position.segment, position.offset,
                     position.last_sequence);
}

Result<std::unique_ptr<FileJournal>> FileJournal::open(const Options& options,
                                                       const JournalPosition& end,
                                                       std::uint64_t epoch) {
  if (epoch <= end.epoch) {
    return EngineError{
        EngineErrorCode::old_epoch,
        fmt::format("a writer of epoch {} was here; epoch {} is old", end.epoch, epoch)};
  }
  std::error_code ec;
  std::filesystem::create_directories(options.directory, ec);
  if (ec) return EngineError{EngineErrorCode::io, options.directory.string() + ": " + ec.message()};
  // The segments' durability begins with their folder's: it must not vanish with its parent's page.
  if (auto s = sync_file(options.directory / ".."); !s) return s.error();
  // And so must the names of the segments: a start may have been killed behind a rename.
  if (auto s = create_segment(options, end.segment, no_rest); !s) return s.error();
  std::unique_ptr<FileJournal> journal(new FileJournal(options, end, epoch));
  if (auto opened = journal->open_segment(end.segment); !opened) return opened.error();
  if (auto rewritten = journal->rewrite_last_batch(); !rewritten) return rewritten.error();
  if (auto cleared = journal->clear_tail(); !cleared) return cleared.error();
  journal->position_.epoch = epoch;
  journal->preparer_ = std::thread([raw = journal.get()] { raw->prepare_ahead(); });
  return journal;
}

FileJournal::~FileJournal() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (preparer_.joinable()) preparer_.join();
  if (file_ >= 0) ::close(file_);
}

Result<void> FileJournal::open_segment(std::uint64_t segment) {
  path_ = segment_path(options_.directory, segment);
  const int file = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return io_error(path_, "open");
  if (file_ >= 0) ::close(file_);
  file_ = file;
  std::lock_guard lock(mutex_);
  prepare_segment_ = segment + 1;
  changed_.notify_all();
  return {};
}

// After a sync that failed, a batch can be read though the disk does not have it, and the next
// sync would not write it: the system takes its pages for clean. So they are written once more
// before anything is chained to them.
Result<void> FileJournal::rewrite_last_batch() {
  const std::uint64_t from = position_.offset - std::min<std::uint64_t>(position_.offset, tail_max);
  std::vector<std::uint8_t> bytes(position_.offset - from);
  if (auto read = read_at(file_, bytes, from, path_); !read) return read.error();
  if (auto w = write_all(*options_.files, file_, bytes, from, path_); !w) return w;
  if (options_.files->sync(file_) != 0) return io_error(path_, "sync");
  return {};
}

Result<void> FileJournal::clear_tail() {
  struct stat status {};
  if (::fstat(file_, &status) != 0) return io_error(path_, "stat");
  const auto size = std::max(static_cast<std::uint64_t>(status.st_size),
                             static_cast<std::uint64_t>(options_.segment_size));
  std::vector<std::uint8_t> bytes(zero_chunk);
  for (std::uint64_t from = position_.offset; from < size; from += zero_chunk) {
    const std::uint64_t to = std::min<std::uint64_t>(from + zero_chunk, size);
    bytes.resize(to - from);
    auto read = read_at(file_, bytes, from, path_);
    if (!read) return read.error();
    if (*read == bytes.size() && all_zero(bytes)) continue;
    if (auto w = write_zeros(*options_.files, file_, from, to, path_, no_rest); !w) return w;
  }
  if (::fsync(file_) != 0) return io_error(path_, "sync");
  return {};
}

Result<void> FileJournal::next_segment() {
  std::unique_lock lock(mutex_);
  const std::uint64_t segment = position_.segment + 1;
  // While the preparer is at work on it, waiting is shorter than starting again.
  writer_waits_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return prepare_segment_ == 0 || prepared_segment_ >= segment; });
  writer_waits_ = false;
  // From here on it is the writer's alone: two must not make one file.
  prepare_again_ = 0;
  const bool is_prepared = prepared_segment_ >= segment;
  lock.unlock();
  if (!is_prepared) {
    if (auto created = create_segment(options_, segment, no_rest); !created) return created;
  }
  if (auto opened = open_segment(segment); !opened) return opened;
  position_.segment = segment;
  position_.offset = 0;
  return {};
}

void FileJournal::prepare_ahead() {
  enter_thread("journal-ahead", ThreadClass::background);
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto is_asked = [this] { return stopping_ || prepare_segment_ != 0; };
    if (prepare_again_ == 0) {
      changed_.wait(lock, is_asked);
    } else if (!changed_.wait_for(lock, options_.prepare_again_after, is_asked)) {
      prepare_segment_ = prepare_again_;  // 0: the writer makes it now, or has made it
    }
    if (stopping_) return;
    if (prepare_segment_ == 0) continue;
    const std::uint64_t segment = prepare_segment_;
    lock.unlock();
    const Result<void> created = create_segment(options_, segment, [this](auto worked) {
      std::unique_lock resting(mutex_);
      changed_.wait_for(resting, rest_share * worked,
                        [this] { return stopping_ || writer_waits_; });
    });
    lock.lock();
    // A failure is no harm yet. When the writer opens the segment, it is.
    preparation_failure_ = created ? std::string() : created.error().detail;
    prepare_again_ = created ? 0 : segment;
    if (created) prepared_segment_ = segment;
    prepare_segment_ = 0;
    changed_.notify_all();
  }
}

std::string FileJournal::preparation_failure() const {
  std::lock_guard lock(mutex_);
  return preparation_failure_;
}

Result<void> FileJournal::append(BatchBuffer& batch) {
  if (failed_) return EngineError{EngineErrorCode::io, "the journal failed before"};
  failed_ = true;  // until this batch is durable

  BatchHeader header;
  header.partition = options_.partition;
  header.epoch = epoch_;
  header.first_sequence = batch.first_sequence();
  header.event_count = batch.event_count();
  header.length = static_cast<std::uint32_t>(batch.size() - batch_header_size);
  header.previous = position_.hash;
  // A batch larger than a segment gets one of its own.
  if (position_.offset > 0 && position_.offset + batch_size(header) > options_.segment_size) {
    if (auto next = next_segment(); !next) return next;
  }
  auto& bytes = batch.bytes();
  const HeaderBytes header_bytes = encode_header(header);
  std::copy(header_bytes.begin(), header_bytes.end(), bytes.begin());
  const BatchHash hash = sha256_(bytes);
  bytes.insert(bytes.end(), hash.begin(), hash.end());

  auto written = write_all(*options_.files, file_, bytes, position_.offset, path_);
  if (!written) return written;
  if (options_.files->sync(file_) != 0) return io_error(path_, "sync");
  position_.offset += bytes.size();
  position_.last_sequence = header.first_sequence + header.event_count - 1;
  position_.hash = hash;
  failed_ = false;
  return {};
}

}  // namespace engine
