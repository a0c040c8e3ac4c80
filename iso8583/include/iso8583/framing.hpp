// Cuts a stream of bytes into frames and writes the header in front of one. No sockets here:
//
//   FrameReader reader(options);
//   auto space = reader.prepare(4096);
//   reader.commit(read_some(space));
//   for (auto frame = reader.next(); frame && *frame; frame = reader.next()) handle(**frame);
//   // `!frame` now means broken framing: close the connection.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace iso8583 {

enum class LengthHeader : std::uint8_t {
  be16,    // two bytes, big-endian
  be32,    // four bytes, big-endian
  ascii4,  // four ASCII digits
  bcd2,    // two bytes of packed digits
};

// The header named in a config file; nothing when there is no such header.
std::optional<LengthHeader> parse_length_header(std::string_view name);

struct FramingOptions {
  LengthHeader length_header = LengthHeader::be16;
  bool includes_itself = false;           // the length counts its own bytes
  std::size_t fixed_header_length = 0;    // TPDU or network header between length and message;
                                          // counted in the length, given back in the reply
  std::size_t frame_length_max = 0x4000;  // of what follows the length
};

enum class FramingError : std::uint8_t {
  bad_length,           // not digits
  length_above_max,     // above frame_length_max
  length_below_header,  // does not cover what it must count
  does_not_fit,         // writing: the length cannot be expressed, or `out` is too small
};

std::string_view describe(FramingError error);

struct Frame {
  std::span<const std::uint8_t> header;   // the fixed header, fixed_header_length bytes
  std::span<const std::uint8_t> payload;  // MTI and on; never empty
};

// Holds what was received and not yet consumed, at most one frame of the longest kind with its
// length header. Frames without a payload are skipped. After an error every call to next()
// returns that error.
class FrameReader {
 public:
  explicit FrameReader(FramingOptions options);

  // Room for the next read, between 1 and `size` bytes as long as next() has been called until
  // it had no more frames; empty otherwise. Frames handed out before are no longer valid.
  std::span<std::uint8_t> prepare(std::size_t size);
  // Takes over the first `size` bytes of what prepare() returned.
  void commit(std::size_t size);
  // The next complete frame, or nothing until more is received.
  boost::system::result<std::optional<Frame>, FramingError> next();

  // True when the stream may end here: no part of a frame is waiting.
  bool is_between_frames() const { return begin_ == end_; }
  const FramingOptions& options() const { return options_; }

 private:
  boost::system::result<std::optional<std::size_t>, FramingError> read_length() const;

  FramingOptions options_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;  // the first byte that is not consumed
  std::size_t end_ = 0;    // behind the last byte received
  std::optional<FramingError> error_;
};

// Bytes of the length header alone.
std::size_t length_header_size(LengthHeader header);

// Bytes in front of a payload: the length header and the fixed header.
std::size_t frame_header_size(const FramingOptions& options);

// Writes the length header and `header`, which has exactly fixed_header_length bytes, in front of
// a payload of `payload_size` bytes; the number of bytes written is frame_header_size(options).
boost::system::result<std::size_t, FramingError> write_frame_header(
    const FramingOptions& options, std::span<const std::uint8_t> header, std::size_t payload_size,
    std::span<std::uint8_t> out);

}  // namespace iso8583
