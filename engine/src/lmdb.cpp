// The commit in steps.
//
// An LMDB environment begins with two meta pages, of which the one with the higher number names the
// newest state. A commit writes its pages where no page of the last state lies, syncs, and then
// writes the older meta page anew: so it is there as a whole or not at all. Without the sync in
// between, the meta page may reach the disk before the pages that it names. So the two pages are
// put aside first, durably, and only when everything is on the disk are they thrown away: where
// they are found at the next start, they are put back, and the commit never was.
#include "lmdb.hpp"

#include <sys/stat.h>

#include <fstream>

namespace engine::lmdb {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t step = std::uint64_t{1} << 20;
constexpr std::size_t meta_pages = 2;

fs::path data_file(const fs::path& directory) {
  return directory / "data.mdb";
}
fs::path kept_file(const fs::path& directory) {
  return directory / "meta-before-commit";
}

Result<void> copy_bytes(const fs::path& from, const fs::path& to, std::ios::openmode mode,
                        std::size_t size) {
  std::string bytes(size, '\0');
  std::ifstream source(from, std::ios::binary);
  if (!source.read(bytes.data(), static_cast<std::streamsize>(size))) return io_error(from, "read");
  std::ofstream copy(to, std::ios::binary | mode);
  if (!copy.write(bytes.data(), static_cast<std::streamsize>(size)) || !copy.flush()) {
    return io_error(to, "write");
  }
  return sync_file(to);
}

Result<void> keep_meta_pages(const fs::path& directory, std::size_t page_size) {
  const fs::path kept = kept_file(directory);
  const fs::path temporary = kept.string() + ".tmp";
  auto copied = copy_bytes(data_file(directory), temporary, std::ios::out, meta_pages * page_size);
  if (!copied) return copied;
  std::error_code ec;
  fs::rename(temporary, kept, ec);
  if (ec) return io_error(kept, ec);
  return sync_file(directory);
}

Result<void> forget_meta_pages(const fs::path& directory) {
  std::error_code ec;
  fs::remove(kept_file(directory), ec);
  if (ec) return io_error(kept_file(directory), ec);
  return sync_file(directory);
}

Result<void> write_out_file(MDB_env* env, FileOperations& files) {
  int file = -1;
  mdb_env_get_fd(env, &file);
  struct stat status {};
  if (::fstat(file, &status) != 0) return io_error("data.mdb", "stat");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  for (std::uint64_t from = 0; from < size; from += step) {
    if (files.write_out(file, from, std::min(step, size - from)) != 0) {
      return io_error("data.mdb", "write out");
    }
  }
  return {};
}

}  // namespace

Result<void> WriteTransaction::write_out(FileOperations& files) const {
  return write_out_file(mdb_txn_env(txn_.get()), files);
}

Result<void> WriteTransaction::commit_in_steps(FileOperations& files) {
  MDB_env* env = mdb_txn_env(txn_.get());
  const char* path = nullptr;
  mdb_env_get_path(env, &path);
  MDB_stat status{};
  mdb_env_stat(env, &status);
  if (auto kept = keep_meta_pages(path, status.ms_psize); !kept) return kept;

  mdb_env_set_flags(env, MDB_NOSYNC, 1);
  const int rc = mdb_txn_commit(txn_.release());
  mdb_env_set_flags(env, MDB_NOSYNC, 0);
  if (rc != 0) return error(rc, "commit");

  if (auto written = write_out_file(env, files); !written) return written;
  int file = -1;
  mdb_env_get_fd(env, &file);
  if (files.sync(file) != 0) return io_error(data_file(path), "sync");
  return forget_meta_pages(path);
}

Result<void> Environment::restore_meta_pages(const fs::path& directory) {
  const fs::path kept = kept_file(directory);
  std::error_code ec;
  const std::uintmax_t size = fs::file_size(kept, ec);
  if (ec) return {};  // there is none
  // In place: the rest of the file stays.
  auto restored = copy_bytes(kept, data_file(directory), std::ios::in | std::ios::out, size);
  if (!restored) return restored;
  return forget_meta_pages(directory);
}

}  // namespace engine::lmdb
