// Where a clearing file's bytes come from. A file is read twice, so a source can start again.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "clearing/file_error.hpp"

namespace holdfast::clearing {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // Up to out.size() bytes, at least one; 0 is the end.
  virtual boost::system::result<std::size_t, FileError> read(std::span<std::uint8_t> out) = 0;
  // The next read starts at the first byte again.
  virtual boost::system::result<void, FileError> rewind() = 0;
  virtual std::uint64_t size() const = 0;
};

// Bytes that the caller keeps alive.
std::unique_ptr<ByteSource> memory_source(std::span<const std::uint8_t> bytes);
std::unique_ptr<ByteSource> memory_source(std::string_view bytes);

// A binary stream that can seek, which the caller keeps alive.
boost::system::result<std::unique_ptr<ByteSource>, FileError> stream_source(std::istream& stream);

// A file by its path.
boost::system::result<std::unique_ptr<ByteSource>, FileError> file_source(const std::string& path);

// A window over a source: looks ahead without copying byte by byte, in memory bounded by the
// largest look-ahead. Views are valid until the next peek().
class InputBuffer {
 public:
  explicit InputBuffer(ByteSource& source) : source_(&source) {}

  // At least `wanted` bytes, fewer only where the source ends.
  boost::system::result<std::span<const std::uint8_t>, FileError> peek(std::size_t wanted);
  // Of what was peeked.
  void consume(std::size_t count);

  std::uint64_t offset() const { return offset_; }
  std::uint64_t remaining() const {
    return offset_ < source_->size() ? source_->size() - offset_ : 0;
  }

 private:
  ByteSource* source_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool source_ended_ = false;
};

}  // namespace holdfast::clearing
