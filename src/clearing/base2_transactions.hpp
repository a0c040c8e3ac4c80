// A Base II file as its headers, transactions and trailers: which bytes are a line, and which
// lines are one transaction.
//
//   90…        header            a line of its own
//   0500 0501 0505 …             a transaction: TCR 0 and the lines of the same code with higher
//   TCRs 91 and 92  trailers          lines of their own
#pragma once

#include <array>
#include <bitset>
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "clearing/base2_layout.hpp"
#include "clearing/byte_source.hpp"
#include "clearing/detect.hpp"

namespace holdfast::clearing {

// Lines one after another, turned into latin-1.
class Base2LineReader {
 public:
  Base2LineReader(ByteSource& source, const Base2Layout& layout)
      : input_(source), layout_(layout) {}

  // False at the end. A line of fewer than 168 characters is truncated, one of more is
  // malformed_framing. Where the file may end (`end_expected`: its trailer was read), fill is an
  // end too.
  boost::system::result<bool, FileError> next(Base2Line& line, bool end_expected);
  // Of the line that next() read last.
  std::uint64_t offset() const { return line_offset_; }

 private:
  boost::system::result<bool, FileError> end_in_fill();

  InputBuffer input_;
  Base2Layout layout_;
  std::size_t pending_ = 0;  // of the line that was handed out
  std::uint64_t line_offset_ = 0;
};

enum class Base2Role : std::uint8_t { header, transaction, batch_trailer, file_trailer };

// A header, a trailer, or all lines of a transaction.
class Base2Item {
 public:
  Base2Role role() const { return role_; }
  // False where a line's transaction code or component cannot be read, or is not one that follows:
  // what it belongs to is not known, and nothing of the transaction can be taken.
  bool is_readable() const { return readable_; }
  std::uint64_t offset() const { return offset_; }
  std::size_t line_count() const { return line_count_; }

  // The first line, and a transaction's component `tcr`; null where it has none.
  const Base2Line& first() const { return lines_[0]; }
  const Base2Line* find(std::size_t tcr) const { return has_[tcr] ? &lines_[tcr] : nullptr; }

  void begin(const Base2Line& line, std::uint64_t offset);
  // Whether the line that follows is a part of this transaction; add() takes it in.
  bool continues_with(const Base2Line& line) const;
  void add(const Base2Line& line);

 private:
  Base2Role role_ = Base2Role::header;
  bool readable_ = true;
  std::uint64_t offset_ = 0;
  std::size_t line_count_ = 0;
  std::size_t tcr_last_ = 0;
  std::array<Base2Line, 10> lines_{};
  std::bitset<10> has_;
};

class Base2ItemReader {
 public:
  Base2ItemReader(ByteSource& source, const Base2Layout& layout) : lines_(source, layout) {}

  // Valid until the next call; null at the end.
  boost::system::result<const Base2Item*, FileError> next();

 private:
  Base2LineReader lines_;
  Base2Line ahead_{};
  bool has_ahead_ = false;
  std::uint64_t ahead_offset_ = 0;
  Base2Item item_;
};

}  // namespace holdfast::clearing
