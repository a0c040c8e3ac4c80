#include "config/toml_reader.hpp"

#include <fmt/format.h>

namespace holdfast {

void ConfigErrors::add(std::string_view key, std::string_view reason) {
  if (!first_.empty()) return;
  first_ = key.empty() ? fmt::format("{}: {}", file_, reason)
                       : fmt::format("{}: {}: {}", file_, key, reason);
}

void ConfigErrors::add_missing(std::string_view key) {
  if (first_missing_.empty()) first_missing_ = fmt::format("{}: {}: is missing", file_, key);
}

std::string TomlReader::full(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const toml::node* TomlReader::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void TomlReader::refuse(std::string_view key, std::string_view reason) {
  errors_.add(full(key), reason);
}

void TomlReader::refuse_missing(std::string_view key) {
  errors_.add_missing(full(key));
}

std::optional<std::string> TomlReader::text(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (auto value = node->value_exact<std::string>()) return *value;
  refuse(key, "must be a text in quotes");
  return std::nullopt;
}

std::string TomlReader::required_text(std::string_view key) {
  auto value = text(key);
  if (!value) refuse_missing(key);
  if (value && value->empty()) refuse(key, "must not be empty");
  return value.value_or("");
}

std::optional<bool> TomlReader::boolean(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (auto value = node->value_exact<bool>()) return *value;
  refuse(key, "must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> TomlReader::integer(std::string_view key, std::int64_t low,
                                                std::int64_t high) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= low && *value <= high) return *value;
  refuse(key, fmt::format("must be a whole number from {} to {}", low, high));
  return std::nullopt;
}

std::vector<std::string> TomlReader::texts(std::string_view key) {
  std::vector<std::string> values;
  const toml::node* node = find(key);
  if (node == nullptr) return values;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    refuse(key, "must be a list of texts");
    return values;
  }
  for (const toml::node& element : *array) {
    auto value = element.value_exact<std::string>();
    if (!value) refuse(key, "must be a list of texts");
    values.push_back(value.value_or(""));
  }
  return values;
}

void TomlReader::table(std::string_view key, const std::function<void(TomlReader&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (!node->is_table()) return refuse(key, "must be a table");
  TomlReader reader(*node->as_table(), full(key), errors_);
  read(reader);
  reader.refuse_unknown_keys();
}

void TomlReader::tables(std::string_view key, const std::function<void(TomlReader&)>& read) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_array_of_tables()) {
    if (array != nullptr && array->empty()) return;
    return refuse(key, fmt::format("must be tables, written [[{}]]", full(key)));
  }
  std::size_t index = 1;
  for (const toml::node& element : *array) {
    TomlReader reader(*element.as_table(), fmt::format("{}[{}]", full(key), index++), errors_);
    read(reader);
    reader.refuse_unknown_keys();
  }
}

void TomlReader::refuse_unknown_keys() {
  for (const auto& [key, node] : table_) {
    if (!known_.contains(key.str())) refuse(key.str(), "is not a key of this file");
  }
}

std::optional<std::string> read_toml_file(const std::filesystem::path& file,
                                          const std::function<void(TomlReader&)>& read) {
  ConfigErrors errors(file.string());
  std::error_code ec;
  if (!std::filesystem::is_regular_file(file, ec)) {
    errors.add("", "no such file");
    return errors.first();
  }
  try {
    const toml::table root = toml::parse_file(file.string());
    TomlReader reader(root, "", errors);
    read(reader);
    reader.refuse_unknown_keys();
  } catch (const toml::parse_error& error) {
    errors.add("", fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  if (errors.any()) return errors.first();
  return std::nullopt;
}

}  // namespace holdfast
