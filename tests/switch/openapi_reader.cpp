#include "openapi_reader.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "http/openapi_document.hpp"

namespace holdfast::http::test {
namespace {

namespace json = boost::json;

std::string upper_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

}  // namespace

OpenApiReader::OpenApiReader() : document_(json::parse(openapi_document())) {
  for (const auto& [path, item] : document_.at("paths").as_object()) {
    for (const auto& [key, value] : item.as_object()) {
      if (key == "parameters") continue;
      operations_.push_back({upper_case(key), path, &value.as_object(), &item.as_object()});
    }
  }
}

const Operation* OpenApiReader::find(std::string_view method, std::string_view path) const {
  const auto found =
      std::find_if(operations_.begin(), operations_.end(), [&](const Operation& operation) {
        return operation.method == method && operation.path == path;
      });
  return found == operations_.end() ? nullptr : &*found;
}

const json::object& OpenApiReader::resolved(const json::value& value) const {
  const json::value* target = value.as_object().if_contains("$ref");
  if (target == nullptr) return value.get_object();
  return document_.at_pointer(std::string_view(target->as_string()).substr(1)).as_object();
}

std::set<std::string> OpenApiReader::parameters(const Operation& operation,
                                                std::string_view in) const {
  std::set<std::string> names;
  for (const json::object* object : {operation.path_object, operation.object}) {
    const json::value* list = object->if_contains("parameters");
    if (list == nullptr) continue;
    for (const json::value& item : list->as_array()) {
      const json::object& parameter = resolved(item);
      if (parameter.at("in").as_string() == in) names.emplace(parameter.at("name").as_string());
    }
  }
  return names;
}

bool OpenApiReader::needs_token(const Operation& operation) const {
  const json::value* own = operation.object->if_contains("security");
  return !(own != nullptr ? *own : document_.at("security")).as_array().empty();
}

json::object OpenApiReader::request_content(const Operation& operation) const {
  const json::value* body = operation.object->if_contains("requestBody");
  return body == nullptr ? json::object() : resolved(*body).at("content").as_object();
}

const json::object* OpenApiReader::response(const Operation& operation, int status) const {
  const json::object& responses = operation.object->at("responses").as_object();
  const json::value* listed = responses.if_contains(std::to_string(status));
  if (listed == nullptr && status >= 400) listed = responses.if_contains("default");
  return listed == nullptr ? nullptr : &resolved(*listed);
}

std::set<std::string> OpenApiReader::codes(const Operation& operation,
                                           const std::string& status) const {
  const json::value* listed = operation.object->at("responses").as_object().if_contains(status);
  if (listed == nullptr) return {};
  const json::value& schema =
      resolved(*listed).at("content").at("application/problem+json").at("schema");
  std::set<std::string> codes;
  for (const json::value& code : schema.at_pointer("/properties/code/enum").as_array()) {
    codes.emplace(code.as_string());
  }
  return codes;
}

std::vector<std::string> OpenApiReader::statuses(const Operation& operation) const {
  std::vector<std::string> statuses;
  for (const auto& member : operation.object->at("responses").as_object()) {
    statuses.emplace_back(member.key());
  }
  return statuses;
}

std::vector<Example> OpenApiReader::examples(const json::object& media_type) {
  std::vector<Example> found;
  if (const json::value* only = media_type.if_contains("example")) found.push_back({{}, only});
  if (const json::value* several = media_type.if_contains("examples")) {
    for (const auto& [name, example] : several->as_object()) {
      found.push_back({name, &example.at("value")});
    }
  }
  return found;
}

}  // namespace holdfast::http::test
