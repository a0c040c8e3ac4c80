#include "data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace engine {

Result<DataLock> DataLock::take(const std::filesystem::path& data_dir) {
  const std::string path = (data_dir / "lock").string();
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return EngineError{EngineErrorCode::io, path + ": " + std::strerror(errno)};
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return EngineError{EngineErrorCode::in_use,
                       data_dir.string() + ": this folder is in use already"};
  }
  return DataLock(file);
}

DataLock::~DataLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace engine
