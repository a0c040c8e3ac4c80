#include "clearing/run_records.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <optional>
#include <string>

namespace holdfast::clearing {
namespace {

namespace json = boost::json;

// Addenda that could not be read may stand among the others.
constexpr int lines_behind_max = 1000;

std::optional<json::object> next_line(std::istream& lines) {
  std::string line;
  if (!std::getline(lines, line)) return std::nullopt;
  boost::system::error_code no_json;
  json::value value = json::parse(line, no_json);
  if (no_json || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::uint64_t number_of(const json::object& line, std::string_view key) {
  const json::value* number = line.if_contains(key);
  boost::system::error_code no_number;
  return number == nullptr ? 0 : number->to_number<std::uint64_t>(no_number);
}

// The first line that begins at `offset` or behind it.
std::optional<json::object> line_from(std::istream& lines, std::streamoff offset) {
  lines.clear();
  lines.seekg(offset == 0 ? 0 : offset - 1);
  std::string rest_of_line;
  if (offset != 0) std::getline(lines, rest_of_line);
  return next_line(lines);
}

}  // namespace

json::array addenda_of(const std::filesystem::path& records_file, std::uint64_t number) {
  std::ifstream lines(records_file, std::ios::binary | std::ios::ate);
  if (!lines) return {};
  // The lines are in the order of their numbers: the first one above `number` is looked for.
  std::streamoff from = 0;
  std::streamoff to = lines.tellg();
  while (from < to) {
    const std::streamoff middle = from + (to - from) / 2;
    const auto line = line_from(lines, middle);
    if (line && number_of(*line, "record") <= number) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  json::array addenda;
  auto line = line_from(lines, from);
  for (int seen = 0; line && seen < lines_behind_max; ++seen, line = next_line(lines)) {
    if (number_of(*line, "addendum_to") == number) {
      addenda.push_back(std::move(*line));
    } else if (line->at("outcome") != "rejected") {
      break;
    }
  }
  return addenda;
}

}  // namespace holdfast::clearing
