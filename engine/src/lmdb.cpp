#include "lmdb.hpp"

#include <sys/stat.h>

#include "meta_pages.hpp"

namespace engine::lmdb {
namespace {

constexpr std::uint64_t step = std::uint64_t{1} << 20;

int data_file(MDB_env* env) {
  int file = -1;
  mdb_env_get_fd(env, &file);
  return file;
}
const char* path_of(MDB_env* env) {
  const char* path = nullptr;
  mdb_env_get_path(env, &path);
  return path;
}

Result<void> write_out_file(MDB_env* env, FileOperations& files) {
  const int file = data_file(env);
  struct stat status {};
  if (::fstat(file, &status) != 0) return io_error(path_of(env), "stat");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  for (std::uint64_t from = 0; from < size; from += step) {
    if (files.write_out(file, from, std::min(step, size - from)) != 0) {
      return io_error(path_of(env), "write out");
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
  MDB_stat status{};
  mdb_env_stat(env, &status);
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  // States take turns on the two pages.
  const auto kept = keep_meta_pages(path_of(env), status.ms_psize, info.me_last_txnid % 2);
  if (kept && !*kept) return commit();

  // From here on the kept pages decide what a start finds, also if only their names are in doubt.
  writing_->is_broken = true;
  if (!kept) return kept.error();
  mdb_env_set_flags(env, MDB_NOSYNC, 1);
  const int rc = mdb_txn_commit(txn_.release());
  mdb_env_set_flags(env, MDB_NOSYNC, 0);
  if (rc != 0) return error(rc, "commit");
  if (auto written = write_out_file(env, files); !written) return written;
  if (files.sync(data_file(env)) != 0) return io_error(path_of(env), "sync");
  if (auto forgotten = forget_meta_pages(path_of(env)); !forgotten) return forgotten;
  writing_->is_broken = false;
  return {};
}

}  // namespace engine::lmdb
