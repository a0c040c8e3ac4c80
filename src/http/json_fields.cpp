#include "http/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

namespace holdfast::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t amount_max = 1'000'000'000'000'000;
constexpr std::size_t shown_key_size_max = 40;

// A key is the caller's text: shown only when it cannot be mistaken for anything else.
bool is_showable(std::string_view key) {
  return !key.empty() && key.size() <= shown_key_size_max &&
         std::all_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

boost::system::result<json::object, BodyError> parse_object(std::string_view text,
                                                            json::storage_ptr storage) {
  if (text.empty()) return json::object(std::move(storage));
  boost::system::error_code failure;
  json::value value = json::parse(text, failure, std::move(storage));
  if (failure) return BodyError{"bad_json", {}, "The body is not JSON in UTF-8."};
  if (!value.is_object()) return BodyError{"bad_json", {}, "The body is not a JSON object."};
  return std::move(value.get_object());
}

const json::value* JsonFields::find(std::string_view key) {
  const json::value* value = object_.if_contains(key);
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
    asked_.push_back(key);
    if (value != nullptr) ++known_;
  }
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool JsonFields::is_null(std::string_view key) const {
  const json::value* value = object_.if_contains(key);
  return value != nullptr && value->is_null();
}

std::optional<std::string_view> JsonFields::text(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string_view(value->get_string());
  refuse(key, "must be a string");
  return std::nullopt;
}

std::optional<std::int64_t> JsonFields::integer(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  refuse(key, "must be an integer");
  return std::nullopt;
}

std::vector<std::string> JsonFields::texts(std::string_view key) {
  std::vector<std::string> texts;
  const json::value* value = find(key);
  if (value == nullptr) return texts;
  const json::array* array = value->if_array();
  if (array == nullptr) {
    refuse(key, "must be a list of strings");
    return texts;
  }
  for (const json::value& item : *array) {
    if (!item.is_string()) refuse(key, "must be a list of strings");
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

std::optional<std::vector<const json::object*>> JsonFields::objects(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  std::vector<const json::object*> objects;
  const json::array* array = value->if_array();
  if (array == nullptr) {
    refuse(key, "must be a list of objects");
    return objects;
  }
  for (const json::value& item : *array) {
    if (!item.is_object()) refuse(key, "must be a list of objects");
    if (item.is_object()) objects.push_back(&item.get_object());
  }
  return objects;
}

std::optional<bool> JsonFields::boolean(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  refuse(key, "must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> JsonFields::amount(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64() && !value->is_uint64()) {
    refuse(key, "must be an integer, in minor units");
    return std::nullopt;
  }
  const bool fits =
      value->is_int64() && value->get_int64() <= amount_max && value->get_int64() >= -amount_max;
  if (fits) return value->get_int64();
  refuse(key, "must lie within 10^15 minor units");
  return std::nullopt;
}

std::string_view JsonFields::required_text(std::string_view key) {
  const auto value = text(key);
  if (!value) refuse("missing_field", key, "is missing");
  return value.value_or(std::string_view());
}

std::int64_t JsonFields::required_amount(std::string_view key) {
  const auto value = amount(key);
  if (!value) refuse("missing_field", key, "is missing");
  return value.value_or(0);
}

void JsonFields::refuse(std::string_view key, std::string_view reason) {
  refuse("bad_field", key, reason);
}

void JsonFields::refuse(std::string_view code, std::string_view key, std::string_view reason) {
  if (error_) return;
  error_ = BodyError{code, std::string(key), fmt::format("'{}' {}.", key, reason)};
}

std::optional<BodyError> JsonFields::error() const {
  if (error_ || known_ == object_.size()) return error_;
  for (const auto& member : object_) {
    const std::string_view key = member.key();
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    if (!is_showable(key)) return BodyError{"unknown_field", {}, "A key is not known here."};
    return BodyError{"unknown_field", std::string(key),
                     fmt::format("'{}' is not known here.", key)};
  }
  return error_;
}

}  // namespace holdfast::http
