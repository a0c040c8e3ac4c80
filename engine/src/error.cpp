#include "engine/error.hpp"

#include <stdexcept>

namespace engine {

// value() on an error is a bug of the caller; ours test first.
void throw_exception_from_error(const EngineError& error, const boost::source_location&) {
  throw std::runtime_error(error.detail);
}

}  // namespace engine
