#include "iso8583/framing.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace iso8583 {
namespace {

// A first read of this size takes every usual message; long frames make the buffer grow.
constexpr std::size_t buffer_size_first = 2048;

constexpr std::array<std::pair<std::string_view, LengthHeader>, 4> header_names = {{
    {"be16", LengthHeader::be16},
    {"be32", LengthHeader::be32},
    {"ascii4", LengthHeader::ascii4},
    {"bcd2", LengthHeader::bcd2},
}};

std::size_t length_max(LengthHeader header) {
  switch (header) {
    case LengthHeader::be16:
      return 0xFFFF;
    case LengthHeader::be32:
      return 0xFFFF'FFFF;
    case LengthHeader::ascii4:
    case LengthHeader::bcd2:
      break;
  }
  return 9999;
}

// The number in a length header; nothing when its digits are none.
std::optional<std::size_t> read_number(LengthHeader header, const std::uint8_t* p) {
  std::size_t value = 0;
  switch (header) {
    case LengthHeader::be16:
      return static_cast<std::size_t>(p[0] << 8 | p[1]);
    case LengthHeader::be32:
      for (int i = 0; i < 4; ++i) value = value << 8 | p[i];
      return value;
    case LengthHeader::ascii4:
      for (int i = 0; i < 4; ++i) {
        if (p[i] < '0' || p[i] > '9') return std::nullopt;
        value = value * 10 + (p[i] - std::size_t{'0'});
      }
      return value;
    case LengthHeader::bcd2:
      for (int i = 0; i < 2; ++i) {
        const std::size_t high = p[i] >> 4;
        const std::size_t low = p[i] & 15;
        if (high > 9 || low > 9) return std::nullopt;
        value = value * 100 + high * 10 + low;
      }
      return value;
  }
  return std::nullopt;
}

void write_number(LengthHeader header, std::size_t value, std::uint8_t* p) {
  const std::size_t size = length_header_size(header);
  for (std::size_t i = size; i-- > 0;) {
    switch (header) {
      case LengthHeader::be16:
      case LengthHeader::be32:
        p[i] = static_cast<std::uint8_t>(value & 0xFF);
        value >>= 8;
        break;
      case LengthHeader::ascii4:
        p[i] = static_cast<std::uint8_t>('0' + value % 10);
        value /= 10;
        break;
      case LengthHeader::bcd2:
        p[i] = static_cast<std::uint8_t>(value / 10 % 10 << 4 | value % 10);
        value /= 100;
        break;
    }
  }
}

}  // namespace

std::optional<LengthHeader> parse_length_header(std::string_view name) {
  for (const auto& [header_name, header] : header_names) {
    if (header_name == name) return header;
  }
  return std::nullopt;
}

std::string_view describe(FramingError error) {
  switch (error) {
    case FramingError::bad_length:
      return "the frame length is not a number";
    case FramingError::length_above_max:
      return "the frame length is above the limit";
    case FramingError::length_below_header:
      return "the frame length does not cover its header";
    case FramingError::does_not_fit:
      return "the frame is too long for its length header";
  }
  return "unknown";
}

std::size_t length_header_size(LengthHeader header) {
  return header == LengthHeader::be32 || header == LengthHeader::ascii4 ? 4 : 2;
}

std::size_t frame_header_size(const FramingOptions& options) {
  return length_header_size(options.length_header) + options.fixed_header_length;
}

FrameReader::FrameReader(FramingOptions options) : options_(options) {}

std::span<std::uint8_t> FrameReader::prepare(std::size_t size) {
  const std::size_t limit = length_header_size(options_.length_header) + options_.frame_length_max;
  const std::size_t waiting = end_ - begin_;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, waiting);
    begin_ = 0;
    end_ = waiting;
  }
  const std::size_t room = std::min(size, limit - std::min(limit, waiting));
  if (buffer_.size() < waiting + room) {
    buffer_.resize(
        std::min(limit, std::max({waiting + room, 2 * buffer_.size(), buffer_size_first})));
  }
  return {buffer_.data() + end_, room};
}

void FrameReader::commit(std::size_t size) {
  if (size > buffer_.size() - end_) {
    std::fputs("iso8583::FrameReader::commit: more than was prepared\n", stderr);
    std::abort();
  }
  end_ += size;
}

// The number of bytes behind the length header, nothing while that header is incomplete.
boost::system::result<std::optional<std::size_t>, FramingError> FrameReader::read_length() const {
  const std::size_t header_size = length_header_size(options_.length_header);
  if (end_ - begin_ < header_size) return std::optional<std::size_t>();
  const auto number = read_number(options_.length_header, buffer_.data() + begin_);
  if (!number) return FramingError::bad_length;
  std::size_t length = *number;
  if (options_.includes_itself) {
    if (length < header_size) return FramingError::length_below_header;
    length -= header_size;
  }
  if (length > options_.frame_length_max) return FramingError::length_above_max;
  if (length != 0 && length < options_.fixed_header_length) {
    return FramingError::length_below_header;
  }
  return std::optional<std::size_t>(length);
}

boost::system::result<std::optional<Frame>, FramingError> FrameReader::next() {
  if (error_) return *error_;
  const std::size_t header_size = length_header_size(options_.length_header);
  while (true) {
    const auto length = read_length();
    if (!length) {
      error_ = length.error();
      return *error_;
    }
    if (!*length || end_ - begin_ < header_size + **length) return std::optional<Frame>();
    const std::span<const std::uint8_t> body(buffer_.data() + begin_ + header_size, **length);
    begin_ += header_size + **length;
    if (body.size() <= options_.fixed_header_length) continue;  // a sign of life
    return std::optional<Frame>(Frame{body.first(options_.fixed_header_length),
                                      body.subspan(options_.fixed_header_length)});
  }
}

boost::system::result<std::size_t, FramingError> write_frame_header(
    const FramingOptions& options, std::span<const std::uint8_t> header, std::size_t payload_size,
    std::span<std::uint8_t> out) {
  const std::size_t length_size = length_header_size(options.length_header);
  const std::size_t body_size = options.fixed_header_length + payload_size;
  const std::size_t number = body_size + (options.includes_itself ? length_size : 0);
  if (header.size() != options.fixed_header_length || body_size > options.frame_length_max ||
      number > length_max(options.length_header) || out.size() < frame_header_size(options)) {
    return FramingError::does_not_fit;
  }
  write_number(options.length_header, number, out.data());
  std::copy(header.begin(), header.end(), out.begin() + static_cast<std::ptrdiff_t>(length_size));
  return frame_header_size(options);
}

}  // namespace iso8583
