// The log of what peers send wrong. A peer that sends nothing else must not fill the disk, nor
// make the others wait for it: at most ten lines a second, then one that counts the rest.
#pragma once

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>

namespace holdfast {

class LimitedLog {
 public:
  explicit LimitedLog(std::string link) : link_(std::move(link)) {}

  template <class... Arguments>
  void warn(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (takes_line()) spdlog::warn(format, std::forward<Arguments>(arguments)...);
  }
  // Tells what was left out, once its second is over. Cheap when there is nothing to tell.
  void catch_up() {
    if (left_out_ > 0 && clock::now() >= second_ends_) tell_left_out();
  }

 private:
  using clock = std::chrono::steady_clock;
  static constexpr int lines_a_second = 10;

  bool takes_line() {
    catch_up();
    if (clock::now() >= second_ends_) {
      second_ends_ = clock::now() + std::chrono::seconds(1);
      lines_ = 0;
    }
    if (lines_++ < lines_a_second) return true;
    ++left_out_;
    return false;
  }
  void tell_left_out() {
    spdlog::warn("link {}: {} more messages like these were not logged", link_, left_out_);
    left_out_ = 0;
  }

  std::string link_;
  clock::time_point second_ends_;
  int lines_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace holdfast
