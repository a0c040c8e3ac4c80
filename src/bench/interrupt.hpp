// Ctrl-C and SIGTERM while the bench runs: loops ask, and everything is cleaned up on the way out.
#pragma once

#include "error.hpp"

namespace holdfast::bench {

// Takes the two signals over until the process ends.
void watch_for_interrupt();
bool is_interrupted();
Error interrupted_error();

}  // namespace holdfast::bench
