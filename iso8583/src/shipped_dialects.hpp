// The dialect files of config/dialects/, as they were when the library was built.
#pragma once

#include <optional>
#include <string_view>

namespace iso8583 {

// The text of a file, by its name without ".toml".
std::optional<std::string_view> shipped_dialect_text(std::string_view name);

}  // namespace iso8583
