#include "clearing/vbs.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace holdfast::clearing {

using boost::system::result;
using Bytes = std::span<const std::uint8_t>;

namespace {

// What producers and transfers leave behind the last record.
bool is_fill(std::uint8_t byte) {
  constexpr std::array<std::uint8_t, 6> fill = {0x00, block_fill, ' ', '\n', '\r', 0x1A};
  return std::find(fill.begin(), fill.end(), byte) != fill.end();
}

FileError truncated(std::uint64_t offset, const char* detail) {
  return FileError{FileErrorCode::truncated, offset, detail};
}

}  // namespace

std::optional<std::size_t> stated_length(LengthPrefix prefix,
                                         std::span<const std::uint8_t, length_prefix_size> bytes) {
  const std::size_t high = std::size_t{bytes[0]} << 8 | bytes[1];
  const std::size_t low = std::size_t{bytes[2]} << 8 | bytes[3];
  if (prefix == LengthPrefix::vbs) return high << 16 | low;
  if (low != 0) return std::nullopt;
  if (high == 0) return 0;
  if (high <= length_prefix_size) return std::nullopt;
  return high - length_prefix_size;
}

std::optional<std::size_t> unblock_in_place(std::span<std::uint8_t> bytes,
                                            std::size_t& position_in_block) {
  std::size_t kept = 0;
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    if (position_in_block < block_data_size) {
      const std::size_t run = std::min(block_data_size - position_in_block, bytes.size() - taken);
      std::memmove(bytes.data() + kept, bytes.data() + taken, run);
      kept += run;
      taken += run;
      position_in_block += run;
      continue;
    }
    if (bytes[taken] != block_fill) return std::nullopt;
    ++taken;
    position_in_block = (position_in_block + 1) % block_size;
  }
  return kept;
}

result<std::size_t, FileError> UnblockingSource::read(std::span<std::uint8_t> out) {
  for (;;) {
    const auto count = source_->read(out);
    if (!count) return count.error();
    if (*count == 0) return std::size_t{0};
    const auto kept = unblock_in_place(out.first(*count), position_in_block_);
    if (!kept) {
      return FileError{FileErrorCode::malformed_framing, offset_,
                       "a block does not end in two 0x40 bytes"};
    }
    offset_ += *kept;
    // A read may have met nothing but a block's end, which is not the end of the file.
    if (*kept > 0) return *kept;
  }
}

result<void, FileError> UnblockingSource::rewind() {
  position_in_block_ = 0;
  offset_ = 0;
  return source_->rewind();
}

std::uint64_t UnblockingSource::size() const {
  const std::uint64_t size = source_->size();
  return size / block_size * block_data_size +
         std::min<std::uint64_t>(size % block_size, block_data_size);
}

result<std::optional<Bytes>, FileError> VbsReader::end_in_fill() {
  for (;;) {
    const auto rest = input_.peek(1);
    if (!rest) return rest.error();
    if (rest->empty()) return std::optional<Bytes>();
    if (!std::all_of(rest->begin(), rest->end(), is_fill)) {
      return FileError{FileErrorCode::malformed_framing, input_.offset(),
                       "bytes follow the end of the records"};
    }
    input_.consume(rest->size());
  }
}

result<std::optional<Bytes>, FileError> VbsReader::next(bool end_expected) {
  input_.consume(pending_);
  pending_ = 0;
  const auto head = input_.peek(length_prefix_size);
  if (!head) return head.error();
  if (head->empty()) return std::optional<Bytes>();
  if (end_expected && (head->size() < length_prefix_size || (*head)[0] != 0) &&
      is_fill((*head)[0])) {
    return end_in_fill();
  }
  if (head->size() < length_prefix_size) {
    return truncated(input_.offset(), "the file ends within a record's length");
  }
  const auto length = stated_length(prefix_, head->first<length_prefix_size>());
  if (length == 0U) return end_in_fill();
  if (!length || (*length > message_size_max && *length <= input_.remaining())) {
    return FileError{FileErrorCode::malformed_framing, input_.offset(),
                     "a record's length cannot be"};
  }
  if (*length + length_prefix_size > input_.remaining()) {
    return truncated(input_.offset(), "a record's length runs past the end of the file");
  }
  const auto whole = input_.peek(length_prefix_size + *length);
  if (!whole) return whole.error();
  if (whole->size() < length_prefix_size + *length) {
    return truncated(input_.offset(), "the file ends within a record");
  }
  pending_ = length_prefix_size + *length;
  return std::optional<Bytes>(whole->subspan(length_prefix_size, *length));
}

void VbsWriter::put(Bytes bytes) {
  constexpr std::array<char, 2> block_end = {0x40, 0x40};
  while (!bytes.empty()) {
    const std::size_t room = options_.blocked ? block_data_size - position_in_block_ : bytes.size();
    const std::size_t run = std::min(room, bytes.size());
    out_->write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(run));
    bytes = bytes.subspan(run);
    if (!options_.blocked) continue;
    position_in_block_ += run;
    if (position_in_block_ < block_data_size) continue;
    out_->write(block_end.data(), block_end.size());
    position_in_block_ = 0;
  }
}

bool VbsWriter::write(Bytes record) {
  if (record.empty() || record.size() > message_size_max) return false;
  std::array<std::uint8_t, length_prefix_size> prefix{};
  if (options_.prefix == LengthPrefix::vbs) {
    prefix[2] = static_cast<std::uint8_t>(record.size() >> 8);
    prefix[3] = static_cast<std::uint8_t>(record.size() & 0xFF);
  } else {
    const std::size_t counted = record.size() + length_prefix_size;
    prefix[0] = static_cast<std::uint8_t>(counted >> 8);
    prefix[1] = static_cast<std::uint8_t>(counted & 0xFF);
  }
  put(prefix);
  put(record);
  return out_->good();
}

bool VbsWriter::finish() {
  if (options_.closing_zero_length) put(std::array<std::uint8_t, length_prefix_size>{});
  if (options_.blocked && position_in_block_ > 0) {
    put(std::vector<std::uint8_t>(block_data_size - position_in_block_, block_fill));
  }
  out_->flush();
  return out_->good();
}

}  // namespace holdfast::clearing
