#include "clearing/run_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "security/secret_file.hpp"

namespace holdfast::clearing {
namespace {

namespace fs = std::filesystem;

fs::path unfinished(const fs::path& records) {
  return records.string() + ".tmp";
}

}  // namespace

fs::path RunLog::records_file(const fs::path& folder, std::string_view run_id) {
  return folder / fmt::format("{}.records.jsonl", run_id);
}
fs::path RunLog::summary_file(const fs::path& folder, std::string_view run_id) {
  return folder / fmt::format("{}.json", run_id);
}

RunLog::RunLog(fs::path folder, std::string run_id)
    : folder_(std::move(folder)), run_id_(std::move(run_id)) {
  std::error_code ignored;  // shows when the file is opened
  fs::create_directories(folder_, ignored);
  file_.reset(std::fopen(unfinished(records_file(folder_, run_id_)).c_str(), "we"));
}

void RunLog::add(std::string_view line) {
  if (!file_) return;
  has_failed_ |= std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size();
}

Outcome<void> RunLog::finish(std::string_view summary) {
  const fs::path records = records_file(folder_, run_id_);
  if (file_) has_failed_ |= std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0;
  if (!file_ || has_failed_) {
    return Error{fmt::format("{}: {}", records.string(), std::strerror(errno))};
  }
  file_.reset();
  if (std::rename(unfinished(records).c_str(), records.c_str()) != 0) {
    return Error{fmt::format("{}: {}", records.string(), std::strerror(errno))};
  }
  return write_secret_file(summary_file(folder_, run_id_), summary);
}

}  // namespace holdfast::clearing
