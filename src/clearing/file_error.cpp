#include "clearing/file_error.hpp"

namespace holdfast::clearing {

std::string_view to_string(Format format) {
  switch (format) {
    case Format::ipm:
      return "ipm";
    case Format::base2:
      return "base2";
    case Format::jsonl:
      return "jsonl";
  }
  return "unknown";
}

std::optional<Format> format_from(std::string_view name) {
  for (const Format format : {Format::ipm, Format::base2, Format::jsonl}) {
    if (to_string(format) == name) return format;
  }
  return std::nullopt;
}

std::string_view to_string(FileErrorCode code) {
  switch (code) {
    case FileErrorCode::unreadable:
      return "unreadable";
    case FileErrorCode::empty_file:
      return "empty_file";
    case FileErrorCode::format_not_recognised:
      return "format_not_recognised";
    case FileErrorCode::format_disagrees:
      return "format_disagrees";
    case FileErrorCode::truncated:
      return "truncated";
    case FileErrorCode::malformed_framing:
      return "malformed_framing";
  }
  return "unknown";
}

}  // namespace holdfast::clearing
