#include "cli/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "engine/money.hpp"

namespace holdfast::cli {

std::string text_of(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return value->get_string().c_str();
  return boost::json::serialize(*value);
}

std::string amount_text(std::int64_t amount, std::string_view currency) {
  const auto code = engine::CurrencyCode::from_alpha(currency);
  if (!code) return fmt::format("{} {}", amount, currency);
  return engine::to_string(engine::Money{amount, *code});
}

std::string amount_text(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return {};
  return amount_text(value->get_int64(), text_of(object, "currency"));
}

void print_rows(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [name, value] : rows) width = std::max(width, name.size());
  for (const auto& [name, value] : rows) {
    fmt::print("{:<{}}  {}\n", name, width, value.empty() ? "-" : value);
  }
}

void print_table(const std::vector<std::string>& titles,
                 const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    std::size_t width = titles[i].size();
    for (const auto& row : rows) width = std::max(width, row[i].size());
    widths.push_back(width);
  }
  const auto print_line = [&widths](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  };
  print_line(titles);
  for (const auto& row : rows) print_line(row);
}

void print_json(const boost::json::object& object) {
  fmt::print("{}\n", boost::json::serialize(object));
}

int show(std::string_view command, const Result<boost::json::object>& answer, bool as_json,
         void (*print)(const boost::json::object&)) {
  if (!answer) return fail(command, answer.error());
  if (as_json) {
    print_json(*answer);
  } else {
    print(*answer);
  }
  return exit_success;
}

}  // namespace holdfast::cli
