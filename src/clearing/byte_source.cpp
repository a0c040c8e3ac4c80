#include "clearing/byte_source.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <utility>

namespace holdfast::clearing {

using boost::system::result;

namespace {

constexpr std::size_t read_size = 256 * 1024;

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  result<std::size_t, FileError> read(std::span<std::uint8_t> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return count;
  }

  result<void, FileError> rewind() override {
    position_ = 0;
    return {};
  }

  std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

FileError read_failed() {
  return FileError{FileErrorCode::unreadable, 0, "the file could not be read"};
}

class StreamSource final : public ByteSource {
 public:
  StreamSource(std::istream& stream, std::uint64_t size) : stream_(&stream), size_(size) {}
  StreamSource(std::unique_ptr<std::istream> owned, std::uint64_t size)
      : owned_(std::move(owned)), stream_(owned_.get()), size_(size) {}

  result<std::size_t, FileError> read(std::span<std::uint8_t> out) override {
    stream_->read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (stream_->bad()) return read_failed();
    return static_cast<std::size_t>(stream_->gcount());
  }

  result<void, FileError> rewind() override {
    stream_->clear();
    stream_->seekg(0);
    if (!*stream_) return read_failed();
    return {};
  }

  std::uint64_t size() const override { return size_; }

 private:
  std::unique_ptr<std::istream> owned_;
  std::istream* stream_;
  std::uint64_t size_;
};

result<std::uint64_t, FileError> stream_size(std::istream& stream) {
  stream.seekg(0, std::ios::end);
  const auto end = stream.tellg();
  stream.seekg(0);
  if (!stream || end < 0) return read_failed();
  return static_cast<std::uint64_t>(end);
}

}  // namespace

std::unique_ptr<ByteSource> memory_source(std::span<const std::uint8_t> bytes) {
  return std::make_unique<MemorySource>(bytes);
}

std::unique_ptr<ByteSource> memory_source(std::string_view bytes) {
  return memory_source(
      std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

result<std::unique_ptr<ByteSource>, FileError> stream_source(std::istream& stream) {
  const auto size = stream_size(stream);
  if (!size) return size.error();
  return std::unique_ptr<ByteSource>(std::make_unique<StreamSource>(stream, *size));
}

result<std::unique_ptr<ByteSource>, FileError> file_source(const std::string& path) {
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file) return FileError{FileErrorCode::unreadable, 0, "cannot open " + path};
  const auto size = stream_size(*file);
  if (!size) return size.error();
  return std::unique_ptr<ByteSource>(std::make_unique<StreamSource>(std::move(file), *size));
}

result<std::span<const std::uint8_t>, FileError> InputBuffer::peek(std::size_t wanted) {
  if (end_ - begin_ < wanted && !source_ended_) {
    const std::size_t held = end_ - begin_;
    if (held > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, held);
    begin_ = 0;
    end_ = held;
    // A small file needs no large buffer; one byte more lets a single read meet its end.
    const std::size_t whole =
        static_cast<std::size_t>(std::min<std::uint64_t>(read_size, source_->size() + 1));
    if (buffer_.size() < std::max(wanted, whole)) buffer_.resize(std::max(wanted, whole));
    while (end_ < wanted) {
      const auto count = source_->read(std::span(buffer_).subspan(end_));
      if (!count) return count.error();
      source_ended_ = *count == 0;
      if (source_ended_) break;
      end_ += *count;
    }
  }
  return std::span<const std::uint8_t>(buffer_).subspan(begin_, end_ - begin_);
}

void InputBuffer::consume(std::size_t count) {
  const std::size_t taken = std::min(count, end_ - begin_);
  begin_ += taken;
  offset_ += taken;
}

}  // namespace holdfast::clearing
