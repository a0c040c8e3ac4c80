// What each exception means, and what a person may do about it: one table for API, command line
// and docs/operations.md.
#pragma once

#include <string_view>

#include "engine/types.hpp"

namespace holdfast {

struct ExceptionText {
  engine::ExceptionCode code;
  std::string_view happened;
  std::string_view action;
};
const ExceptionText& exception_text(engine::ExceptionCode code);

}  // namespace holdfast
