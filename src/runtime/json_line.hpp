// An object of JSON on a line of its own, written straight into a text: for files that have such a
// line for each of a million records. What has more to it than names and values is boost::json's.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <concepts>
#include <iterator>
#include <string>
#include <string_view>

namespace holdfast {

class JsonLine {
 public:
  explicit JsonLine(std::string& text) : text_(text) {}

  // The text is UTF-8.
  JsonLine& add(std::string_view name, std::string_view value) {
    begin(name);
    if (std::any_of(value.begin(), value.end(), needs_escape)) {
      text_ += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
    } else {
      (text_ += '"').append(value) += '"';
    }
    return *this;
  }
  JsonLine& add(std::string_view name, std::integral auto value) {
    begin(name);
    fmt::format_to(std::back_inserter(text_), "{}", value);
    return *this;
  }
  JsonLine& add(std::string_view name, const boost::json::array& value) {
    begin(name);
    text_ += boost::json::serialize(value);
    return *this;
  }
  void end() { text_ += is_first_ ? "{}\n" : "}\n"; }

 private:
  static bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  }
  void begin(std::string_view name) {
    text_ += is_first_ ? "{\"" : ",\"";
    text_.append(name) += "\":";
    is_first_ = false;
  }

  std::string& text_;
  bool is_first_ = true;
};

}  // namespace holdfast
