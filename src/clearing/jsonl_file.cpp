#include "clearing/jsonl_file.hpp"

#include <fmt/format.h>

#include <cstring>

#include "clearing/content_hash.hpp"
#include "clearing/jsonl_record.hpp"

namespace holdfast::clearing {

using boost::system::result;

namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

result<std::optional<Line>, FileError> LineReader::next() {
  for (;;) {
    auto line = next_raw();
    if (!line || !*line) return line;
    if ((*line)->too_long) return line;
    std::string_view& text = (*line)->text;
    if (line_offset_ == 0 && text.starts_with(byte_order_mark)) {
      text.remove_prefix(byte_order_mark.size());
    }
    if (text.find_first_not_of(blanks) != std::string_view::npos) return line;
  }
}

result<std::optional<Line>, FileError> LineReader::next_raw() {
  input_.consume(pending_);
  pending_ = 0;
  line_offset_ = input_.offset();
  // What is buffered holds the whole line most of the time; only otherwise is more looked at.
  for (const std::size_t wanted : {std::size_t{1}, line_size_max + 1}) {
    const auto seen = input_.peek(wanted);
    if (!seen) return seen.error();
    if (seen->empty()) return std::optional<Line>();
    const std::string_view text = as_text(*seen);
    const std::size_t end = text.substr(0, line_size_max + 1).find('\n');
    if (end != std::string_view::npos) {
      pending_ = end + 1;
      return std::optional<Line>(Line{text.substr(0, end), true, false});
    }
    if (wanted > 1 && text.size() <= line_size_max) {
      pending_ = text.size();
      return std::optional<Line>(Line{text, false, false});
    }
    if (text.size() > line_size_max) return skip_long_line();
  }
  return skip_long_line();
}

result<std::optional<Line>, FileError> LineReader::skip_long_line() {
  for (;;) {
    const auto seen = input_.peek(1);
    if (!seen) return seen.error();
    if (seen->empty()) return std::optional<Line>(Line{{}, false, true});
    const std::size_t end = as_text(*seen).find('\n');
    if (end != std::string_view::npos) {
      pending_ = end + 1;
      return std::optional<Line>(Line{{}, true, true});
    }
    input_.consume(seen->size());
  }
}

result<FileSummary, FileError> JsonlFileReader::scan() {
  if (const auto rewound = source_->rewind(); !rewound) return rewound.error();
  HashingSource hashing(*source_);
  LineReader lines(hashing);
  FileSummary summary;
  summary.format = Format::jsonl;
  for (;;) {
    const auto line = lines.next();
    if (!line) return line.error();
    if (!*line) break;
    ++summary.records;
    if ((*line)->terminated) continue;
    if ((*line)->too_long || !is_json_object((*line)->text)) {
      return FileError{FileErrorCode::truncated, lines.offset(),
                       fmt::format("the file ends within record {}", summary.records)};
    }
  }
  auto hash = hashing.content_hash();
  if (!hash) return hash.error();
  summary.content_hash = std::move(*hash);
  summary.file_id.text = summary.content_hash;
  return summary;
}

result<std::optional<FileItem>, FileError> JsonlFileReader::next() {
  if (!lines_) {
    if (const auto rewound = source_->rewind(); !rewound) return rewound.error();
    lines_.emplace(*source_);
  }
  const auto line = lines_->next();
  if (!line) return line.error();
  std::optional<FileItem> item;
  if (!*line) return item;
  ++number_;
  if ((*line)->too_long) {
    item = Rejection{number_, RejectionCode::line_too_long,
                     fmt::format("the line at offset {} is longer than {} bytes", lines_->offset(),
                                 line_size_max)};
  } else {
    item = parse_jsonl_record((*line)->text, number_);
  }
  return item;
}

bool JsonlWriter::write(const ClearingRecord& record) {
  const std::string line = to_jsonl(record);
  out_->write(line.data(), static_cast<std::streamsize>(line.size()));
  out_->put('\n');
  return out_->good();
}

}  // namespace holdfast::clearing
