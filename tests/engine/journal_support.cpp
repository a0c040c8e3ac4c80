#include "journal_support.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace engine::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "holdfast-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  // In place: some file systems sync a file that was truncated and written again.
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
  file.close();
  if (std::filesystem::file_size(path) != bytes.size()) {
    std::filesystem::resize_file(path, bytes.size());
  }
}

Found read_journal(const std::filesystem::path& directory, const JournalPosition& from) {
  JournalReader reader(directory, from);
  Found found;
  for (;;) {
    auto more = reader.next();
    if (!more) {
      found.error = more.error().detail;
      found.code = more.error().code;
    }
    if (!more || !*more) break;
    auto bytes = reader.events();
    Event event;
    while (!bytes.empty()) {
      REQUIRE(decode_event(bytes, event));
      found.sequences.push_back(event.sequence);
    }
  }
  found.torn_tail = reader.torn_tail();
  found.end = reader.position();
  return found;
}

std::unique_ptr<FileJournal> open_journal(const std::filesystem::path& directory,
                                          std::uint64_t epoch, std::size_t segment_size) {
  const Found found = read_journal(directory);
  REQUIRE(found.error.empty());
  FileJournal::Options options;
  options.directory = directory;
  options.segment_size = segment_size;
  auto journal = FileJournal::open(options, found.end, epoch);
  REQUIRE(journal.has_value());
  return std::move(*journal);
}

void append_batch(Journal& journal, int count) {
  BatchBuffer batch;
  for (int i = 1; i <= count; ++i) {
    Event event = sample_event(journal.position().last_sequence + static_cast<std::uint64_t>(i),
                               AccountChanged{AccountNumber{1}, AccountStatus::active, i});
    for (const Effect& effect : sample_effects()) event.effects.push_back(effect);
    batch.add(event);
  }
  REQUIRE(journal.append(batch).has_value());
}

}  // namespace engine::testing
