#include "clearing/run_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/write_out.hpp"
#include "security/secret_file.hpp"

namespace holdfast::clearing {
namespace {

namespace fs = std::filesystem;

// So much is handed to the disk at a time, while the file is worked off: a sync of all of it at the
// end would hold up the journal's.
constexpr std::size_t write_out_step = std::size_t{1} << 20;

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
  check(file_ != nullptr);
}

void RunLog::add(std::string_view line) {
  if (failure_ != 0) return;
  check(std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size());
  size_ += line.size();
  if (size_ - written_out_ >= write_out_step) write_out();
}

void RunLog::write_out() {
  check(std::fflush(file_.get()) == 0);
  check(engine::write_out(::fileno(file_.get()), written_out_, size_ - written_out_) == 0);
  written_out_ = size_;
}

void RunLog::check(bool is_well) {
  if (!is_well && failure_ == 0) failure_ = errno;
}

Outcome<void> RunLog::finish(std::string_view summary) {
  const fs::path records = records_file(folder_, run_id_);
  if (failure_ == 0) {
    check(std::fflush(file_.get()) == 0 && ::fsync(::fileno(file_.get())) == 0);
  }
  if (failure_ != 0) {
    return Error{fmt::format("{}: {}", records.string(), std::strerror(failure_))};
  }
  file_.reset();
  if (std::rename(unfinished(records).c_str(), records.c_str()) != 0) {
    return Error{fmt::format("{}: {}", records.string(), std::strerror(errno))};
  }
  return write_secret_file(summary_file(folder_, run_id_), summary);
}

}  // namespace holdfast::clearing
