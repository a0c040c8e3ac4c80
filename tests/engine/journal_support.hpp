// Journals on a temporary folder, for tests.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "journal_file.hpp"
#include "samples.hpp"

namespace engine::testing {

// A folder that is gone when the test is.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

// What a reader finds from a position (the beginning) to the end.
struct Found {
  std::vector<std::uint64_t> sequences;
  std::string torn_tail;
  std::string error;  // of the reader; then the rest is what came before
  EngineErrorCode code{};
  JournalPosition end;
};
Found read_journal(const std::filesystem::path& directory, const JournalPosition& from = {});

// A journal in `directory`, gone on with by a writer of `epoch`.
std::unique_ptr<FileJournal> open_journal(const std::filesystem::path& directory,
                                          std::uint64_t epoch = 1,
                                          std::size_t segment_size = 16'384);
// Appends a batch of `count` events, each with all sample effects; events go on from the journal's
// last.
void append_batch(Journal& journal, int count);

}  // namespace engine::testing
