// A line on a terminal that is written again and again; nothing where stderr is no terminal.
#pragma once

#include <chrono>
#include <string_view>

namespace holdfast::cli {

class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool is_shown() const { return is_terminal_; }
  // Not more often than the eye can follow.
  void show(std::string_view text);
  // Takes the line away, so that other text can be printed.
  void clear();

 private:
  const bool is_terminal_;
  bool is_there_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace holdfast::cli
