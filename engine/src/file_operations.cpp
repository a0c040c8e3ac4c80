#include "file_operations.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/write_out.hpp"

namespace engine {

int write_out(int file, std::uint64_t offset, std::uint64_t size) {
  // Without the file's metadata and without a flush of the disk's cache, which every sync of the
  // journal would have to queue behind.
  const int rc = ::sync_file_range(
      file, static_cast<off64_t>(offset), static_cast<off64_t>(size),
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
  return rc != 0 && (errno == ENOSYS || errno == EINVAL) ? 0 : rc;
}

std::int64_t FileOperations::write_at(int file, std::span<const std::uint8_t> bytes,
                                      std::int64_t offset) {
  return ::pwrite(file, bytes.data(), bytes.size(), offset);
}
int FileOperations::write_out(int file, std::uint64_t offset, std::uint64_t size) {
  return engine::write_out(file, offset, size);
}
int FileOperations::sync(int file) {
  return ::fdatasync(file);
}
FileOperations& FileOperations::system() {
  static FileOperations operations;
  return operations;
}

Result<void> sync_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return io_error(path, "open");
  const int rc = ::fsync(file);
  const int error = errno;
  ::close(file);
  errno = error;
  if (rc != 0) return io_error(path, "sync");
  return {};
}

EngineError io_error(const std::filesystem::path& path, const char* operation) {
  return {EngineErrorCode::io,
          fmt::format("{}: {}: {}", path.string(), operation, std::strerror(errno))};
}
EngineError io_error(const std::filesystem::path& path, const std::error_code& error) {
  return {EngineErrorCode::io, path.string() + ": " + error.message()};
}

}  // namespace engine
