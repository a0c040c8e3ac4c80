// Text for JSON.
#pragma once

#include <string>
#include <string_view>

namespace holdfast {

// Texts of the wire are latin-1, those of other systems are UTF-8: what is UTF-8 stays, anything
// else is taken for latin-1.
std::string to_utf8(std::string_view text);

}  // namespace holdfast
