// A table of a dialect file, checked as it is read. The one place that knows TOML is behind this.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iso8583/dialect.hpp"

namespace iso8583 {

// Leaves the loader in one step; parse_dialect() and load_dialect() turn it into a result.
struct LoadFailure {
  DialectError error;
};

// A dialect as it is written, and what errors call it.
struct DialectText {
  std::string text;
  std::string source_name;
};
DialectText read_dialect_file(const std::filesystem::path& file);  // throws LoadFailure
// What `extends` names. Throws LoadFailure.
using DialectSource = std::function<DialectText(const std::string& name)>;
DialectSource dialects_in(const std::filesystem::path& folder);
DialectSource shipped_dialects();

// A word of the file and what it means.
template <class Value>
struct Choice {
  std::string_view name;
  Value value;
};

class Section {
 public:
  // A file with all that it extends, the nearer one's keys on top. Throws LoadFailure, as every
  // function here does for a key that is not what it must be.
  static Section from_text(const DialectText& dialect, const DialectSource& bases);

  [[noreturn]] void fail(std::string_view key, std::string reason) const;
  void allow_only(std::initializer_list<std::string_view> keys) const;

  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;
  std::string text(std::string_view key, std::string_view absent) const;
  int number(std::string_view key, int absent, int min, int max) const;
  bool flag(std::string_view key, bool absent) const;
  std::vector<std::string> texts(std::string_view key) const;
  // An empty section where the key is absent.
  Section section(std::string_view key) const;
  std::vector<Section> sections(std::string_view key) const;

  template <class Value, std::size_t count>
  Value choice(std::string_view key, const std::array<Choice<Value>, count>& choices,
               std::string_view absent,
               std::initializer_list<std::string_view> allowed = {}) const {
    const std::string name = text(key, absent);
    for (const Choice<Value>& choice : choices) {
      if (choice.name != name) continue;
      if (allowed.size() == 0 || std::ranges::find(allowed, choice.name) != allowed.end()) {
        return choice.value;
      }
    }
    fail(key, "'" + name + "' is not possible here");
  }

 private:
  struct Table;  // holds the TOML table

  Section(std::shared_ptr<const Table> table, std::string path, std::string file)
      : table_(std::move(table)), path_(std::move(path)), file_(std::move(file)) {}
  std::string key_path(std::string_view key) const;

  std::shared_ptr<const Table> table_;
  std::string path_;
  std::string file_;
};

}  // namespace iso8583
