// A large commit goes to the disk in small steps, without LMDB's sync before its meta page.
// Whatever the disk has of it when the power goes, it is there as a whole or not at all.
#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "engine_support.hpp"
#include "lmdb.hpp"

using namespace engine;
using namespace engine::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t page_size = 4096;
constexpr std::size_t map_size = std::size_t{1} << 30;
using Content = std::map<std::string, std::string>;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write_file(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}
lmdb::Bytes bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string text_of(lmdb::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

lmdb::Environment open(const fs::path& folder) {
  auto environment = lmdb::Environment::open(folder.string(), map_size, 4);
  REQUIRE(environment.has_value());
  return std::move(*environment);
}

// Some MiB of it: more than one step.
Content some_content(std::mt19937_64& random, std::string_view word) {
  Content content;
  for (int i = 0; i < 3000; ++i) {
    std::string value = fmt::format("{} {} ", word, i);
    value.resize(600 + random() % 600, 'x');
    content[fmt::format("key {}", random() % 10'000)] = value;
  }
  return content;
}

Result<void> write(lmdb::Environment& environment, const Content& content, FileOperations& disk) {
  auto transaction = environment.begin_write();
  REQUIRE(transaction.has_value());
  const MDB_dbi table = *transaction->open_table("table");
  for (const auto& [key, value] : content) {
    REQUIRE(transaction->put(table, bytes_of(key), bytes_of(value)).has_value());
  }
  return transaction->commit_in_steps(disk);
}

Content read(lmdb::Environment& environment) {
  MDB_dbi table = 0;
  {
    auto transaction = environment.begin_write();
    table = *transaction->open_table("table");
    REQUIRE(transaction->commit().has_value());
  }
  Content content;
  environment.snapshot()->for_each(
      table, [&](lmdb::Bytes key, lmdb::Bytes value) { content[text_of(key)] = text_of(value); });
  return content;
}

// Of the pages that were written since `before`, the disk has some.
std::string torn(const std::string& before, const std::string& after, std::mt19937_64& random) {
  std::string pages = after;
  for (std::size_t at = 0; at < after.size(); at += page_size) {
    if (random() % 2 == 0) continue;
    if (at < before.size()) {
      pages.replace(at, page_size, before, at, page_size);
    } else {
      pages.replace(at, page_size, page_size, '\0');
    }
  }
  return pages;
}

// Does something at one of the calls that bring a commit to the disk.
class WatchedDisk : public FileOperations {
 public:
  WatchedDisk(int at, std::function<int()> action) : at_(at), action_(std::move(action)) {}
  int sync(int file) override { return calls_++ == at_ ? action_() : FileOperations::sync(file); }
  int write_out(int file, std::uint64_t offset, std::uint64_t size) override {
    return calls_++ == at_ ? action_() : FileOperations::write_out(file, offset, size);
  }
  int calls() const { return calls_; }

 private:
  int at_;
  std::function<int()> action_;
  int calls_ = 0;
};

}  // namespace

TEST_CASE("commit in steps: what a power cut tears never was", "[lmdb]") {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    TemporaryFolder folder;
    const fs::path store = folder.path() / "store";
    const fs::path after_cut = folder.path() / "after-cut";
    fs::create_directories(store);
    fs::create_directories(after_cut);
    auto environment = open(store);
    const Content old_content = some_content(random, "old");
    REQUIRE(write(environment, old_content, FileOperations::system()).has_value());
    CHECK(read(environment) == old_content);

    const std::string before = read_file(store / "data.mdb");
    bool was_cut = false;
    WatchedDisk disk(static_cast<int>(random() % 3), [&] {
      was_cut = true;
      write_file(after_cut / "data.mdb", torn(before, read_file(store / "data.mdb"), random));
      fs::copy_file(store / "meta-before-commit", after_cut / "meta-before-commit");
      return 0;
    });
    REQUIRE(write(environment, some_content(random, "new"), disk).has_value());
    REQUIRE(was_cut);

    auto restarted = open(after_cut);
    CHECK(read(restarted) == old_content);
    // And it goes on from there.
    const Content newer_content = some_content(random, "newer");
    REQUIRE(write(restarted, newer_content, FileOperations::system()).has_value());
    Content both = newer_content;
    both.insert(old_content.begin(), old_content.end());
    CHECK(read(restarted) == both);
  }
}

TEST_CASE("commit in steps: done, it stays", "[lmdb]") {
  std::mt19937_64 random(1);
  TemporaryFolder folder;
  const Content content = some_content(random, "some");
  {
    auto environment = open(folder.path());
    REQUIRE(write(environment, content, FileOperations::system()).has_value());
  }
  CHECK_FALSE(fs::exists(folder.path() / "meta-before-commit"));
  auto again = open(folder.path());
  CHECK(read(again) == content);
}

TEST_CASE("commit in steps: a disk that fails at any of them is told, and nothing has changed",
          "[lmdb]") {
  std::mt19937_64 random(1);
  const Content old_content = some_content(random, "old");
  const Content new_content = some_content(random, "new");
  for (int at = 0;; ++at) {
    CAPTURE(at);
    TemporaryFolder folder;
    WatchedDisk disk(at, [] {
      errno = EIO;
      return -1;
    });
    Result<void> written;
    {
      auto environment = open(folder.path());
      REQUIRE(write(environment, old_content, FileOperations::system()).has_value());
      written = write(environment, new_content, disk);
    }
    if (disk.calls() <= at) {
      CHECK(at > 3);
      CHECK(written.has_value());
      break;
    }
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().code == EngineErrorCode::io);
    auto again = open(folder.path());
    CHECK(read(again) == old_content);
  }
}

TEST_CASE("commit in steps: a snapshot of what is durable waits for the sync", "[lmdb]") {
  std::mt19937_64 random(1);
  TemporaryFolder folder;
  auto environment = open(folder.path());
  REQUIRE(write(environment, some_content(random, "old"), FileOperations::system()).has_value());
  std::thread reader;
  std::atomic<bool> was_opened = false;
  WatchedDisk disk(0, [&] {
    reader = std::thread([&] {
      const auto snapshot = environment.durable_snapshot();
      was_opened = snapshot.has_value();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK_FALSE(was_opened);
    return 0;
  });
  REQUIRE(write(environment, some_content(random, "new"), disk).has_value());
  reader.join();
  CHECK(was_opened);
}
