// A disk that fails on demand, and that forgets at a crash what no sync made durable.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "journal_file.hpp"

namespace engine::testing {

class FaultyFiles : public FileOperations {
 public:
  enum class Fault {
    none,
    write_fails,        // ENOSPC, nothing is written
    write_stops_short,  // half of it is written, then ENOSPC
    writes_come_short,  // at most a few bytes a call, but all in the end
    sync_fails,         // EIO, and what was written is not on the disk, though it can be read
  };
  std::atomic<Fault> fault{Fault::none};

  std::int64_t write_at(int file, std::span<const std::uint8_t> bytes,
                        std::int64_t offset) override;
  int sync(int file) override;

  // The power goes: files say again what they said when they were last synced.
  void crash();

 private:
  // What a write replaced. As with Linux, a sync that fails takes the pages for clean: only
  // writing them again can make them durable.
  struct Replaced {
    std::string path;
    std::int64_t offset = 0;
    std::vector<std::uint8_t> before;
    bool lost = false;
  };
  std::mutex mutex_;
  std::vector<Replaced> replaced_;
};

}  // namespace engine::testing
