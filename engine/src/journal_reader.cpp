#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "journal_file.hpp"
#include "journal_tail.hpp"

namespace engine {
namespace {

Result<bool> read_file(const std::filesystem::path& path, std::vector<std::uint8_t>& bytes) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(path, ec);
  if (ec == std::errc::no_such_file_or_directory) return false;
  if (ec) return EngineError{EngineErrorCode::io, path.string() + ": " + ec.message()};
  bytes.resize(size);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file && size != 0) return EngineError{EngineErrorCode::io, path.string() + ": cannot read"};
  return true;
}

// Whether the last batch of the bytes has this hash. A hash may end in zeros, as the segment does.
bool ends_with(std::span<const std::uint8_t> bytes, const BatchHash& hash) {
  std::size_t zeros = 0;
  while (zeros < hash.size() && hash[hash.size() - 1 - zeros] == 0) ++zeros;
  const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](auto byte) { return byte != 0; });
  const auto end = static_cast<std::size_t>(bytes.rend() - last) + zeros;
  return end >= hash.size() && end <= bytes.size() &&
         std::equal(hash.begin(), hash.end(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(end - hash.size()));
}

}  // namespace

Result<std::vector<std::uint64_t>> list_segments(const std::filesystem::path& directory) {
  std::vector<std::uint64_t> numbers;
  std::error_code ec;
  std::filesystem::directory_iterator entries(directory, ec);
  if (ec == std::errc::no_such_file_or_directory) return numbers;
  for (; !ec && entries != std::filesystem::directory_iterator(); entries.increment(ec)) {
    const std::string name = entries->path().filename().string();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && std::string_view(end) == ".hfj") numbers.push_back(number);
  }
  if (ec) return EngineError{EngineErrorCode::io, directory.string() + ": " + ec.message()};
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<Instant> first_event_at(const std::filesystem::path& segment) {
  std::vector<std::uint8_t> bytes;
  const auto read = read_file(segment, bytes);
  if (!read) return read.error();
  BatchHeader header;
  Event event;
  if (*read && decode_header(bytes, header) && bytes.size() >= batch_size(header)) {
    auto events = std::span<const std::uint8_t>(bytes).subspan(batch_header_size, header.length);
    if (decode_event(events, event)) return event.at;
  }
  return EngineError{EngineErrorCode::corrupt, segment.string() + ": has no batch"};
}

std::filesystem::path JournalReader::path_of(std::uint64_t segment) const {
  std::error_code ignored;
  auto path = segment_path(directory_, segment);
  if (archive_.empty() || std::filesystem::exists(path, ignored)) return path;
  auto archived = segment_path(archive_, segment);
  return std::filesystem::exists(archived, ignored) ? archived : path;
}

Result<std::vector<std::uint64_t>> JournalReader::segments_behind(std::uint64_t segment) const {
  auto numbers = list_segments(directory_);
  if (!numbers) return numbers;
  if (!archive_.empty()) {
    auto archived = list_segments(archive_);
    if (!archived) return archived;
    // A move that a crash cut short leaves a segment in both.
    numbers->insert(numbers->end(), archived->begin(), archived->end());
    std::sort(numbers->begin(), numbers->end());
    numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
  }
  numbers->erase(numbers->begin(), std::upper_bound(numbers->begin(), numbers->end(), segment));
  return numbers;
}

EngineError JournalReader::damage(const std::string& what) const {
  return {EngineErrorCode::corrupt,
          fmt::format("{} at offset {}: {}", path_of(position_.segment).string(), position_.offset,
                      what)};
}

Result<bool> JournalReader::load(std::uint64_t segment) {
  if (loaded_segment_ == segment) return true;
  auto read = read_file(path_of(segment), segment_);
  if (read && *read) loaded_segment_ = segment;
  return read;
}

// Where the reading starts: at nothing, at the first batch, or behind the batch whose hash the
// position tells. False when there is nothing.
Result<bool> JournalReader::start() {
  auto loaded = load(position_.segment);
  if (!loaded) return loaded.error();
  if (position_.last_sequence == 0) {
    if (*loaded) return true;
    auto behind = segments_behind(0);
    if (!behind) return behind.error();
    if (!behind->empty()) return damage("the journal's first segment is missing");
    return false;
  }
  bool proven = false;
  if (*loaded && position_.offset == 0 && position_.segment > 1) {
    // The first batch of the segment was torn, and its place is where the store stands: the batch
    // before it ends the segment before. Where that is archived, the next batch tells its hash.
    std::vector<std::uint8_t> before;
    auto read = read_file(path_of(position_.segment - 1), before);
    if (!read) return read.error();
    proven = !*read || ends_with(before, position_.hash);
  } else if (*loaded && position_.offset >= batch_hash_size &&
             position_.offset <= segment_.size()) {
    const std::size_t hash_begin = position_.offset - batch_hash_size;
    proven = std::equal(position_.hash.begin(), position_.hash.end(),
                        segment_.begin() + static_cast<std::ptrdiff_t>(hash_begin));
  }
  if (!proven) return damage("the batch that ends here for the store is not in the journal");
  return true;
}

Result<bool> JournalReader::next() {
  if (!started_) {
    auto begun = start();
    if (!begun || !*begun) return begun;
    started_ = true;
  }
  for (;;) {
    if (read_batch()) return true;
    if (!all_zero(std::span(segment_).subspan(position_.offset))) return classify_bad_batch();
    auto more = end_of_segment();
    if (!more) return more.error();
    if (!*more) return false;
  }
}

// Goes on in the next segment when something was written there. A segment that should lie before
// another one that does is missing: its batches were answered.
Result<bool> JournalReader::end_of_segment() {
  auto behind = segments_behind(position_.segment);
  if (!behind) return behind.error();
  if (!behind->empty() && behind->front() != position_.segment + 1) {
    return damage("the segment behind this one is missing");
  }
  for (std::uint64_t segment : *behind) {
    std::vector<std::uint8_t> following;
    auto read = read_file(path_of(segment), following);
    if (!read) return read.error();
    if (all_zero(following)) continue;  // made beforehand
    if (segment != position_.segment + 1) return damage("the segment behind this one is empty");
    segment_ = std::move(following);
    position_.segment = segment;
    position_.offset = 0;
    loaded_segment_ = segment;
    return true;
  }
  return false;
}

// Reads the batch at the position, if it is whole and the next of the chain.
bool JournalReader::read_batch() {
  const auto rest = std::span<const std::uint8_t>(segment_).subspan(position_.offset);
  BatchHeader header;
  if (!decode_header(rest, header)) return false;
  if (header.previous != position_.hash || header.epoch < position_.epoch) return false;
  if (header.first_sequence != position_.last_sequence + 1) return false;
  if (rest.size() < batch_size(header)) return false;
  const std::size_t signed_size = batch_header_size + header.length;
  const BatchHash hash = sha256_(rest.first(signed_size));
  if (!std::equal(hash.begin(), hash.end(),
                  rest.begin() + static_cast<std::ptrdiff_t>(signed_size)))
    return false;
  header_ = header;
  events_ = rest.subspan(batch_header_size, header.length);
  position_.offset += batch_size(header);
  position_.last_sequence += header.event_count;
  position_.epoch = header.epoch;
  position_.hash = hash;
  return true;
}

// Something stands where the next batch should be. Damage is an error; what a crash can leave
// behind (a write that did not finish, or bytes that never were a batch) ends the journal.
Result<bool> JournalReader::classify_bad_batch() {
  const JournalPosition here = position_;
  auto more = end_of_segment();
  if (!more) return more.error();
  if (*more) {
    position_ = here;
    return damage("a damaged batch, with a segment behind it");
  }
  const Tail tail{segment_, position_.offset, position_.hash, position_.last_sequence + 1};
  const TailVerdict verdict = classify_tail(tail, sha256_);
  if (verdict.damaged) return damage(verdict.why);
  torn_tail_ = damage(verdict.why).detail;
  return false;
}

}  // namespace engine
