#include "core_banking/file_adapter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "security/secret_file.hpp"

namespace holdfast::core_banking {
namespace {

namespace fs = std::filesystem;

// Core banking may run as another user of the group.
constexpr mode_t exchange_mode = 0640;

bool is_there(const fs::path& file) {
  const std::string name = file.filename().string();
  return !name.starts_with('.') && name.ends_with(".jsonl");
}

}  // namespace

FileAdapter::FileAdapter(fs::path folder) : folder_(std::move(folder)) {
  std::error_code failure;  // shows when a file is written or read
  fs::create_directories(folder_ / "outbox", failure);
  fs::create_directories(folder_ / "inbox" / "done", failure);
  fs::create_directories(folder_ / "inbox" / "failed", failure);
}

Outcome<void> FileAdapter::deliver(std::string_view batch_id, std::string_view content) {
  return write_whole_file(folder_ / "outbox" / fmt::format("{}.jsonl", batch_id), content,
                          exchange_mode);
}

std::vector<std::string> FileAdapter::waiting() {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder_ / "inbox", failure)) {
    if (is_there(entry.path()) && entry.is_regular_file(failure)) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Outcome<std::string> FileAdapter::read(const std::string& name) {
  return read_small_file(folder_ / "inbox" / name);
}

Outcome<void> FileAdapter::taken(const std::string& name) {
  auto moved = move(name, "done");
  if (!moved) return moved.error();
  return {};
}

Outcome<void> FileAdapter::refused(const std::string& name, std::string_view reason) {
  auto moved = move(name, "failed");
  if (!moved) return moved.error();
  return write_whole_file(moved->string() + ".error", fmt::format("{}\n", reason), exchange_mode);
}

// A file of the same name may have come before.
Outcome<fs::path> FileAdapter::move(const std::string& name, const char* folder) {
  const fs::path from = folder_ / "inbox" / name;
  fs::path to = folder_ / "inbox" / folder / name;
  for (int copy = 2; fs::exists(to); ++copy) {
    to = folder_ / "inbox" / folder / fmt::format("{}.{}", name, copy);
  }
  std::error_code failure;
  fs::rename(from, to, failure);
  if (failure) return Error{fmt::format("{}: {}", from.string(), failure.message())};
  return {boost::system::in_place_value, std::move(to)};
}

}  // namespace holdfast::core_banking
