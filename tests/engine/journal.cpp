#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "journal_support.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> sequences;
  for (std::uint64_t i = 1; i <= last; ++i) sequences.push_back(i);
  return sequences;
}

}  // namespace

TEST_CASE("journal: a batch has the bytes of the worked example in docs/journal.md",
          "[engine][journal]") {
  TemporaryFolder folder;
  {
    auto journal = open_journal(folder.path());
    BatchBuffer batch;
    batch.add(sample_event(1, sample_effects()[4]));
    REQUIRE(journal->append(batch).has_value());
  }
  const auto bytes = read_bytes(folder.path() / "0000000001.hfj");
  REQUIRE(bytes.size() == 16'384);
  // The hash was computed by another program.
  const auto golden = from_hex(
      "48464a42 0400 0000 0100000000000000 0100000000000000 01000000 54000000"
      "0000000000000000000000000000000000000000000000000000000000000000"
      "0100000000000000 00285fa6074c0600 23500000 00 0100"
      "04 0200000000000000 ac0d000000000000 fa00000000000000 bc02000000000000"
      "ffffffffffffffff ac0d000000000000 01 00 03 01 0100000000000000"
      "3822bb4c0d284992ef785b5800ea9cacce86f47e4d12ba93bbaf61d8334b8225");
  CHECK(to_hex(std::span(bytes).first(golden.size())) == to_hex(golden));
  CHECK(std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(golden.size()), bytes.end(),
                    [](auto byte) { return byte == 0; }));
}

TEST_CASE("journal: what was appended is read, in order, by whichever writer",
          "[engine][journal]") {
  TemporaryFolder folder;
  CHECK(read_journal(folder.path()).sequences.empty());
  {
    auto journal = open_journal(folder.path(), 1);
    append_batch(*journal, 3);
    append_batch(*journal, 1);
  }
  {
    auto journal = open_journal(folder.path(), 2);
    CHECK(journal->position().last_sequence == 4);
    append_batch(*journal, 2);
  }
  const Found found = read_journal(folder.path());
  CHECK(found.error.empty());
  CHECK(found.torn_tail.empty());
  CHECK(found.sequences == up_to(6));
  CHECK(found.end.epoch == 2);
}

TEST_CASE("journal: segments follow one another, and reading starts anywhere between batches",
          "[engine][journal]") {
  TemporaryFolder folder;
  JournalPosition middle;
  {
    auto journal = open_journal(folder.path());
    for (int i = 0; i < 60; ++i) {
      append_batch(*journal, 2);
      if (i == 40) middle = journal->position();
    }
    CHECK(journal->position().segment > 3);
  }
  CHECK(read_journal(folder.path()).sequences == up_to(120));
  const Found tail = read_journal(folder.path(), middle);
  CHECK(tail.error.empty());
  CHECK(tail.sequences.size() == 38);
  CHECK(tail.sequences.front() == 83);
}

TEST_CASE("journal: a batch larger than a segment gets one of its own", "[engine][journal]") {
  TemporaryFolder folder;
  for (std::uint64_t epoch = 1; epoch <= 2; ++epoch) {
    auto journal = open_journal(folder.path(), epoch, 4096);
    append_batch(*journal, 1);
    append_batch(*journal, 40);
    append_batch(*journal, 40);
    append_batch(*journal, 1);
  }
  const Found found = read_journal(folder.path());
  CHECK(found.error.empty());
  CHECK(found.sequences == up_to(164));
}

TEST_CASE("journal: a writer whose epoch is not above all others is refused", "[engine][journal]") {
  TemporaryFolder folder;
  {
    auto journal = open_journal(folder.path(), 5);
    append_batch(*journal, 1);
  }
  FileJournal::Options options;
  options.directory = folder.path();
  for (std::uint64_t epoch : {std::uint64_t{4}, std::uint64_t{5}}) {
    auto journal = FileJournal::open(options, read_journal(folder.path()).end, epoch);
    REQUIRE_FALSE(journal.has_value());
    CHECK(journal.error().code == EngineErrorCode::old_epoch);
  }
}

TEST_CASE("journal: a batch of an old writer behind a new one's is refused by the reader",
          "[engine][journal]") {
  TemporaryFolder folder;
  auto journal = open_journal(folder.path(), 5);
  append_batch(*journal, 1);
  // The same chain, as a writer of epoch 4 would go on with it.
  JournalPosition forged = journal->position();
  journal.reset();
  forged.epoch = 3;
  FileJournal::Options options;
  options.directory = folder.path();
  options.segment_size = 16'384;
  append_batch(**FileJournal::open(options, forged, 4), 1);
  const Found found = read_journal(folder.path());
  CHECK(found.code == EngineErrorCode::corrupt);
  CHECK(found.sequences == up_to(1));
}

TEST_CASE("journal: a segment that is missing or emptied before others is refused",
          "[engine][journal]") {
  struct Row {
    std::uint64_t segment;
    bool emptied;
  };
  // The fourth is the last with batches; a fifth was made beforehand. An empty fourth is no
  // different from a journal that ends in the third.
  for (const Row& row : {Row{1, false}, Row{1, true}, Row{2, false}, Row{2, true}, Row{3, false},
                         Row{3, true}, Row{4, false}}) {
    TemporaryFolder folder;
    {
      auto journal = open_journal(folder.path());
      while (journal->position().segment < 4) append_batch(*journal, 4);
      for (int i = 0; i < 1000 && !std::filesystem::exists(segment_path(folder.path(), 5)); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
    INFO("segment " << row.segment << (row.emptied ? " emptied" : " missing"));
    REQUIRE(std::filesystem::exists(segment_path(folder.path(), 5)));
    const auto path = segment_path(folder.path(), row.segment);
    if (row.emptied) {
      write_bytes(path, std::vector<std::uint8_t>(16'384));
    } else {
      std::filesystem::remove(path);
    }
    const Found found = read_journal(folder.path());
    CHECK(found.code == EngineErrorCode::corrupt);
    CHECK(found.error.find(".hfj at offset ") != std::string::npos);
  }
}

TEST_CASE("journal: a start whose batch is not there is refused", "[engine][journal]") {
  TemporaryFolder folder;
  JournalPosition end;
  {
    auto journal = open_journal(folder.path());
    append_batch(*journal, 2);
    append_batch(*journal, 2);
    end = journal->position();
  }
  CHECK(read_journal(folder.path(), end).error.empty());
  const auto path = segment_path(folder.path(), 1);
  auto bytes = read_bytes(path);
  SECTION("an older copy of the segment") {
    std::fill(bytes.begin() + 900, bytes.end(), std::uint8_t{0});
    write_bytes(path, bytes);
  }
  SECTION("a shorter one") {
    bytes.resize(900);
    write_bytes(path, bytes);
  }
  SECTION("none") {
    std::filesystem::remove(path);
  }
  const Found found = read_journal(folder.path(), end);
  CHECK(found.code == EngineErrorCode::corrupt);
}

TEST_CASE("journal: a segment that cannot be made ahead is told, and made once it can be",
          "[engine][journal]") {
  TemporaryFolder folder;
  const auto comes_true = [](const auto& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return condition();
  };
  // In the way of the file that the second segment is made under.
  const auto obstacle = folder.path() / "0000000002.hfj.tmp";
  std::filesystem::create_directory(obstacle);
  FileJournal::Options options;
  options.directory = folder.path();
  options.segment_size = 16'384;
  options.prepare_again_after = std::chrono::milliseconds(5);
  auto journal = FileJournal::open(options, JournalPosition{}, 1);
  REQUIRE(journal.has_value());
  REQUIRE(comes_true([&] { return !(*journal)->preparation_failure().empty(); }));
  CHECK((*journal)->preparation_failure().find(obstacle.string()) != std::string::npos);
  append_batch(**journal, 1);

  std::filesystem::remove(obstacle);
  CHECK(comes_true([&] { return (*journal)->preparation_failure().empty(); }));
  CHECK(std::filesystem::exists(segment_path(folder.path(), 2)));
  CHECK_FALSE(std::filesystem::exists(obstacle));
}
