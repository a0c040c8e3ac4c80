// Torn tails end the journal; damage is refused. docs/journal.md tells the rules.
#include <catch2/catch.hpp>

#include "journal_support.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr std::size_t sector = 512;
// The journals below lie in one segment.
constexpr std::size_t segment_size = 65'536;

// A journal of `sizes.size()` batches; where each ends.
std::vector<std::size_t> make_journal(const std::filesystem::path& directory,
                                      const std::vector<int>& sizes) {
  std::vector<std::size_t> ends;
  auto journal = open_journal(directory, 1, segment_size);
  for (int size : sizes) {
    append_batch(*journal, size);
    ends.push_back(journal->position().offset);
  }
  return ends;
}

void expect_torn(const std::filesystem::path& directory, std::uint64_t events) {
  const Found found = read_journal(directory);
  REQUIRE(found.error.empty());
  REQUIRE(found.sequences.size() == events);
  REQUIRE_FALSE(found.torn_tail.empty());
}

}  // namespace

TEST_CASE("journal damage: a flipped byte anywhere in any batch is refused with its place",
          "[engine][journal]") {
  TemporaryFolder folder;
  const int batches = GENERATE(1, 3);
  const auto ends =
      make_journal(folder.path(), std::vector<int>(static_cast<std::size_t>(batches), 1));
  const auto path = segment_path(folder.path(), 1);
  const auto sound = read_bytes(path);
  auto bytes = sound;
  for (std::size_t i = 0; i < ends.back(); ++i) {
    const auto batch = std::upper_bound(ends.begin(), ends.end(), i) - ends.begin();
    const std::size_t begin = batch == 0 ? 0 : ends[static_cast<std::size_t>(batch) - 1];
    for (const int flip : {0x01, 0x80, 0xff}) {
      bytes[i] = sound[i] ^ static_cast<std::uint8_t>(flip);
      write_bytes(path, bytes);
      const Found found = read_journal(folder.path());
      INFO(batches << " batches, byte " << i << " flipped with " << flip);
      REQUIRE(found.code == EngineErrorCode::corrupt);
      REQUIRE(found.error.find(path.string() + " at offset " + std::to_string(begin) + ":") == 0);
    }
    bytes[i] = sound[i];
  }
}

TEST_CASE("journal damage: a batch whose write did not finish ends the journal",
          "[engine][journal]") {
  TemporaryFolder folder;
  const auto ends = make_journal(folder.path(), {1, 2, 6});
  const auto path = segment_path(folder.path(), 1);
  const auto sound = read_bytes(path);
  REQUIRE(ends[2] - ends[1] > 3 * sector);

  SECTION("the file was cut at any byte") {
    for (std::size_t size = ends[1] + 1; size < ends[2]; ++size) {
      write_bytes(path, std::span(sound).first(size));
      INFO(size);
      expect_torn(folder.path(), 3);
    }
  }
  SECTION("zeros from any byte but the hash's very last ones") {
    for (std::size_t size = ends[1] + 1; size + 8 <= ends[2]; ++size) {
      auto bytes = sound;
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(size), bytes.end(), std::uint8_t{0});
      write_bytes(path, bytes);
      INFO(size);
      expect_torn(folder.path(), 3);
    }
  }
  SECTION("any of its sectors were not written") {
    for (std::size_t at = ends[1] / sector * sector; at < ends[2]; at += sector) {
      auto bytes = sound;
      const std::size_t from = std::max(at, ends[1]);
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                bytes.begin() + static_cast<std::ptrdiff_t>(at + sector), std::uint8_t{0});
      write_bytes(path, bytes);
      INFO(at);
      expect_torn(folder.path(), 3);
    }
  }
  SECTION("nothing of it was written: there is no tail at all") {
    auto bytes = sound;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(ends[1]), bytes.end(), std::uint8_t{0});
    write_bytes(path, bytes);
    CHECK(read_journal(folder.path()).sequences.size() == 3);
    CHECK(read_journal(folder.path()).torn_tail.empty());
  }
}

TEST_CASE("journal damage: the last sector of a batch may be lost wherever the batch ends",
          "[engine][journal]") {
  // Batches of other sizes end at other places of their last sectors.
  TemporaryFolder folder;
  const auto path = segment_path(folder.path(), 1);
  int cases = 0;
  for (int size = 2; size < 20; ++size) {
    std::filesystem::remove_all(folder.path());
    std::filesystem::create_directories(folder.path());
    const auto ends = make_journal(folder.path(), {1, size});
    auto bytes = read_bytes(path);
    const std::size_t last = (ends[1] - 1) / sector * sector;
    if (ends[1] - last < 2) continue;
    ++cases;
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(last), bytes.end(), std::uint8_t{0});
    write_bytes(path, bytes);
    INFO("a batch that ends " << ends[1] - last << " bytes into its last sector");
    expect_torn(folder.path(), 1);
  }
  CHECK(cases > 10);
}

TEST_CASE("journal damage: a batch of another format version is refused, and called so",
          "[engine][journal]") {
  TemporaryFolder folder;
  const auto ends = make_journal(folder.path(), {2});
  const auto path = segment_path(folder.path(), 1);
  auto bytes = read_bytes(path);
  bytes[4] = journal_format_version - 1;
  const std::size_t hash_at = ends[0] - batch_hash_size;
  const BatchHash hash = Sha256()(std::span(bytes).first(hash_at));
  std::copy(hash.begin(), hash.end(), bytes.begin() + static_cast<std::ptrdiff_t>(hash_at));
  write_bytes(path, bytes);
  const Found found = read_journal(folder.path());
  CHECK(found.code == EngineErrorCode::corrupt);
  CHECK(found.error.find("a format that this version does not read") != std::string::npos);
}

TEST_CASE("journal damage: garbage behind the last whole batch ends the journal",
          "[engine][journal]") {
  TemporaryFolder folder;
  const auto ends = make_journal(folder.path(), {1, 2});
  const auto path = segment_path(folder.path(), 1);
  const auto sound = read_bytes(path);
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    auto bytes = sound;
    const std::size_t from = ends[1] + random() % 600;
    const std::size_t size = 1 + random() % 2000;
    for (std::size_t at = from; at < from + size; ++at) {
      bytes[at] = static_cast<std::uint8_t>(random());
    }
    bytes[from] |= 1;
    write_bytes(path, bytes);
    expect_torn(folder.path(), 3);
  }
}

TEST_CASE("journal damage: after a torn tail the journal goes on, and reads back whole",
          "[engine][journal]") {
  TemporaryFolder folder;
  const auto ends = make_journal(folder.path(), {1, 2, 6});
  const auto path = segment_path(folder.path(), 1);
  auto bytes = read_bytes(path);
  SECTION("cut with zeros") {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(ends[1] + 700), bytes.end(),
              std::uint8_t{0});
  }
  SECTION("a file cut short") {
    bytes.resize(ends[1] + 700);
  }
  SECTION("garbage all over the rest") {
    std::mt19937_64 random(11);
    for (std::size_t i = ends[1]; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(random());
    }
  }
  write_bytes(path, bytes);
  expect_torn(folder.path(), 3);
  {
    auto journal = open_journal(folder.path(), 2, segment_size);
    append_batch(*journal, 1);
  }
  const Found found = read_journal(folder.path());
  CHECK(found.error.empty());
  CHECK(found.torn_tail.empty());
  CHECK(found.sequences == std::vector<std::uint64_t>{1, 2, 3, 4});
  const auto after = read_bytes(path);
  CHECK(after.size() == segment_size);
  CHECK(std::all_of(after.begin() + static_cast<std::ptrdiff_t>(found.end.offset), after.end(),
                    [](auto byte) { return byte == 0; }));
}

TEST_CASE("journal damage: bytes behind the batches of a full segment are damage",
          "[engine][journal]") {
  TemporaryFolder folder;
  JournalPosition end_of_first;
  {
    auto journal = open_journal(folder.path());
    while (journal->position().segment == 1) {
      end_of_first = journal->position();
      append_batch(*journal, 2);
    }
  }
  const auto path = segment_path(folder.path(), 1);
  auto bytes = read_bytes(path);
  bytes[end_of_first.offset + 10] = 1;
  write_bytes(path, bytes);
  const Found found = read_journal(folder.path());
  CHECK(found.code == EngineErrorCode::corrupt);
  CHECK(found.error.find("with a segment behind it") != std::string::npos);
}
