#include "http/api.hpp"
#include "http/openapi_document.hpp"

namespace holdfast::http {

Awaitable<ApiResponse> get_openapi(Api&, const ApiRequest&) {
  ApiResponse response;
  response.body = openapi_document();
  co_return response;
}

}  // namespace holdfast::http
