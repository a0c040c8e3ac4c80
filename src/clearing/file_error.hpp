// What a clearing file is, and why a file as a whole is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::clearing {

enum class Format : std::uint8_t { ipm, base2, jsonl };
std::string_view to_string(Format format);
// "ipm", "base2" or "jsonl"; nothing for anything else.
std::optional<Format> format_from(std::string_view name);

enum class FileErrorCode : std::uint8_t {
  unreadable,             // the bytes could not be read
  empty_file,             // there are none
  format_not_recognised,  // the content looks like no clearing file
  format_disagrees,       // the content is of another format than the one that was asked for
  truncated,              // a record is cut short, or the trailer is missing
  malformed_framing,      // lengths or blocks that cannot be: the records cannot be told apart
};
std::string_view to_string(FileErrorCode code);

// `detail` is one sentence for the operator and carries no content of the file.
struct FileError {
  FileErrorCode code = FileErrorCode::unreadable;
  std::uint64_t offset = 0;  // of the bytes in the file; in blocked files, without the blocks' ends
  std::string detail;
};

}  // namespace holdfast::clearing
