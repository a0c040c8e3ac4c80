// How records lie in an IPM file. Each stands behind a four-byte length; a zero length ends the
// file. The stream of them may be cut into 1012-byte pieces with two 0x40 bytes behind each.
//
//   VBS       00 00 00 05  h e l l o   00 00 00 00
//   RDW       00 09 00 00  h e l l o   00 00 00 00     (two bytes that count themselves and two
//   zeros) 1014      1012 bytes of the above, 40 40, 1012 bytes, 40 40, … ; the last piece filled
//   with 40
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <vector>

#include "clearing/byte_source.hpp"
#include "clearing/file_error.hpp"

namespace holdfast::clearing {

enum class LengthPrefix : std::uint8_t {
  vbs,  // 32 bits, big-endian, of the record alone
  rdw,  // 16 bits, big-endian, counting the prefix too, and two zero bytes
};

inline constexpr std::size_t length_prefix_size = 4;
inline constexpr std::size_t block_size = 1014;
inline constexpr std::size_t block_data_size = 1012;
inline constexpr std::uint8_t block_fill = 0x40;
// What an RDW can say at most; no IPM message comes near it.
inline constexpr std::size_t message_size_max = 0xFFFF - length_prefix_size;

// The length that a prefix states; nothing when it cannot be one.
std::optional<std::size_t> stated_length(LengthPrefix prefix,
                                         std::span<const std::uint8_t, length_prefix_size> bytes);

// The stream within the blocks. Blocks that do not end in two 0x40 bytes are malformed_framing.
class UnblockingSource final : public ByteSource {
 public:
  explicit UnblockingSource(ByteSource& source) : source_(&source) {}

  boost::system::result<std::size_t, FileError> read(std::span<std::uint8_t> out) override;
  boost::system::result<void, FileError> rewind() override;
  std::uint64_t size() const override;

 private:
  ByteSource* source_;
  std::size_t position_in_block_ = 0;
  std::uint64_t offset_ = 0;
};

// Takes the blocks' ends out of `bytes`, which begin at `position_in_block` and move it on;
// the number of bytes that stay, or nothing where a block does not end in two 0x40 bytes.
std::optional<std::size_t> unblock_in_place(std::span<std::uint8_t> bytes,
                                            std::size_t& position_in_block);

// Reads records one after another, in memory bounded by the largest.
class VbsReader {
 public:
  VbsReader(ByteSource& source, LengthPrefix prefix) : input_(source), prefix_(prefix) {}

  // The next record's bytes, valid until the next call; nothing at the closing zero length, or
  // at the end of the bytes. Where the file may end (`end_expected`: its trailer was read), what
  // is left of a cut closing length or of fill is an end too; elsewhere it is truncated.
  // Bytes other than fill behind the end are malformed_framing.
  boost::system::result<std::optional<std::span<const std::uint8_t>>, FileError> next(
      bool end_expected);

  // Of the next record's length prefix.
  std::uint64_t offset() const { return input_.offset() + pending_; }

 private:
  boost::system::result<std::optional<std::span<const std::uint8_t>>, FileError> end_in_fill();

  InputBuffer input_;
  LengthPrefix prefix_;
  std::size_t pending_ = 0;  // of the record that was handed out
};

struct VbsOptions {
  LengthPrefix prefix = LengthPrefix::vbs;
  bool blocked = false;
  bool closing_zero_length = true;
};

// Writes the same. finish() writes the closing length and fills the last block.
class VbsWriter {
 public:
  VbsWriter(std::ostream& out, VbsOptions options) : out_(&out), options_(options) {}

  // False when the stream failed or the record is larger than message_size_max.
  bool write(std::span<const std::uint8_t> record);
  bool finish();

 private:
  void put(std::span<const std::uint8_t> bytes);

  std::ostream* out_;
  VbsOptions options_;
  std::size_t position_in_block_ = 0;
};

}  // namespace holdfast::clearing
