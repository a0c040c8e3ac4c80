#include "cli/progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace holdfast::cli {
namespace {

constexpr std::chrono::milliseconds refresh{100};
constexpr const char* erase_line = "\r\x1b[K";

}  // namespace

ProgressLine::ProgressLine() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view text) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now - last_ < refresh) return;
  last_ = now;
  is_there_ = true;
  fmt::print(stderr, "{}{}", erase_line, text);
  std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!is_there_) return;
  is_there_ = false;
  std::fputs(erase_line, stderr);
}

}  // namespace holdfast::cli
