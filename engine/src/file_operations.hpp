// What is done to files, in the calls that can fail on a bad disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>

#include "engine/error.hpp"

namespace engine {

// Tests make them fail.
class FileOperations {
 public:
  virtual ~FileOperations() = default;
  // As pwrite(2) and fdatasync(2).
  virtual std::int64_t write_at(int file, std::span<const std::uint8_t> bytes, std::int64_t offset);
  virtual int sync(int file);
  // As engine/write_out.hpp.
  virtual int write_out(int file, std::uint64_t offset, std::uint64_t size);
  static FileOperations& system();
};

// errno in words, with what was done to which file.
EngineError io_error(const std::filesystem::path& path, const char* operation);
EngineError io_error(const std::filesystem::path& path, const std::error_code& error);
// Of a file, or of a folder: that its entries are durable.
Result<void> sync_file(const std::filesystem::path& path);

}  // namespace engine
