// What a file is, seen from its first bytes alone, whatever its name says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "clearing/file_error.hpp"
#include "clearing/vbs.hpp"

namespace holdfast::clearing {

enum class CodePage : std::uint8_t { latin1, cp500 };

struct IpmLayout {
  LengthPrefix prefix = LengthPrefix::vbs;
  bool blocked = false;
  CodePage code_page = CodePage::latin1;

  friend bool operator==(const IpmLayout&, const IpmLayout&) = default;
};

struct Base2Layout {
  CodePage code_page = CodePage::latin1;
  bool has_line_ends = false;  // LF, CRLF, or what EBCDIC has for them, behind every line

  friend bool operator==(const Base2Layout&, const Base2Layout&) = default;
};

struct Detected {
  std::optional<Format> format;  // nothing: none that is known
  IpmLayout ipm;                 // where format is ipm
  Base2Layout base2;             // how the file would be read as Base II, whatever it is
};

// How many of a file's first bytes detection looks at.
inline constexpr std::size_t detection_size = 64 * 1024;

// `head` is the file's first detection_size bytes, or all of a smaller file.
Detected detect(std::span<const std::uint8_t> head);

// What a file that is none of the formats begins with, in words, and never what it says.
std::string describe_beginning(std::span<const std::uint8_t> head);

}  // namespace holdfast::clearing
