// A file of IPM messages: 1644/697 header, records, 1644/695 trailer. A file may hold several
// such groups one behind the other; it is whole when the last message, and the one before every
// later header, is a trailer. The file id is that of the first header, else of the first trailer.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>

#include "clearing/byte_source.hpp"
#include "clearing/detect.hpp"
#include "clearing/ipm_messages.hpp"
#include "clearing/reader.hpp"
#include "clearing/vbs.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace holdfast::clearing {

class IpmFileReader final : public FormatReader {
 public:
  // `dialect` is the one of the layout's code page. Both outlive the reader.
  IpmFileReader(ByteSource& source, const IpmLayout& layout, const iso8583::Dialect& dialect)
      : source_(&source), layout_(layout), dialect_(&dialect), items_(dialect) {}

  boost::system::result<FileSummary, FileError> scan() override;
  boost::system::result<std::optional<FileItem>, FileError> next() override;

 private:
  // The records within the length prefixes, within the blocks where there are any.
  class MessageStream {
   public:
    MessageStream(ByteSource& source, const IpmLayout& layout);
    boost::system::result<std::optional<std::span<const std::uint8_t>>, FileError> next(
        bool end_expected) {
      return reader_->next(end_expected);
    }
    // Of the next message's length prefix.
    std::uint64_t offset() const { return reader_->offset(); }

   private:
    std::unique_ptr<UnblockingSource> unblocking_;
    std::optional<VbsReader> reader_;
  };

  ByteSource* source_;
  IpmLayout layout_;
  const iso8583::Dialect* dialect_;
  iso8583::Message message_;
  std::unique_ptr<MessageStream> messages_;
  IpmMessages items_;
  bool after_trailer_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace holdfast::clearing
