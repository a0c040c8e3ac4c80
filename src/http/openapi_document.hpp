// The API described for programs, as it stands in docs/openapi.json.
#pragma once

#include <string_view>

namespace holdfast::http {

std::string_view openapi_document();

}  // namespace holdfast::http
