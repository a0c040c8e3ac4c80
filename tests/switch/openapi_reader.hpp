// Reads docs/openapi.json as it is built into the binary: its calls, parameters, bodies, answers.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http::test {

struct Example {
  std::string name;  // empty: the only one of its kind
  const boost::json::value* value = nullptr;
};

struct Operation {
  std::string method;  // "GET"
  std::string path;    // "/v1/accounts/{id}"
  const boost::json::object* object = nullptr;
  const boost::json::object* path_object = nullptr;

  std::string text() const { return method + ' ' + path; }
};

class OpenApiReader {
 public:
  OpenApiReader();

  const boost::json::value& document() const { return document_; }
  const std::vector<Operation>& operations() const { return operations_; }
  const Operation* find(std::string_view method, std::string_view path) const;

  // The object itself, or what its $ref stands for.
  const boost::json::object& resolved(const boost::json::value& value) const;
  // The names of the operation's parameters of that place: "query", "path", "header".
  std::set<std::string> parameters(const Operation& operation, std::string_view in) const;
  bool needs_token(const Operation& operation) const;
  // By media type; empty when the operation takes no body.
  boost::json::object request_content(const Operation& operation) const;
  // The answer that stands for this status, its own or the default; null when it is not listed.
  const boost::json::object* response(const Operation& operation, int status) const;
  // What a problem of that status may have as its code; empty when the status is not listed.
  std::set<std::string> codes(const Operation& operation, const std::string& status) const;
  std::vector<std::string> statuses(const Operation& operation) const;

  static std::vector<Example> examples(const boost::json::object& media_type);

 private:
  boost::json::value document_;
  std::vector<Operation> operations_;
};

}  // namespace holdfast::http::test
