#include "http/kept_reports.hpp"

#include "security/secret_file.hpp"

namespace holdfast::http {
namespace {

std::filesystem::path file_of(const std::filesystem::path& folder, std::string_view key) {
  return folder / "reports" / (std::string(key) + ".json");
}

}  // namespace

std::optional<KeptReport> find_kept_report(const std::filesystem::path& folder,
                                           std::string_view key) {
  const auto text = read_small_file(file_of(folder, key));
  if (!text) return std::nullopt;
  const auto line_end = text->find('\n');
  if (line_end == std::string::npos) return std::nullopt;
  return KeptReport{text->substr(0, line_end), text->substr(line_end + 1)};
}

Outcome<void> keep_report(const std::filesystem::path& folder, std::string_view key,
                          const KeptReport& kept) {
  return write_secret_file(file_of(folder, key), kept.content + '\n' + kept.report);
}

}  // namespace holdfast::http
