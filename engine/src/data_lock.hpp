// One process at a time on a data folder.
#pragma once

#include <filesystem>

#include "engine/error.hpp"

namespace engine {

class DataLock {
 public:
  static Result<DataLock> take(const std::filesystem::path& data_dir);
  DataLock(DataLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}
  int file_;
};

}  // namespace engine
