// Always-on assertions: for bugs only. Peer input, files and disks never reach one.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace engine {

[[noreturn]] inline void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace engine

#define ENGINE_ASSERT(condition)         \
  (static_cast<bool>(condition) ? void() \
                                : ::engine::assertion_failed(#condition, __FILE__, __LINE__))
