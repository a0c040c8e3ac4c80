#include "clearing/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "clearing/base2_file.hpp"
#include "clearing/ipm_file.hpp"
#include "clearing/jsonl_file.hpp"

namespace holdfast::clearing {

using boost::system::result;

namespace {

// What the content is, if the user's word does not speak against it.
result<Detected, FileError> recognise(std::span<const std::uint8_t> head,
                                      std::optional<Format> asked) {
  if (head.empty()) return FileError{FileErrorCode::empty_file, 0, "the file is empty"};
  Detected detected = detect(head);
  if (!detected.format) {
    if (!asked) {
      return FileError{FileErrorCode::format_not_recognised, 0,
                       fmt::format("the file looks like none of ipm, base2 and jsonl: {}",
                                   describe_beginning(head))};
    }
    detected.format = asked;
  }
  if (asked && *asked != *detected.format) {
    return FileError{FileErrorCode::format_disagrees, 0,
                     fmt::format("{} was asked for, but the file looks like {}", to_string(*asked),
                                 to_string(*detected.format))};
  }
  return detected;
}

}  // namespace

ClearingReader::ClearingReader(std::unique_ptr<ByteSource> source,
                               std::unique_ptr<FormatReader> format_reader, FileSummary summary)
    : source_(std::move(source)),
      format_reader_(std::move(format_reader)),
      summary_(std::move(summary)) {}

result<ClearingReader, FileError> ClearingReader::open(std::unique_ptr<ByteSource> source,
                                                       std::optional<Format> asked,
                                                       const IpmDialects& dialects) {
  InputBuffer look_ahead(*source);
  const auto head = look_ahead.peek(
      static_cast<std::size_t>(std::min<std::uint64_t>(detection_size, source->size())));
  if (!head) return head.error();
  const auto detected = recognise(head->first(std::min(head->size(), detection_size)), asked);
  if (!detected) return detected.error();

  std::unique_ptr<FormatReader> format_reader;
  switch (*detected->format) {
    case Format::ipm:
      format_reader = std::make_unique<IpmFileReader>(
          *source, detected->ipm,
          detected->ipm.code_page == CodePage::cp500 ? dialects.cp500 : dialects.latin1);
      break;
    case Format::jsonl:
      format_reader = std::make_unique<JsonlFileReader>(*source);
      break;
    case Format::base2:
      format_reader = std::make_unique<Base2FileReader>(*source, detected->base2);
      break;
  }
  auto summary = format_reader->scan();
  if (!summary) return summary.error();
  return ClearingReader(std::move(source), std::move(format_reader), std::move(*summary));
}

result<std::optional<FileItem>, FileError> ClearingReader::next() {
  return format_reader_->next();
}

}  // namespace holdfast::clearing
