#include "faulty_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace engine::testing {
namespace {

constexpr std::size_t short_write_size = 100;

std::string path_of(int file) {
  char path[4096];
  const auto size = ::readlink(fmt::format("/proc/self/fd/{}", file).c_str(), path, sizeof path);
  std::string text(path, size < 0 ? 0 : static_cast<std::size_t>(size));
  // A segment is made under this name and then renamed.
  if (text.ends_with(".tmp")) text.resize(text.size() - 4);
  return text;
}

}  // namespace

std::int64_t FaultyFiles::write_at(int file, std::span<const std::uint8_t> bytes,
                                   std::int64_t offset) {
  const Fault now = fault;
  if (now == Fault::write_fails || (now == Fault::write_stops_short && bytes.size() < 2)) {
    errno = ENOSPC;
    return -1;
  }
  if (now == Fault::write_stops_short) bytes = bytes.first(bytes.size() / 2);
  if (now == Fault::writes_come_short)
    bytes = bytes.first(std::min(bytes.size(), short_write_size));
  std::lock_guard lock(mutex_);
  Replaced entry{path_of(file), offset, std::vector<std::uint8_t>(bytes.size()), false};
  const auto read = ::pread(file, entry.before.data(), entry.before.size(), offset);
  if (read < 0) return -1;
  const auto written = FileOperations::write_at(file, bytes, offset);
  if (written > 0) replaced_.push_back(std::move(entry));
  // Unless the test has mended the disk meanwhile.
  if (Fault stops_short = now; stops_short == Fault::write_stops_short) {
    fault.compare_exchange_strong(stops_short, Fault::write_fails);
  }
  return written;
}

int FaultyFiles::sync(int file) {
  std::lock_guard lock(mutex_);
  const std::string path = path_of(file);
  if (fault == Fault::sync_fails) {
    for (Replaced& entry : replaced_) entry.lost |= entry.path == path;
    errno = EIO;
    return -1;
  }
  auto is_written_again = [&](const Replaced& lost) {
    return std::any_of(replaced_.begin(), replaced_.end(), [&](const Replaced& entry) {
      const auto end = entry.offset + static_cast<std::int64_t>(entry.before.size());
      return !entry.lost && entry.path == lost.path && entry.offset <= lost.offset &&
             end >= lost.offset + static_cast<std::int64_t>(lost.before.size());
    });
  };
  std::vector<Replaced> left;
  for (const Replaced& entry : replaced_) {
    const bool durable = entry.path == path && (!entry.lost || is_written_again(entry));
    if (!durable) left.push_back(entry);
  }
  replaced_ = std::move(left);
  return 0;  // for this test's disk, that is all
}

void FaultyFiles::crash() {
  std::lock_guard lock(mutex_);
  std::reverse(replaced_.begin(), replaced_.end());
  for (const Replaced& entry : replaced_) {
    const int file = ::open(entry.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) continue;  // a segment that was never finished
    FileOperations::write_at(file, entry.before, entry.offset);
    ::close(file);
  }
  replaced_.clear();
}

}  // namespace engine::testing
