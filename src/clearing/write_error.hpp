// Why a record could not be written.
#pragma once

#include <string>

namespace holdfast::clearing {

// What stopped the writing, in a sentence; never what a field holds.
struct WriteError {
  std::string detail;
};

}  // namespace holdfast::clearing
