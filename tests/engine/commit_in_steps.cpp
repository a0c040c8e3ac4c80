// A large commit goes to the disk in small steps, without LMDB's sync before its meta page.
// Whatever the disk has of it when the power goes, it is there as a whole or not at all.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
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

namespace {

// A store whose switch was killed while a commit was on its way to the disk.
class CutShort {
 public:
  CutShort() {
    fs::create_directories(store_);
    fs::create_directories(folder());
    environment_.emplace(open(store_));
    for (const char* word : {"oldest", "older", "old"}) {
      content_ = some_content(random_, word);
      REQUIRE(write(*environment_, content_, FileOperations::system()).has_value());
      states_.push_back(read_file(store_ / "data.mdb"));
    }
    content_ = read(*environment_);
    WatchedDisk disk(1, [&] {
      for (const char* name : {"data.mdb", "meta-before-commit"}) {
        fs::copy_file(store_ / name, folder() / name);
      }
      return 0;
    });
    REQUIRE(write(*environment_, some_content(random_, "new"), disk).has_value());
    states_.push_back(read_file(store_ / "data.mdb"));
  }
  fs::path folder() const { return folder_.path() / "cut"; }
  fs::path kept() const { return folder() / "meta-before-commit"; }
  // What must be there after the restart.
  const Content& content() const { return content_; }
  // The whole data.mdb after the third commit from the end, the second, the last before, and it.
  const std::vector<std::string>& states() const { return states_; }
  // Why it cannot be opened; empty when it can.
  std::string refusal() const {
    const auto environment = lmdb::Environment::open(folder().string(), map_size, 4);
    return environment ? "" : environment.error().detail;
  }

 private:
  TemporaryFolder folder_;
  fs::path store_ = folder_.path() / "store";
  std::mt19937_64 random_{1};
  std::optional<lmdb::Environment> environment_;
  Content content_;
  std::vector<std::string> states_;
};

// Another process that has the environment open, until it is told to go.
class OtherProcess {
 public:
  explicit OtherProcess(const fs::path& folder) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    child_ = ::fork();
    if (child_ == 0) {
      const auto environment = lmdb::Environment::open(folder.string(), map_size, 4);
      const char word = environment ? 'y' : 'n';
      if (::write(ready[1], &word, 1) == 1) ::pause();
      ::_exit(0);
    }
    char word = 'n';
    REQUIRE(::read(ready[0], &word, 1) == 1);
    REQUIRE(word == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~OtherProcess() { end(); }
  void end() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }

 private:
  pid_t child_ = 0;
};

}  // namespace

TEST_CASE("commit in steps: meta pages are put back into the file they are of, into no other",
          "[lmdb]") {
  const CutShort cut;
  SECTION("its own") {
    CHECK(cut.refusal().empty());
    CHECK_FALSE(fs::exists(cut.kept()));
    auto environment = open(cut.folder());
    CHECK(read(environment) == cut.content());
  }
  SECTION("a copy from before the last state, or two states before it") {
    for (std::size_t i : {0U, 1U}) {
      write_file(cut.folder() / "data.mdb", cut.states()[i]);
      CHECK(cut.refusal().find("not of the data.mdb beside it") != std::string::npos);
      CHECK(read_file(cut.folder() / "data.mdb") == cut.states()[i]);
    }
  }
  SECTION("a copy of the last state, or of the whole commit: that is taken back all the same") {
    for (std::size_t i : {2U, 3U}) {
      const std::string kept = read_file(cut.kept());
      write_file(cut.folder() / "data.mdb", cut.states()[i]);
      CHECK(cut.refusal().empty());
      auto environment = open(cut.folder());
      CHECK(read(environment) == cut.content());
      write_file(cut.kept(), kept);
    }
  }
  SECTION("none: a store that is built anew") {
    fs::remove(cut.folder() / "data.mdb");
    CHECK(cut.refusal().empty());
    CHECK_FALSE(fs::exists(cut.kept()));
  }
  SECTION("pages that were cut short") {
    fs::resize_file(cut.kept(), page_size);
    CHECK(cut.refusal().find("not what was written there") != std::string::npos);
  }
}

TEST_CASE("commit in steps: nothing is put back under another process", "[lmdb]") {
  const CutShort cut;
  const std::string kept = read_file(cut.kept());
  fs::remove(cut.kept());
  OtherProcess other(cut.folder());
  write_file(cut.kept(), kept);
  CHECK(cut.refusal().find("another process") != std::string::npos);
  CHECK(fs::exists(cut.kept()));
  other.end();
  CHECK(cut.refusal().empty());
  auto environment = open(cut.folder());
  CHECK(read(environment) == cut.content());
}

TEST_CASE("commit in steps: where the disk has no room for the meta pages, it is a plain commit",
          "[lmdb]") {
  std::mt19937_64 random(1);
  TemporaryFolder folder;
  auto environment = open(folder.path());
  // What is no file cannot be written.
  fs::create_directories(folder.path() / "meta-before-commit.tmp" / "in the way");
  const Content content = some_content(random, "some");
  WatchedDisk disk(0, [] { return -1; });
  REQUIRE(write(environment, content, disk).has_value());
  CHECK(disk.calls() == 0);
  CHECK(read(environment) == content);
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
      // Until the restart nothing is written that it would take back, and nothing read.
      CHECK(environment.begin_write().has_value() == written.has_value());
      CHECK(environment.durable_snapshot().has_value() == written.has_value());
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

TEST_CASE("commit in steps: nothing is written either where it is in doubt whether they are kept",
          "[lmdb]") {
  std::mt19937_64 random(1);
  TemporaryFolder folder;
  auto environment = open(folder.path());
  const Content content = some_content(random, "some");
  // A folder cannot be replaced by a file.
  fs::create_directories(folder.path() / "meta-before-commit" / "in the way");
  REQUIRE_FALSE(write(environment, content, FileOperations::system()).has_value());
  CHECK_FALSE(environment.begin_write().has_value());
  CHECK_FALSE(environment.durable_snapshot().has_value());
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
