// Finds the dialect that a config file or a command line names.
#pragma once

#include <filesystem>
#include <string>

#include "iso8583/dialect.hpp"

namespace holdfast {

// A name is that of a file in `dialects/` of `config_folder`, where there is one, else of a dialect
// that is built in. What has a slash in it, or ends in ".toml", is a path, relative to
// `config_folder`.
boost::system::result<iso8583::Dialect, iso8583::DialectError> find_dialect(
    const std::string& dialect, const std::filesystem::path& config_folder);

}  // namespace holdfast
