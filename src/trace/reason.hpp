// Why something cannot be done, in one line for people. A class and not a string, so that a
// result can hold text and a reason without taking one for the other.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace holdfast::trace {

class Reason {
 public:
  Reason() = default;  // what result<> gives when it is asked for an error it does not hold
  static Reason of(std::string text) { return Reason(std::move(text)); }
  const std::string& text() const { return text_; }

 private:
  explicit Reason(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

template <typename... Args>
Reason because(fmt::format_string<Args...> format, Args&&... args) {
  return Reason::of(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace holdfast::trace
