// How many files and sockets the process may have open.
#pragma once

#include "config/config.hpp"
#include "error.hpp"

namespace holdfast {

// Raises the limit as far as the system allows. An error when the config lets in more
// connections than that: the next segment of the journal would be the one that cannot be opened.
Outcome<void> raise_descriptor_limit(const Config& config);

}  // namespace holdfast
