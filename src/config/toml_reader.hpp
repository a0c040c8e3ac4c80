// Reads a TOML table key by key: typed, with errors that name file, key and reason, and with
// unknown keys found at the end. The first error wins; later reads change nothing.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

// The error shared by every table of one file.
class ConfigErrors {
 public:
  explicit ConfigErrors(std::string file) : file_(std::move(file)) {}
  void add(std::string_view key, std::string_view reason);
  // Told when nothing else is wrong: the key may be there with a letter too many.
  void add_missing(std::string_view key);
  bool any() const { return !first().empty(); }
  const std::string& first() const { return first_.empty() ? first_missing_ : first_; }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::string first_;
  std::string first_missing_;
};

class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string path, ConfigErrors& errors)
      : table_(table), path_(std::move(path)), errors_(errors) {}

  std::optional<std::string> text(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  // Within [low, high], both included.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::vector<std::string> texts(std::string_view key);
  // Calls `read` for the table, if there is one; unknown keys in it are errors.
  void table(std::string_view key, const std::function<void(TomlReader&)>& read);
  // Calls `read` for every table of the array.
  void tables(std::string_view key, const std::function<void(TomlReader&)>& read);

  std::string required_text(std::string_view key);
  // Says that the key's value is bad.
  void refuse(std::string_view key, std::string_view reason);
  void refuse_missing(std::string_view key);
  void refuse_unknown_keys();
  bool has(std::string_view key) const { return table_.contains(key); }

 private:
  const toml::node* find(std::string_view key);
  std::string full(std::string_view key) const;

  const toml::table& table_;
  std::string path_;
  ConfigErrors& errors_;
  std::set<std::string, std::less<>> known_;
};

// Parses the file and hands its root table to `read`; then refuses unknown keys. The error is
// one line.
std::optional<std::string> read_toml_file(const std::filesystem::path& file,
                                          const std::function<void(TomlReader&)>& read);

}  // namespace holdfast
