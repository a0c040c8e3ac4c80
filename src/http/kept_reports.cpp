#include "http/kept_reports.hpp"

#include <fmt/format.h>

#include <sstream>

#include "security/secret_file.hpp"

namespace holdfast::http {
namespace {

// A file is the fingerprint in a line, the status and the problem's code in a line, the body.
const std::string no_problem = "ok";  // in the place of a code

std::filesystem::path file_of(const std::filesystem::path& folder, std::string_view key) {
  return folder / "reports" / (std::string(key) + ".json");
}

}  // namespace

std::optional<KeptAnswer> find_kept_answer(const std::filesystem::path& folder,
                                           std::string_view key) {
  const auto text = read_small_file(file_of(folder, key));
  if (!text) return std::nullopt;
  std::istringstream head(*text);
  KeptAnswer kept;
  std::getline(head, kept.content);
  std::getline(head >> kept.response.status >> std::ws, kept.response.code);
  if (!head) return std::nullopt;
  if (kept.response.code == no_problem) kept.response.code.clear();
  kept.response.body = text->substr(static_cast<std::size_t>(head.tellg()));
  return kept;
}

Outcome<void> keep_answer(const std::filesystem::path& folder, std::string_view key,
                          const KeptAnswer& kept) {
  const ApiResponse& response = kept.response;
  return write_secret_file(
      file_of(folder, key),
      fmt::format("{}\n{} {}\n{}", kept.content, response.status,
                  response.is_problem() ? response.code : no_problem, response.body));
}

}  // namespace holdfast::http
