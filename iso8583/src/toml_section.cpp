#include "toml_section.hpp"

#include <toml++/toml.h>

#include <fstream>
#include <iterator>
#include <utility>

#include "shipped_dialects.hpp"

namespace iso8583 {
namespace {

constexpr int extends_depth_max = 8;

toml::table parse_toml(std::string_view text, const std::string& source_name) {
  try {
    return toml::parse(text, source_name);
  } catch (const toml::parse_error& error) {
    throw LoadFailure{{source_name, "line " + std::to_string(error.source().begin.line),
                       std::string(error.description())}};
  }
}

// Puts `over` on top of `base`: tables key by key, everything else as a whole. Nodes are moved,
// because only then they keep their source, which errors name.
void merge(toml::table& base, toml::table&& over) {
  for (auto&& [key, node] : over) {
    toml::table* const below = base.get_as<toml::table>(key.str());
    if (below != nullptr && node.is_table()) {
      merge(*below, std::move(*node.as_table()));
    } else {
      node.visit([&base, &name = key](auto& value) {
        base.insert_or_assign(name.str(), std::move(value));
      });
    }
  }
}

std::string base_of(const toml::table& table, const std::string& source_name) {
  for (const auto& [key, node] : table) {
    const bool is_known = key == "name" || key == "extends" || key == "encoding" ||
                          key == "fields" || key == "semantics";
    if (!is_known) throw LoadFailure{{source_name, std::string(key.str()), "unknown key"}};
  }
  const toml::node* const extends = table.get("extends");
  if (extends == nullptr) return {};
  const auto name = extends->value_exact<std::string>();
  if (!name || name->empty()) throw LoadFailure{{source_name, "extends", "must be text"}};
  return *name;
}

toml::table read_with_base(const DialectText& dialect, const DialectSource& bases, int depth) {
  toml::table table = parse_toml(dialect.text, dialect.source_name);
  const std::string base_name = base_of(table, dialect.source_name);
  if (base_name.empty()) return table;
  if (depth == extends_depth_max) {
    throw LoadFailure{{dialect.source_name, "extends", "goes too deep or in a circle"}};
  }
  toml::table merged = read_with_base(bases(base_name), bases, depth + 1);
  merge(merged, std::move(table));
  return merged;
}

}  // namespace

struct Section::Table {
  toml::table own;                    // of the root only
  const toml::table* toml = nullptr;  // null where the key is absent
  std::shared_ptr<const Table> root;  // keeps the tables alive

  const toml::node* get(std::string_view key) const {
    return toml == nullptr ? nullptr : toml->get(key);
  }
};

Section Section::from_text(const DialectText& dialect, const DialectSource& bases) {
  auto table = std::make_shared<Table>();
  table->own = read_with_base(dialect, bases, 0);
  table->toml = &table->own;
  return {std::move(table), "", dialect.source_name};
}

void Section::fail(std::string_view key, std::string reason) const {
  const toml::node* const node = table_->get(key);
  const bool has_source = node != nullptr && node->source().path != nullptr;
  throw LoadFailure{{has_source ? *node->source().path : file_, key_path(key), std::move(reason)}};
}

void Section::allow_only(std::initializer_list<std::string_view> allowed) const {
  for (const std::string& key : keys()) {
    if (std::ranges::find(allowed, key) == allowed.end()) fail(key, "unknown key");
  }
}

bool Section::has(std::string_view key) const {
  return table_->get(key) != nullptr;
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> names;
  if (table_->toml == nullptr) return names;
  for (const auto& [key, node] : *table_->toml) names.emplace_back(key.str());
  return names;
}

std::string Section::text(std::string_view key, std::string_view absent) const {
  const toml::node* const node = table_->get(key);
  if (node == nullptr) return std::string(absent);
  const auto value = node->value_exact<std::string>();
  if (!value) fail(key, "must be text");
  return *value;
}

int Section::number(std::string_view key, int absent, int min, int max) const {
  const toml::node* const node = table_->get(key);
  if (node == nullptr) return absent;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < min || *value > max) {
    fail(key, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return static_cast<int>(*value);
}

bool Section::flag(std::string_view key, bool absent) const {
  const toml::node* const node = table_->get(key);
  if (node == nullptr) return absent;
  const auto value = node->value_exact<bool>();
  if (!value) fail(key, "must be true or false");
  return *value;
}

std::vector<std::string> Section::texts(std::string_view key) const {
  std::vector<std::string> values;
  const toml::node* const node = table_->get(key);
  if (node == nullptr) return values;
  const toml::array* const array = node->as_array();
  if (array == nullptr) fail(key, "must be a list of texts");
  for (const toml::node& element : *array) {
    const auto value = element.value_exact<std::string>();
    if (!value || value->empty()) fail(key, "must be a list of texts");
    values.push_back(*value);
  }
  return values;
}

Section Section::section(std::string_view key) const {
  auto table = std::make_shared<Table>();
  table->root = table_;
  if (const toml::node* const node = table_->get(key)) {
    table->toml = node->as_table();
    if (table->toml == nullptr) fail(key, "must be a table");
  }
  return {std::move(table), key_path(key), file_};
}

std::vector<Section> Section::sections(std::string_view key) const {
  std::vector<Section> values;
  const toml::node* const node = table_->get(key);
  if (node == nullptr) return values;
  const toml::array* const array = node->as_array();
  if (array == nullptr) fail(key, "must be a list of tables");
  for (const toml::node& element : *array) {
    auto table = std::make_shared<Table>();
    table->root = table_;
    table->toml = element.as_table();
    if (table->toml == nullptr) fail(key, "must be a list of tables");
    values.push_back({std::move(table), key_path(key), file_});
  }
  return values;
}

std::string Section::key_path(std::string_view key) const {
  if (path_.empty() || key.empty()) return path_ + std::string(key);
  return path_ + "." + std::string(key);
}

DialectText read_dialect_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad()) throw LoadFailure{{file.string(), "", "cannot be read"}};
  return {std::move(text), file.string()};
}

DialectSource dialects_in(const std::filesystem::path& folder) {
  return [folder](const std::string& name) { return read_dialect_file(folder / (name + ".toml")); };
}

DialectSource shipped_dialects() {
  return [](const std::string& name) -> DialectText {
    const auto text = shipped_dialect_text(name);
    if (!text) throw LoadFailure{{name, "", "is no dialect that Holdfast knows"}};
    return {std::string(*text), name + ".toml"};
  };
}

}  // namespace iso8583
