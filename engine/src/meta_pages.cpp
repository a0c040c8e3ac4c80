#include "meta_pages.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "file_operations.hpp"

namespace engine::lmdb {
namespace {

namespace fs = std::filesystem;

fs::path data_file(const fs::path& directory) {
  return directory / "data.mdb";
}
fs::path kept_file(const fs::path& directory) {
  return directory / "meta-before-commit";
}

Result<std::string> read_beginning(const fs::path& path, std::size_t size) {
  std::string bytes(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) return io_error(path, "read");
  return bytes;
}

// Synced. With std::ios::in, the file stays as it is around them.
Result<void> write_at(const fs::path& path, std::ios::openmode mode, std::size_t offset,
                      std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::out | mode);
  file.seekp(static_cast<std::streamoff>(offset));
  if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())) || !file.flush()) {
    return io_error(path, "write");
  }
  return sync_file(path);
}

// As it lies on the disk: both pages, and a byte that says which one is newer.
struct KeptPages {
  std::string pages;
  std::size_t newer = 0;

  std::size_t page_size() const { return pages.size() / 2; }
  std::string_view page(std::size_t i) const {
    return std::string_view(pages).substr(i * page_size(), page_size());
  }
};

Result<KeptPages> read_kept(const fs::path& kept) {
  std::error_code ec;
  const std::uintmax_t size = fs::file_size(kept, ec);
  if (ec) return io_error(kept, ec);
  auto bytes = read_beginning(kept, size);
  if (!bytes) return bytes.error();
  const auto newer = size % 2 == 1 ? static_cast<unsigned char>(bytes->back()) : 2U;
  if (newer > 1) {
    return EngineError{EngineErrorCode::corrupt, kept.string() + ": not what was written there"};
  }
  bytes->pop_back();
  return KeptPages{std::move(*bytes), newer};
}

// LMDB's own lock of its lock file: whoever has the environment open shares the first byte. Another
// process keeps the number of the newest state in mind there, which is about to change.
class NobodyElse {
 public:
  explicit NobodyElse(const fs::path& directory)
      : file_(::open((directory / "lock.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;
    holds_ = file_ >= 0 && ::fcntl(file_, F_SETLK, &lock) == 0;
  }
  NobodyElse(const NobodyElse&) = delete;
  NobodyElse& operator=(const NobodyElse&) = delete;
  ~NobodyElse() {
    if (file_ >= 0) ::close(file_);
  }
  bool holds() const { return holds_; }

 private:
  int file_;
  bool holds_ = false;
};

}  // namespace

Result<bool> keep_meta_pages(const fs::path& directory, std::size_t page_size, std::size_t newer) {
  const fs::path kept = kept_file(directory);
  const fs::path temporary = kept.string() + ".tmp";
  auto bytes = read_beginning(data_file(directory), 2 * page_size);
  if (!bytes) return bytes.error();
  bytes->push_back(static_cast<char>(newer));
  std::error_code ec;
  if (!write_at(temporary, std::ios::trunc, 0, *bytes)) {
    fs::remove(temporary, ec);
    return false;
  }
  fs::rename(temporary, kept, ec);
  if (ec) return io_error(kept, ec);
  if (auto synced = sync_file(directory); !synced) return synced.error();
  return true;
}

Result<void> forget_meta_pages(const fs::path& directory) {
  std::error_code ec;
  fs::remove(kept_file(directory), ec);
  if (ec) return io_error(kept_file(directory), ec);
  return sync_file(directory);
}

Result<void> restore_meta_pages(const fs::path& directory) {
  const fs::path kept = kept_file(directory);
  const fs::path data = data_file(directory);
  std::error_code ec;
  const bool is_kept = fs::exists(kept, ec);
  if (ec) return io_error(kept, ec);
  const bool is_new = !fs::exists(data, ec);
  if (ec) return io_error(data, ec);
  // Synced in any case: that they were thrown away may not be on the disk yet.
  if (!is_kept || is_new) return forget_meta_pages(directory);

  const NobodyElse nobody_else(directory);
  if (!nobody_else.holds()) {
    return EngineError{EngineErrorCode::in_use,
                       directory.string() +
                           ": another process, such as mdb_copy, has it open, and "
                           "the last checkpoint must be taken back first"};
  }
  const auto before = read_kept(kept);
  if (!before) return before.error();
  const auto now = read_beginning(data, before->pages.size());
  if (!now) return now.error();
  // A commit leaves the newer page as it is.
  const std::size_t newer_at = before->newer * before->page_size();
  if (now->compare(newer_at, before->page_size(), before->page(before->newer)) != 0) {
    return EngineError{EngineErrorCode::store,
                       kept.string() +
                           ": not of the data.mdb beside it. Was that put back from a "
                           "copy? Then remove this file"};
  }
  const std::size_t older = 1 - before->newer;
  auto restored = write_at(data, std::ios::in, older * before->page_size(), before->page(older));
  if (!restored) return restored;
  return forget_meta_pages(directory);
}

}  // namespace engine::lmdb
