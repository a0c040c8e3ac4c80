// A file of JSON lines. Blank lines are skipped and not counted; a line is at most 64 KiB, and a
// longer one is rejected without being kept in memory. There is no trailer: the file is whole
// when its last line ends in a line feed or is a whole object.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string_view>

#include "clearing/byte_source.hpp"
#include "clearing/reader.hpp"

namespace holdfast::clearing {

inline constexpr std::size_t line_size_max = 64 * 1024;

struct Line {
  std::string_view text;    // without its end; empty when it is too long
  bool terminated = false;  // by a line feed
  bool too_long = false;
};

// Lines that are not blank, one after another; a byte order mark before the first is skipped.
class LineReader {
 public:
  explicit LineReader(ByteSource& source) : input_(source) {}

  // Nothing at the end. The text is valid until the next call.
  boost::system::result<std::optional<Line>, FileError> next();
  // Of the line that next() returned last.
  std::uint64_t offset() const { return line_offset_; }

 private:
  boost::system::result<std::optional<Line>, FileError> next_raw();
  boost::system::result<std::optional<Line>, FileError> skip_long_line();

  InputBuffer input_;
  std::size_t pending_ = 0;  // of the line that was handed out
  std::uint64_t line_offset_ = 0;
};

class JsonlFileReader final : public FormatReader {
 public:
  explicit JsonlFileReader(ByteSource& source) : source_(&source) {}

  boost::system::result<FileSummary, FileError> scan() override;
  boost::system::result<std::optional<FileItem>, FileError> next() override;

 private:
  ByteSource* source_;
  std::optional<LineReader> lines_;
  std::uint64_t number_ = 0;
};

class JsonlWriter {
 public:
  explicit JsonlWriter(std::ostream& out) : out_(&out) {}

  // False when the stream failed.
  bool write(const ClearingRecord& record);

 private:
  std::ostream* out_;
};

}  // namespace holdfast::clearing
