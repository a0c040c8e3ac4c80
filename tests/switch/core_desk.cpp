// The desk with a core banking of the test's own, over a real engine; and its files alone.
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "captured_log.hpp"
#include "core_banking/desk.hpp"
#include "core_banking/file_adapter.hpp"
#include "security/secret_file.hpp"

using namespace holdfast;
using namespace holdfast::core_banking;

namespace {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::milliseconds;

void sleep(int milliseconds) {
  std::this_thread::sleep_for(Milliseconds(milliseconds));
}

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "holdfast-desk-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

// What core banking has sent, and what became of it; every call is remembered.
class FakeAdapter : public CoreAdapter {
 public:
  struct Memory {
    std::map<std::string, std::string> sent;
    std::string calls;
    int throws = 0;  // so many calls of waiting()
    int stuck = 0;   // so many calls of accepted()
    bool is_outbox_full = false;
    bool has_no_outbox = false;
    int deliver_takes = 0;  // milliseconds
    int read_takes = 0;
    std::mutex mutex;
  };
  explicit FakeAdapter(Memory& memory) : memory_(memory) {}

  Outcome<void> prepare(std::string_view id) override {
    call("prepare", id);
    if (memory_.has_no_outbox) return Error{"no outbox"};
    return {};
  }
  Outcome<void> deliver(std::string_view id, std::string_view) override {
    call("deliver", id);
    sleep(memory_.deliver_takes);
    if (memory_.is_outbox_full) return Error{"no space"};
    return {};
  }
  Outcome<std::vector<std::string>> waiting() override {
    std::lock_guard lock(memory_.mutex);
    if (memory_.throws-- > 0) throw std::runtime_error("strange");
    std::vector<std::string> names;
    for (const auto& [name, text] : memory_.sent) names.push_back(name);
    return {boost::system::in_place_value, std::move(names)};
  }
  Outcome<std::string> take(const std::string& name) override {
    call("take", name);
    return {boost::system::in_place_value, name};
  }
  Outcome<std::string> read(const std::string& name) override {
    sleep(memory_.read_takes);
    std::lock_guard lock(memory_.mutex);
    return {boost::system::in_place_value, memory_.sent.at(name)};
  }
  Outcome<void> accepted(const std::string& name) override {
    std::lock_guard lock(memory_.mutex);
    if (memory_.stuck-- > 0) return Error{"stuck"};
    memory_.sent.erase(name);
    return {};
  }
  Outcome<void> refused(const std::string& name, std::string_view) override {
    return accepted(name);
  }

 private:
  void call(std::string_view what, std::string_view name) {
    std::lock_guard lock(memory_.mutex);
    memory_.calls += std::string(what) + ' ' + std::string(name) + '\n';
  }
  Memory& memory_;
};

class DeskUnderTest {
 public:
  DeskUnderTest() {
    engine::EngineOptions options;
    options.data_dir = folder_.path;
    options.store_map_size = std::size_t{1} << 30;
    options.journal_segment_size = std::size_t{4} << 20;
    auto opened = engine::Engine::open(options, config_.rules);
    REQUIRE(opened.has_value());
    engine_ = std::move(*opened);
    config_.data_dir = folder_.path;
    core_.emplace(Core{config_, *engine_, clock_, calendar_, pan_key_});
    desk.emplace(*core_, std::make_unique<FakeAdapter>(memory));
    engine::PutAccount open;
    open.id = engine::AccountId::cut("A1");
    open.currency = *engine::CurrencyCode::from_alpha("RUB");
    run(open);
  }
  ~DeskUnderTest() {
    desk.reset();
    CHECK(engine_->stop().has_value());
  }

  void run(const engine::CommandBody& body) {
    REQUIRE(BlockingCaller(*core_).execute(body).approved());
  }
  // A batch of one posting that waits for its export.
  void queue(const std::string& batch) {
    const auto id = engine::BatchId::cut(batch);
    engine::Posting posting;
    posting.batch = id;
    posting.account_id = engine::AccountId::cut("A1");
    posting.amount = {1, *engine::CurrencyCode::from_alpha("RUB")};
    run(engine::Post{{posting}});
    run(engine::CloseBatch{id});
    run(engine::QueueBatch{id});
  }
  int count(const std::string& part) {
    std::lock_guard lock(memory.mutex);
    int found = 0;
    for (auto at = memory.calls.find(part); at != std::string::npos;
         at = memory.calls.find(part, at + 1)) {
      ++found;
    }
    return found;
  }
  std::string calls() {
    std::lock_guard lock(memory.mutex);
    return memory.calls;
  }
  void ask_for_round() {
    std::mutex mutex;
    std::condition_variable told;
    bool is_over = false;
    desk->run_round([&] {
      std::lock_guard lock(mutex);
      is_over = true;
      told.notify_one();
    });
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return is_over; });
  }
  Milliseconds stop() {
    const auto begin = std::chrono::steady_clock::now();
    desk->stop();
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
  }

  FakeAdapter::Memory memory;
  std::optional<CoreDesk> desk;

 private:
  holdfast::test::CapturedLog log_;
  Folder folder_;
  Config config_;
  BusinessClock clock_{config_.testing, {}};
  BusinessCalendar calendar_{config_.business_day};
  PanKey pan_key_{1, 2, 3};
  std::unique_ptr<engine::Engine> engine_;
  std::optional<Core> core_;
};

const std::string balance =
    R"({"account_id":"A1","booked":70000,"currency":"RUB","last_batch_id":null})";

}  // namespace

TEST_CASE("core desk: answers are taken before balances, and both before the export",
          "[core][desk]") {
  DeskUnderTest test;
  test.queue("B1");
  test.memory.sent = {{"balances-1.jsonl", balance}, {"answers.jsonl", ""}, {"z.jsonl", ""}};
  test.desk->start();
  test.ask_for_round();
  CHECK(test.calls() ==
        "take answers.jsonl\ntake z.jsonl\ntake balances-1.jsonl\nprepare B1\ndeliver B1\n");
}

TEST_CASE("core desk: what cannot be put away is taken once, and what follows waits",
          "[core][desk]") {
  DeskUnderTest test;
  test.memory.sent = {{"balances-1.jsonl", balance}, {"balances-2.jsonl", "nonsense"}};
  test.memory.stuck = 4;
  test.desk->start();
  test.ask_for_round();
  test.ask_for_round();
  CHECK(test.calls() == "take balances-1.jsonl\n");
  CHECK(test.desk->inbox_failure() == "stuck");
  sleep(1000);
  test.ask_for_round();
  CHECK(test.calls() == "take balances-1.jsonl\ntake balances-2.jsonl\n");
  CHECK(test.desk->inbox_failure().empty());
}

TEST_CASE("core desk: a round that goes wrong is told, and the next one goes on", "[core][desk]") {
  DeskUnderTest test;
  test.memory.throws = 1'000'000;
  test.desk->start();
  test.ask_for_round();
  CHECK(test.desk->inbox_failure() == "strange");
  {
    std::lock_guard lock(test.memory.mutex);
    test.memory.throws = 0;
  }
  test.ask_for_round();
  CHECK(test.desk->inbox_failure().empty());
}

TEST_CASE("core desk: a batch that cannot be written is tried ever more seldom, or when asked",
          "[core][desk]") {
  DeskUnderTest test;
  test.queue("B1");
  test.memory.is_outbox_full = true;
  test.desk->start();
  sleep(2500);
  // After 0.2, 0.4, 0.8, 1.6 seconds; every 0.2 seconds would be twelve times.
  CHECK(test.count("deliver") >= 2);
  CHECK(test.count("deliver") <= 5);
  const int before = test.count("deliver");
  test.ask_for_round();
  CHECK(test.count("deliver") > before);
  CHECK(test.desk->export_failure() == "no space");
}

TEST_CASE("core desk: a batch is not gathered where its file cannot even begin", "[core][desk]") {
  DeskUnderTest test;
  test.queue("B1");
  test.memory.has_no_outbox = true;
  test.desk->start();
  test.ask_for_round();
  CHECK(test.count("prepare B1") >= 1);
  CHECK(test.count("deliver") == 0);
  CHECK(test.desk->export_failure() == "no outbox");
}

TEST_CASE("core desk: a stop waits for one batch or file, not for all", "[core][desk]") {
  DeskUnderTest test;
  SECTION("batches") {
    for (int i = 0; i < 50; ++i) test.queue("B" + std::to_string(i));
    test.memory.deliver_takes = 100;
  }
  SECTION("files") {
    for (int i = 0; i < 50; ++i) test.memory.sent["A" + std::to_string(i) + ".jsonl"] = "";
    test.memory.read_takes = 100;
  }
  test.desk->start();
  sleep(500);
  CHECK(test.stop() < Milliseconds(1000));
}

TEST_CASE("core files: what was taken stays what it was until it is put away", "[core][desk]") {
  const Folder folder;
  const fs::path inbox = folder.path / "core/inbox";
  const auto send = [&](const char* content) { std::ofstream(inbox / "B1.jsonl") << content; };
  std::optional<FileAdapter> files(folder.path / "core");
  send("first");
  REQUIRE(files->waiting()->size() == 1);
  REQUIRE(*files->take("B1.jsonl") == "B1.jsonl");
  CHECK(*files->read("B1.jsonl") == "first");
  // Another one of the same name comes meanwhile: it waits, over a restart, too.
  send("second");
  CHECK(files->waiting()->size() == 1);
  files.emplace(folder.path / "core");
  REQUIRE(files->waiting()->size() == 1);
  REQUIRE(files->take("B1.jsonl").has_value());
  CHECK(*files->read("B1.jsonl") == "first");
  REQUIRE(files->accepted("B1.jsonl").has_value());
  REQUIRE(files->waiting()->size() == 1);
  REQUIRE(files->take("B1.jsonl").has_value());
  CHECK(*files->read("B1.jsonl") == "second");
  REQUIRE(files->refused("B1.jsonl", "why").has_value());
  CHECK(files->waiting()->empty());
  CHECK(*read_small_file(inbox / "done/B1.jsonl") == "first");
  CHECK(*read_small_file(inbox / "failed/B1.jsonl") == "second");
  CHECK(*read_small_file(inbox / "failed/B1.jsonl.error") == "why\n");
}

TEST_CASE("core files: one that somebody took away is dealt with", "[core][desk]") {
  const Folder folder;
  FileAdapter files(folder.path / "core");
  std::ofstream(folder.path / "core/inbox/B1.jsonl") << "first";
  REQUIRE(files.take("B1.jsonl").has_value());
  fs::remove(folder.path / "core/inbox/taking/B1.jsonl");
  CHECK(files.accepted("B1.jsonl").has_value());
}
