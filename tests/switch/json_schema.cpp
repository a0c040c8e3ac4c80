#include "json_schema.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <regex>
#include <utility>

#include "time/rfc3339.hpp"

namespace holdfast::http::test {
namespace {

namespace json = boost::json;

bool is_integer(const json::value& value) {
  return value.is_int64() || value.is_uint64();
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return is_integer(value);
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  return false;
}

std::size_t code_points(const json::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

}  // namespace

const std::map<std::string_view, SchemaChecker::Check>& SchemaChecker::checks() {
  static const std::map<std::string_view, Check> table{
      {"description", &SchemaChecker::annotation},
      {"$ref", &SchemaChecker::reference},
      {"type", &SchemaChecker::type},
      {"enum", &SchemaChecker::enumeration},
      {"const", &SchemaChecker::constant},
      {"oneOf", &SchemaChecker::one_of},
      {"required", &SchemaChecker::required},
      {"properties", &SchemaChecker::properties},
      {"additionalProperties", &SchemaChecker::additional_properties},
      {"propertyNames", &SchemaChecker::property_names},
      {"items", &SchemaChecker::items},
      {"minItems", &SchemaChecker::min_items},
      {"maxItems", &SchemaChecker::max_items},
      {"minLength", &SchemaChecker::min_length},
      {"maxLength", &SchemaChecker::max_length},
      {"minimum", &SchemaChecker::minimum},
      {"maximum", &SchemaChecker::maximum},
      {"pattern", &SchemaChecker::pattern},
      {"format", &SchemaChecker::format},
  };
  return table;
}

std::vector<std::string> SchemaChecker::faults(const json::value& value,
                                               const json::value& schema) {
  check(value, schema, "");
  return std::exchange(faults_, {});
}

std::vector<std::string> SchemaChecker::unknown_keywords(const json::value& schema) {
  std::vector<std::string> unknown;
  const auto look_into = [&unknown](const json::value& inner) {
    for (std::string& keyword : unknown_keywords(inner)) unknown.push_back(std::move(keyword));
  };
  for (const auto& [keyword, argument] : schema.as_object()) {
    if (!checks().contains(keyword)) unknown.emplace_back(keyword);
    if (keyword == "properties") {
      for (const auto& property : argument.as_object()) look_into(property.value());
    } else if (keyword == "oneOf") {
      for (const json::value& choice : argument.as_array()) look_into(choice);
    } else if (keyword == "items" || keyword == "propertyNames" ||
               (keyword == "additionalProperties" && argument.is_object())) {
      look_into(argument);
    }
  }
  return unknown;
}

void SchemaChecker::check(const Value& value, const Value& schema, const std::string& place) {
  if (!value.is_null()) met_.insert(&schema);
  for (const auto& [keyword, argument] : schema.as_object()) {
    const Rule rule{value, argument, schema.get_object(), place};
    const auto found = checks().find(keyword);
    if (found == checks().end()) {
      fault(rule, "has the unknown keyword " + std::string(keyword));
    } else {
      (this->*found->second)(rule);
    }
  }
}

void SchemaChecker::fault(const Rule& rule, const std::string& text) {
  faults_.push_back(rule.place + ": " + text);
}

void SchemaChecker::reference(const Rule& rule) {
  const std::string_view target = rule.argument.as_string();
  boost::system::error_code failure;
  const Value* schema =
      target.starts_with('#') ? document_.find_pointer(target.substr(1), failure) : nullptr;
  if (schema == nullptr) return fault(rule, "refers to nothing: " + std::string(target));
  check(rule.value, *schema, rule.place);
}

void SchemaChecker::type(const Rule& rule) {
  const json::array types =
      rule.argument.is_array() ? rule.argument.get_array() : json::array{rule.argument};
  const bool fits = std::any_of(types.begin(), types.end(), [&rule](const Value& type) {
    return is_of_type(rule.value, type.as_string());
  });
  if (!fits) fault(rule, "is no " + json::serialize(rule.argument));
}

void SchemaChecker::enumeration(const Rule& rule) {
  const json::array& values = rule.argument.as_array();
  if (std::find(values.begin(), values.end(), rule.value) != values.end()) return;
  fault(rule, json::serialize(rule.value) + " is not in " + json::serialize(values));
}

void SchemaChecker::constant(const Rule& rule) {
  if (rule.value != rule.argument) fault(rule, "is not " + json::serialize(rule.argument));
}

void SchemaChecker::one_of(const Rule& rule) {
  std::vector<std::string> before = std::exchange(faults_, {});
  int fitting = 0;
  for (const Value& choice : rule.argument.as_array()) {
    if (fits(rule.value, choice)) ++fitting;
  }
  faults_ = std::move(before);
  if (fitting != 1) fault(rule, "fits " + std::to_string(fitting) + " of the choices, not one");
}

void SchemaChecker::required(const Rule& rule) {
  const json::object* object = rule.value.if_object();
  if (object == nullptr) return;
  for (const Value& key : rule.argument.as_array()) {
    if (!object->contains(key.as_string())) fault(rule, "has no " + json::serialize(key));
  }
}

void SchemaChecker::properties(const Rule& rule) {
  const json::object* object = rule.value.if_object();
  if (object == nullptr) return;
  for (const auto& [key, schema] : rule.argument.as_object()) {
    const Value* value = object->if_contains(key);
    if (value != nullptr) check(*value, schema, rule.place + "/" + std::string(key));
  }
}

void SchemaChecker::additional_properties(const Rule& rule) {
  const json::object* object = rule.value.if_object();
  if (object == nullptr) return;
  const Value* known = rule.schema.if_contains("properties");
  for (const auto& [key, value] : *object) {
    if (known != nullptr && known->as_object().contains(key)) continue;
    const std::string place = rule.place + "/" + std::string(key);
    if (rule.argument.is_object()) {
      check(value, rule.argument, place);
    } else if (!rule.argument.as_bool()) {
      faults_.push_back(place + ": is not in the document");
    }
  }
}

void SchemaChecker::property_names(const Rule& rule) {
  const json::object* object = rule.value.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) check(Value(member.key()), rule.argument, rule.place);
}

void SchemaChecker::items(const Rule& rule) {
  const json::array* array = rule.value.if_array();
  if (array == nullptr) return;
  for (std::size_t i = 0; i < array->size(); ++i) {
    check((*array)[i], rule.argument, rule.place + "/" + std::to_string(i));
  }
}

void SchemaChecker::min_items(const Rule& rule) {
  const json::array* array = rule.value.if_array();
  if (array && array->size() < rule.argument.to_number<std::size_t>()) fault(rule, "is too short");
}
void SchemaChecker::max_items(const Rule& rule) {
  const json::array* array = rule.value.if_array();
  if (array && array->size() > rule.argument.to_number<std::size_t>()) fault(rule, "is too long");
}
void SchemaChecker::min_length(const Rule& rule) {
  const json::string* text = rule.value.if_string();
  if (text && code_points(*text) < rule.argument.to_number<std::size_t>()) {
    fault(rule, "is too short");
  }
}
void SchemaChecker::max_length(const Rule& rule) {
  const json::string* text = rule.value.if_string();
  if (text && code_points(*text) > rule.argument.to_number<std::size_t>()) {
    fault(rule, "is too long");
  }
}
void SchemaChecker::minimum(const Rule& rule) {
  if (rule.value.is_int64() && rule.value.get_int64() < rule.argument.as_int64()) {
    fault(rule, "is below " + json::serialize(rule.argument));
  }
}
void SchemaChecker::maximum(const Rule& rule) {
  if (is_integer(rule.value) &&
      (rule.value.is_uint64() || rule.value.get_int64() > rule.argument.as_int64())) {
    fault(rule, "is above " + json::serialize(rule.argument));
  }
}

void SchemaChecker::pattern(const Rule& rule) {
  const json::string* text = rule.value.if_string();
  if (text == nullptr) return;
  const std::regex wanted(rule.argument.as_string().c_str());
  if (!std::regex_search(text->c_str(), wanted)) {
    fault(rule, json::serialize(rule.value) + " is not like " + rule.argument.as_string().c_str());
  }
}

void SchemaChecker::format(const Rule& rule) {
  const std::string_view wanted = rule.argument.as_string();
  const json::string* text = rule.value.if_string();
  if (wanted == "int64") {
    if (is_integer(rule.value) && !rule.value.is_int64()) fault(rule, "does not fit 64 bits");
  } else if (wanted == "date-time") {
    if (text != nullptr && !parse_rfc3339(*text)) fault(rule, "is no time of RFC 3339");
  } else if (wanted == "date") {
    if (text != nullptr && !parse_date(*text)) fault(rule, "is no date");
  } else {
    fault(rule, "has the unknown format " + std::string(wanted));
  }
}

}  // namespace holdfast::http::test
