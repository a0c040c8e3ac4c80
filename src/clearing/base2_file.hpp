// A Base II file: a header, batches of transactions with a trailer each, a file trailer. A file
// may hold several such groups one behind the other; it is whole when every batch has its trailer
// and the last line is a file trailer. Base II has no file id that is unique: a file is known by
// its content.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>

#include "clearing/base2_transactions.hpp"
#include "clearing/byte_source.hpp"
#include "clearing/detect.hpp"
#include "clearing/reader.hpp"

namespace holdfast::clearing {

class Base2FileReader final : public FormatReader {
 public:
  Base2FileReader(ByteSource& source, const Base2Layout& layout)
      : source_(&source), layout_(layout) {}

  boost::system::result<FileSummary, FileError> scan() override;
  boost::system::result<std::optional<FileItem>, FileError> next() override;

 private:
  ByteSource* source_;
  Base2Layout layout_;
  // Of the header before the record; else the first of the file that can be read.
  std::optional<std::chrono::sys_days> processing_date_;
  std::optional<Base2ItemReader> items_;
  std::uint64_t number_ = 0;
};

}  // namespace holdfast::clearing
