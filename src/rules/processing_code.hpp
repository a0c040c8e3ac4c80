// DE3: what a transaction is for. One table for the link and for clearing files.
#pragma once

#include <string_view>

#include "engine/types.hpp"

namespace holdfast {

// By the first two digits; `unsupported` for a code that is not in the contract.
engine::Operation operation_of(std::string_view processing_code);
// Of a clearing file, which has codes that the link does not take.
engine::Operation operation_in_clearing(std::string_view processing_code);

}  // namespace holdfast
