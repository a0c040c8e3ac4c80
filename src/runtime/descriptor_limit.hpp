// How many files and sockets the process may have open.
#pragma once

#include "config/config.hpp"
#include "error.hpp"

namespace holdfast {

// Raises the limit as far as the system allows. Where the config lets in more connections than
// that, each connections_max is lowered alike, with a warning: the next segment of the journal must
// not be the one that cannot be opened. An error where not even a few connections fit.
Outcome<void> fit_descriptor_limit(Config& config);

}  // namespace holdfast
