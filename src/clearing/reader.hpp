// Start here. Reads a clearing file of any format as normalised records, in memory that does not
// grow with the file. It is read twice: open() proves that the file is whole, so that a truncated
// one is refused before anything posts; next() then yields its records.
//
//   auto source = file_source(path);
//   auto reader = ClearingReader::open(std::move(*source), std::nullopt, dialects);
//   for (;;) {
//     auto item = reader->next();            // a FileError, the end, or what stands there
//     if (!item || !*item) break;
//     std::visit(..., **item);
//   }
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "clearing/byte_source.hpp"
#include "clearing/detect.hpp"
#include "clearing/file_error.hpp"
#include "clearing/record.hpp"
#include "iso8583/dialect.hpp"

namespace holdfast::clearing {

// How IPM messages are read, by code page. Both outlive the reader.
struct IpmDialects {
  const iso8583::Dialect& latin1;  // config/dialects/mastercard-ipm.toml
  const iso8583::Dialect& cp500;   // config/dialects/mastercard-ipm-ebcdic.toml
};

struct FileSummary {
  Format format = Format::jsonl;
  FileId file_id;
  std::string content_hash;   // "sha256:…" of the bytes as they are
  std::uint64_t records = 0;  // malformed ones too; headers and trailers not
  // The trailer's figures are not those of the records: post the file, and flag it.
  bool trailer_mismatch = false;
  std::string trailer_detail;    // what disagrees first; empty otherwise
  std::optional<IpmLayout> ipm;  // how an IPM file was written
  std::optional<Base2Layout> base2;
};

// What reads one format; made by ClearingReader.
class FormatReader {
 public:
  FormatReader() = default;
  FormatReader(const FormatReader&) = delete;
  FormatReader& operator=(const FormatReader&) = delete;
  virtual ~FormatReader() = default;

  // The first pass, over all of the file.
  virtual boost::system::result<FileSummary, FileError> scan() = 0;
  // The second pass. Nothing is the end.
  virtual boost::system::result<std::optional<FileItem>, FileError> next() = 0;
};

class ClearingReader {
 public:
  // Recognises the format by content and scans the file. `asked` is the format that the user
  // named: it wins where the content is not recognised, and content that is clearly another
  // format is an error. A truncated file, or one whose records cannot be told apart, is an error.
  static boost::system::result<ClearingReader, FileError> open(std::unique_ptr<ByteSource> source,
                                                               std::optional<Format> asked,
                                                               const IpmDialects& dialects);

  const FileSummary& summary() const { return summary_; }

  // The next record in file order, a message that is only recorded, or why it cannot be taken;
  // nothing at the end. A FileError here means that the file changed or could not be read since it
  // was scanned.
  boost::system::result<std::optional<FileItem>, FileError> next();

 private:
  ClearingReader(std::unique_ptr<ByteSource> source, std::unique_ptr<FormatReader> format_reader,
                 FileSummary summary);

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<FormatReader> format_reader_;
  FileSummary summary_;
};

}  // namespace holdfast::clearing
