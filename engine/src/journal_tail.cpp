#include "journal_tail.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <cstring>

namespace engine {
namespace {

using Bytes = std::span<const std::uint8_t>;

// A disk writes its sectors whole; what a torn write did not reach is still zero.
constexpr std::size_t sector_size = 512;
constexpr std::size_t frame_size = batch_header_size + batch_hash_size;
constexpr std::size_t length_offset = 28;
// A hash ends in as many zeros once in 2^64 batches.
constexpr std::size_t hash_zeros_max = 8;

// Up to the last byte that was written.
std::size_t used_size(Bytes bytes) {
  const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](auto byte) { return byte != 0; });
  return static_cast<std::size_t>(bytes.rend() - last);
}

bool has_sound_hash(Bytes batch, Sha256& sha256) {
  const BatchHash hash = sha256(batch.first(batch.size() - batch_hash_size));
  const Bytes stored = batch.last(batch_hash_size);
  return std::equal(hash.begin(), hash.end(), stored.begin());
}

// Whether a whole batch of this journal begins behind the place where the next one should.
bool whole_batch_behind(const Tail& tail, Sha256& sha256) {
  Bytes rest = tail.segment.subspan(tail.offset + 1);
  for (;;) {
    const auto found =
        std::search(rest.begin(), rest.end(), std::begin(batch_magic), std::end(batch_magic));
    rest = rest.subspan(static_cast<std::size_t>(found - rest.begin()));
    if (rest.empty()) return false;
    BatchHeader header;
    if (decode_header(rest, header) && header.first_sequence >= tail.next_sequence &&
        rest.size() >= batch_size(header) &&
        has_sound_hash(rest.first(batch_size(header)), sha256)) {
      return true;
    }
    rest = rest.subspan(1);
  }
}

// Whether the next batch once stood here: of what tells it, one thing at most is damaged.
bool was_next_batch(const Tail& tail, Bytes rest) {
  HeaderBytes header{};
  std::copy_n(rest.begin(), std::min(rest.size(), header.size()), header.begin());
  const BatchHeader model{.first_sequence = tail.next_sequence, .previous = tail.previous};
  const HeaderBytes expected = encode_header(model);
  auto same = [&](std::size_t offset, std::size_t size) {
    return std::memcmp(header.data() + offset, expected.data() + offset, size) == 0;
  };
  const bool follows = same(32, batch_hash_size) && !all_zero(tail.previous);
  return same(0, 4) + same(4, 2) + same(16, 8) + follows >= 2;
}

// Whether a whole batch stands here that another version of this program wrote.
bool is_of_other_format(Bytes rest, Sha256& sha256) {
  HeaderBytes ours = encode_header({});
  if (rest.size() < frame_size || !std::equal(ours.begin(), ours.begin() + 4, rest.begin())) {
    return false;
  }
  const std::size_t size = frame_size + boost::endian::load_little_u32(rest.data() + length_offset);
  return !std::equal(ours.begin() + 4, ours.begin() + 6, rest.begin() + 4) && size <= rest.size() &&
         has_sound_hash(rest.first(size), sha256);
}

// Whether the written bytes are a whole batch but for the length in its header. The hash may end
// in zeros, so a few sizes are tried.
bool whole_but_for_length(Bytes rest, std::size_t used, Sha256& sha256) {
  const std::size_t size_max = std::min(used + hash_zeros_max, rest.size());
  for (std::size_t size = std::max(used, frame_size); size <= size_max; ++size) {
    std::vector<std::uint8_t> batch(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    boost::endian::store_little_u32(batch.data() + length_offset,
                                    static_cast<std::uint32_t>(size - frame_size));
    if (has_sound_hash(batch, sha256)) return true;
  }
  return false;
}

// Whether the write of [begin, end) shows that it did not finish: the file ends before the batch,
// or a sector of it was never written. A batch has no 512 zeros in a row by itself.
bool is_unfinished(const Tail& tail, std::size_t declared, std::size_t used) {
  const std::size_t begin = tail.offset;
  if (used < frame_size || begin + declared > tail.segment.size()) return true;
  if (declared >= used + hash_zeros_max) return true;
  const std::size_t end = begin + std::max(declared, used);
  for (std::size_t sector = begin / sector_size * sector_size; sector < end;
       sector += sector_size) {
    const std::size_t from = std::max(sector, begin);
    const std::size_t to = std::min(sector + sector_size, end);
    // One zero byte alone is no witness: damage makes it too.
    if (to - from > 1 && all_zero(tail.segment.subspan(from, to - from))) return true;
  }
  return false;
}

}  // namespace

TailVerdict classify_tail(const Tail& tail, Sha256& sha256) {
  if (whole_batch_behind(tail, sha256)) {
    return {true, "a damaged batch, with whole batches behind it"};
  }
  const Bytes rest = tail.segment.subspan(tail.offset);
  if (is_of_other_format(rest, sha256)) {
    return {true, "a batch in a format that this version does not read"};
  }
  if (!was_next_batch(tail, rest)) return {false, "bytes that are no batch"};
  const std::size_t used = used_size(rest);
  BatchHeader header;
  if (decode_header(rest, header) && rest.size() >= batch_size(header) &&
      has_sound_hash(rest.first(batch_size(header)), sha256)) {
    return {true, "a whole batch that does not follow the one before it"};
  }
  if (whole_but_for_length(rest, used, sha256)) return {true, "a batch with a damaged length"};
  const std::size_t declared =
      rest.size() < batch_header_size
          ? frame_size
          : frame_size + boost::endian::load_little_u32(rest.data() + length_offset);
  if (is_unfinished(tail, declared, used)) return {false, "a write that did not finish"};
  return {true, "a damaged batch: its hash does not fit its bytes"};
}

}  // namespace engine
