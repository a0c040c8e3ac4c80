// The API's answers as text for people.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/failure.hpp"

namespace holdfast::cli {

// A text or number of the object as text; empty when it is null or absent.
std::string text_of(const boost::json::object& object, std::string_view key);
// Minor units as "35.00 RUB", in the object's "currency".
std::string amount_text(const boost::json::object& object, std::string_view key);
std::string amount_text(std::int64_t amount, std::string_view currency);

// A line each: the name, then the value, or - where there is none.
void print_rows(const std::vector<std::pair<std::string, std::string>>& rows);
// Columns as wide as their widest text, under their titles.
void print_table(const std::vector<std::string>& titles,
                 const std::vector<std::vector<std::string>>& rows);
// The object as one line of JSON.
void print_json(const boost::json::object& object);
// A command's end: what the API answered, as JSON or as `print` writes it for people; or why not.
// The exit code.
int show(std::string_view command, const Result<boost::json::object>& answer, bool as_json,
         void (*print)(const boost::json::object&));

}  // namespace holdfast::cli
