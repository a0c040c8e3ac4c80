#include "core_banking/file_adapter.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "core_banking/shown.hpp"
#include "security/secret_file.hpp"

namespace holdfast::core_banking {
namespace {

namespace fs = std::filesystem;

// Core banking may run as another user of the group.
constexpr mode_t exchange_mode = 0640;

constexpr std::string_view file_end = ".jsonl";
// A file system takes 255 bytes: there is room for what a report or a second file of a name adds.
constexpr std::size_t name_bytes_max = 200;

bool is_there(std::string_view name) {
  return !name.starts_with('.') && name.ends_with(file_end);
}

// What it is called from its taking on.
std::string kept_name(const std::string& name) {
  if (name.size() <= name_bytes_max) return name;
  return name.substr(0, name_bytes_max - file_end.size()) + std::string(file_end);
}

Error file_error(const fs::path& file, const std::error_code& failure) {
  return {fmt::format("{}: {}", file.string(), failure.message())};
}

Outcome<void> list(const fs::path& folder, std::vector<std::string>& names) {
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    std::error_code gone;
    if (is_there(name) && entry->is_regular_file(gone)) names.push_back(name);
  }
  if (failure) return file_error(folder, failure);
  return {};
}

}  // namespace

FileAdapter::FileAdapter(fs::path folder)
    : folder_(std::move(folder)), inbox_(folder_ / "inbox"), taking_(inbox_ / "taking") {
  std::error_code failure;  // shows when a file is written or read
  for (const fs::path& made : {folder_ / "outbox", taking_, inbox_ / "done", inbox_ / "failed"}) {
    fs::create_directories(made, failure);
  }
  // A folder is on the disk when the one that it lies in is.
  for (const fs::path& synced : {inbox_, folder_, folder_.parent_path()}) {
    if (auto done = sync_folder(synced); !done) spdlog::error("core: {}", shown(done.error().text));
  }
}

fs::path FileAdapter::outbox_file(std::string_view batch_id) const {
  return folder_ / "outbox" / fmt::format("{}.jsonl", batch_id);
}

Outcome<void> FileAdapter::prepare(std::string_view batch_id) {
  return can_write_whole_file(outbox_file(batch_id), exchange_mode);
}

Outcome<void> FileAdapter::deliver(std::string_view batch_id, std::string_view content) {
  return write_whole_file(outbox_file(batch_id), content, exchange_mode);
}

Outcome<std::vector<std::string>> FileAdapter::waiting() {
  std::vector<std::string> names;
  std::error_code failure;
  fs::create_directories(taking_, failure);
  if (auto listed = list(taking_, names); !listed) return listed.error();
  const std::set<std::string> taken(names.begin(), names.end());
  std::vector<std::string> arrived;
  if (auto listed = list(inbox_, arrived); !listed) return listed.error();
  // A second file of a name waits until the first one is dealt with.
  for (std::string& name : arrived) {
    if (!taken.contains(kept_name(name))) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return {boost::system::in_place_value, std::move(names)};
}

Outcome<std::string> FileAdapter::take(const std::string& name) {
  std::string kept = kept_name(name);
  std::error_code failure;
  if (!fs::exists(taking_ / kept, failure)) fs::rename(inbox_ / name, taking_ / kept, failure);
  if (failure) return file_error(inbox_ / name, failure);
  return {boost::system::in_place_value, std::move(kept)};
}

Outcome<std::string> FileAdapter::read(const std::string& name) {
  return read_small_file(taking_ / name);
}

Outcome<void> FileAdapter::accepted(const std::string& name) {
  auto moved = move(name, inbox_ / "done");
  if (!moved) return moved.error();
  return {};
}

Outcome<void> FileAdapter::refused(const std::string& name, std::string_view reason) {
  auto moved = move(name, inbox_ / "failed");
  if (!moved) return moved.error();
  // The file has its place, and the log has the reason: nothing is left to be tried again.
  auto written =
      write_whole_file(moved->string() + ".error", fmt::format("{}\n", reason), exchange_mode);
  if (!written) spdlog::error("core: {}", shown(written.error().text));
  return {};
}

Outcome<fs::path> FileAdapter::move(const std::string& name, const fs::path& folder) {
  const fs::path from = taking_ / name;
  std::error_code failure;
  fs::create_directories(folder, failure);
  const fs::path to = free_name(folder, name, "");
  fs::rename(from, to, failure);
  std::error_code ignored;
  // One that somebody took away does not wait any more.
  const bool is_gone = fs::symlink_status(from, ignored).type() == fs::file_type::not_found;
  if (failure && !is_gone) return file_error(from, failure);
  for (const fs::path& synced : {folder, taking_}) {
    if (auto done = sync_folder(synced); !done) return done.error();
  }
  return {boost::system::in_place_value, to};
}

}  // namespace holdfast::core_banking
