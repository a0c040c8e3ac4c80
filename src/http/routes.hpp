// Which call answers which method and path: one table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/api.hpp"

namespace holdfast::http {

enum class BodyKind {
  json,  // in memory, of bounded size
  file,  // written to a file while it comes
};

struct Route {
  std::string_view method;
  std::string_view path;  // one part may be {…}
  Awaitable<ApiResponse> (*call)(Api& api, const ApiRequest& request);
  BodyKind body = BodyKind::json;
  bool is_public = false;         // needs no token
  std::string_view query_keys{};  // the ones it knows, with a blank between them
};

std::span<const Route> all_routes();

struct RouteMatch {
  const Route* route = nullptr;  // null: no such path, or not with this method
  std::string parameter;         // what stands for {…}, decoded
  std::string allow;             // the methods of the path, when it is there
};
RouteMatch find_route(std::string_view method, std::string_view path);

// Splits "/v1/x?a=1&b=2" into the request's path and query. False when it cannot be decoded.
bool read_target(std::string_view target, ApiRequest& request);
// Whether the route knows every key of the query.
bool knows_query(const Route& route, const ApiRequest& request);

}  // namespace holdfast::http
