#include "config/dialects.hpp"

namespace holdfast {

boost::system::result<iso8583::Dialect, iso8583::DialectError> find_dialect(
    const std::string& dialect, const std::filesystem::path& config_folder) {
  if (dialect.ends_with(".toml") || dialect.find('/') != std::string::npos) {
    return iso8583::load_dialect(config_folder / dialect);
  }
  const auto file = config_folder / "dialects" / (dialect + ".toml");
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return iso8583::load_dialect(file);
  return iso8583::load_shipped_dialect(dialect);
}

}  // namespace holdfast
