// Archiving moves bytes and decides nothing: what was seen before is seen after, and the journal,
// read from its first event, still proves every record, wherever it lies.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "engine_support.hpp"
#include "keys.hpp"
#include "store.hpp"

using namespace engine;
using namespace engine::testing;
namespace fs = std::filesystem;

namespace {

constexpr int accounts = 4;
constexpr std::int64_t day = 86'400;

// A bank that lives through days, with an archive beside its data.
class Bank {
 public:
  Bank() : options_(options_for(folder_.path() / "data")) {
    options_.archive_dir = folder_.path() / "archive";
    options_.archive_map_size = std::size_t{1} << 30;
    options_.journal_segment_size = std::size_t{16} << 10;
    start();
    issue_accounts(*client_, accounts);
  }

  void start() {
    engine_ = open_engine(options_);
    client_ = std::make_unique<Client>(*engine_);
  }
  void stop() {
    client_.reset();
    REQUIRE(engine_->stop().has_value());
    engine_.reset();
  }
  // All that was changed is in the store.
  void restart() {
    stop();
    start();
  }

  Answer call(CommandBody body, const Request& request = {}) {
    Submission submission = submission_of(std::move(body), request);
    submission.command.now = Instant::from_seconds(now_);
    submission.command.business_date = BusinessDate{static_cast<std::int32_t>(now_ / day)};
    return client_->call(submission);
  }
  Answer ask(const Asked& asked) { return call(authorize_of(asked), request_of(asked)); }
  void post(const std::string& record, const std::string& card, std::string_view amount,
            const std::string& lifecycle) {
    PostClearing post;
    post.identity = digest<ClearingIdentity>(record);
    post.token = digest<CardToken>(card);
    post.transaction = money(amount);
    post.keys.lifecycle_id = FixedText<36>::cut(lifecycle);
    call(post);
  }

  // Purchases, most of which are cleared.
  void live_a_day(std::mt19937& random) {
    for (int i = 0; i < 40; ++i) {
      const int number = ++purchases_;
      const std::string card = numbered("C", number % accounts);
      const std::string lifecycle = numbered("L", number);
      ask({.amount = "7.00",
           .stan = number,
           .card = card,
           .rrn = numbered("R", number),
           .lifecycle = lifecycle});
      if (random() % 4 != 0) post(numbered("F", number), card, "6.50", lifecycle);
    }
    call(ExpireDue{});
    now_ += day;
  }

  ArchiveReport archive(std::int64_t days = 0) {
    ArchivePolicy policy;
    policy.records_before = Instant::from_seconds(now_ - days * day);
    policy.journal_before = policy.records_before;
    const auto report = engine_->archive(policy, [] { return true; });
    if (!report) FAIL(report.error().detail);
    return *report;
  }

  // Every account, hold, movement and answer, as text.
  std::string describe() {
    std::string text = client_->describe(account_names(accounts));
    Submission submission;
    submission.inspect = [&text](const View& view) {
      for (const std::string& id : account_names(accounts)) {
        const auto movements = view.statement(AccountId::cut(id), BusinessDate{0},
                                              BusinessDate{100'000'000}, 0, 1'000'000);
        for (const MovementView& movement : *movements) {
          text += fmt::format("{} {} {}\n", movement.id, movement.amount, movement.balance_after);
        }
      }
      for (std::uint64_t id = 1; id < 5000; ++id) {
        const auto found = view.authorization(id);
        if (found) text += fmt::format("{} {}\n", id, found->decision.auth_code.view());
      }
    };
    client_->call(submission);
    return text;
  }

  std::string verified(const fs::path& archive = {}) const {
    const auto report = verify_journal(
        data(), [](std::uint64_t) {}, archive);
    return report ? "agrees" : report.error().detail;
  }

  EngineOptions& options() { return options_; }
  fs::path data() const { return folder_.path() / "data"; }
  fs::path archive_folder() const { return folder_.path() / "archive"; }
  Instant now() const { return Instant::from_seconds(now_); }
  Engine& engine() { return *engine_; }
  std::string refusal_to_start() {
    const auto engine = Engine::open(options_, rules_for_tests());
    return engine ? "started" : engine.error().detail;
  }

 private:
  TemporaryFolder folder_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Client> client_;
  std::int64_t now_ = 1'772'445'600;
  int purchases_ = 0;
};

std::size_t entries(const fs::path& store, const char* table) {
  auto environment = lmdb::Environment::open(store.string(), std::size_t{1} << 30, 40);
  REQUIRE(environment.has_value());
  MDB_dbi dbi = 0;
  {
    auto transaction = environment->begin_write();
    dbi = *transaction->open_table(table);
    REQUIRE(transaction->commit().has_value());
  }
  return environment->snapshot()->entry_count(dbi);
}

std::size_t segments(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    count += entry.path().extension() == ".hfj" ? 1 : 0;
  }
  return count;
}

bool contains(const std::string& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("archive: what was moved is seen as before, and the store is smaller", "[archive]") {
  Bank bank;
  std::mt19937 random(1);
  for (int i = 0; i < 10; ++i) bank.live_a_day(random);
  bank.restart();
  const std::string before = bank.describe();

  const ArchiveReport report = bank.archive();
  CHECK(report.holds > 250);
  CHECK(report.movements > 250);
  CHECK(report.decisions == 400);
  CHECK(report.segments > 3);
  CHECK(bank.describe() == before);
  // What is left is open, and there is nothing to move twice.
  CHECK(bank.archive().is_empty());
  bank.restart();
  CHECK(bank.describe() == before);
  bank.stop();
  CHECK(entries(bank.data() / "store", "movements") == 0);
  CHECK(entries(bank.data() / "store", "decisions") == 0);
  CHECK(entries(bank.data() / "store", "holds") +
            entries(bank.archive_folder() / "store", "holds") ==
        400);
  CHECK(segments(bank.archive_folder() / "journal") == report.segments);
  CHECK(bank.verified() == "agrees");
}

TEST_CASE("archive: only what is older than the policy says is moved", "[archive]") {
  Bank bank;
  std::mt19937 random(2);
  for (int i = 0; i < 5; ++i) bank.live_a_day(random);
  bank.restart();
  CHECK(bank.archive(6).is_empty());
  CHECK(bank.archive(3).decisions == 80);
  CHECK(bank.archive(3).is_empty());
  CHECK(bank.archive(1).decisions == 80);
  // The checkpoint has not seen today.
  bank.ask({.amount = "1.00", .stan = 9999, .card = "C1"});
  CHECK(bank.archive(0).decisions == 40);
  bank.stop();
  CHECK(bank.verified() == "agrees");
}

TEST_CASE("archive: archived holds are found and changed", "[archive]") {
  Bank bank;
  const Answer first = bank.ask({.amount = "20.00", .stan = 1, .card = "C1", .lifecycle = "LATE"});
  bank.call(ReleaseHold{HoldId{1}, {}});
  std::mt19937 random(3);
  bank.live_a_day(random);
  bank.restart();
  REQUIRE(bank.archive().holds > 1);
  bank.restart();
  // Cleared after its end: the record is changed in the store, and hides the archived one.
  bank.post("LATE", "C1", "20.00", "LATE");
  const std::string after = bank.describe();
  CHECK(contains(after, "1:cleared:"));
  bank.restart();
  CHECK(bank.describe() == after);
  bank.stop();
  CHECK(bank.verified() == "agrees");
  bank.start();
  bank.live_a_day(random);
  bank.restart();
  CHECK(bank.archive().holds > 0);
  bank.restart();
  bank.stop();
  CHECK(bank.verified() == "agrees");
  // The same request again is answered from the archive.
  bank.start();
  const Answer again = bank.ask({.amount = "20.00", .stan = 1, .card = "C1", .lifecycle = "LATE"});
  CHECK(again.decision.auth_code == first.decision.auth_code);
  bank.stop();
}

TEST_CASE("archive: random days, restarts and rounds of archiving in between", "[archive]") {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Bank bank;
    for (int i = 0; i < 12; ++i) {
      bank.live_a_day(random);
      if (random() % 2 == 0) bank.restart();
      const std::string before = bank.describe();
      if (random() % 2 == 0) bank.archive(static_cast<std::int64_t>(random() % 4));
      CHECK(bank.describe() == before);
    }
    bank.stop();
    CHECK(bank.verified() == "agrees");
  }
}

TEST_CASE("archive: authorizations go on while records are moved", "[archive]") {
  Bank bank;
  std::mt19937 random(4);
  for (int i = 0; i < 5; ++i) bank.live_a_day(random);
  bank.options().checkpoint_records = 200;
  bank.restart();
  ArchivePolicy policy{bank.now(), bank.now()};
  std::thread mover([&] {
    for (int i = 0; i < 10; ++i) {
      CHECK(bank.engine().archive(policy, [] { return true; }).has_value());
    }
  });
  for (int i = 0; i < 8; ++i) bank.live_a_day(random);
  mover.join();
  // After a checkpoint the store's snapshot has nothing of it any more.
  bank.live_a_day(random);
  const std::string before = bank.describe();
  bank.restart();
  CHECK(bank.describe() == before);
  bank.stop();
  CHECK(bank.verified() == "agrees");
}

TEST_CASE("archive: the store keeps what a checkpoint has changed since it was copied",
          "[archive]") {
  TemporaryFolder folder;
  auto store = Store::open(folder.path(), std::size_t{1} << 30);
  REQUIRE(store.has_value());
  State state;
  (*store)->attach(state);
  HoldRecord hold;
  hold.id = {7};
  const auto write = [&] {
    state.holds.put(hold.id, hold);
    state.for_each_table([](auto& table) { table.freeze(); });
    REQUIRE((*store)->write_frozen(state, state.meta).has_value());
    REQUIRE((*store)->renew().has_value());
    state.for_each_table([](auto& table) { table.drop_frozen(); });
  };
  write();
  const auto key = store_key(hold.id);
  const auto bytes = Table<HoldId, HoldRecord>::as_bytes(hold);
  const std::vector<StoredRecord> copied{{{key.begin(), key.end()}, {bytes.begin(), bytes.end()}}};
  hold.cleared_amount = 100;
  write();
  const MDB_dbi table = (*store)->table_of("holds");
  REQUIRE((*store)->erase_moved(table, copied, {}).has_value());
  CHECK((*store)->new_snapshot()->get(table, key).has_value());
  hold.cleared_amount = 0;
  write();
  REQUIRE((*store)->erase_moved(table, copied, {}).has_value());
  CHECK_FALSE((*store)->new_snapshot()->get(table, key).has_value());
}

TEST_CASE("archive: a move that was cut short leaves records in both, and is made up for",
          "[archive]") {
  Bank bank;
  std::mt19937 random(5);
  for (int i = 0; i < 3; ++i) bank.live_a_day(random);
  bank.stop();
  const fs::path store = bank.data() / "store/data.mdb";
  const fs::path whole = bank.data() / "whole.mdb";
  fs::copy_file(store, whole);
  bank.start();
  const std::string before = bank.describe();
  const std::uint64_t moved = bank.archive().segments;
  REQUIRE(moved > 0);
  bank.stop();
  // As if killed before the store gave anything up, and before the last segment was removed.
  fs::copy_file(whole, store, fs::copy_options::overwrite_existing);
  const fs::path last = segment_path(bank.data() / "journal", moved);
  fs::copy_file(segment_path(bank.archive_folder() / "journal", moved), last);
  CHECK(bank.verified() == "agrees");
  bank.start();
  CHECK(bank.describe() == before);
  CHECK(bank.archive().decisions == 120);
  bank.stop();
  CHECK_FALSE(fs::exists(last));
  CHECK(bank.verified() == "agrees");
}

TEST_CASE("archive: stops when it is asked to", "[archive]") {
  Bank bank;
  std::mt19937 random(6);
  bank.live_a_day(random);
  bank.restart();
  const auto report = bank.engine().archive({bank.now(), bank.now()}, [] { return false; });
  REQUIRE(report.has_value());
  CHECK(report->is_empty());
  bank.stop();
}

TEST_CASE("archive: a store opens with its own archive alone", "[archive]") {
  Bank bank;
  std::mt19937 random(7);
  bank.live_a_day(random);
  bank.restart();
  const fs::path archive = bank.archive_folder();
  const fs::path old_copy = archive.string() + ".old";
  fs::copy(archive, old_copy, fs::copy_options::recursive);
  REQUIRE(bank.archive().decisions == 40);
  bank.stop();

  bank.options().archive_dir = "";
  CHECK(contains(bank.refusal_to_start(), archive.string()));
  bank.options().archive_dir = archive.string() + ".other";
  CHECK(contains(bank.refusal_to_start(), "it is not the one of this store"));
  bank.options().archive_dir = old_copy;
  CHECK(contains(bank.refusal_to_start(), "it is an old copy"));
  bank.options().archive_dir = archive;
  bank.start();
  bank.stop();

  // It may go somewhere else, whole.
  const fs::path moved = archive.string() + ".moved";
  fs::rename(archive, moved);
  CHECK(contains(bank.verified(), "no archive in this folder"));
  CHECK(bank.verified(moved) == "agrees");
  bank.options().archive_dir = moved;
  bank.start();
  bank.stop();
  CHECK(bank.verified() == "agrees");

  // Another store must not take it over.
  EngineOptions strange = options_for(bank.data().parent_path() / "strange");
  strange.archive_dir = moved;
  strange.archive_map_size = std::size_t{1} << 30;
  const auto engine = Engine::open(strange, rules_for_tests());
  REQUIRE_FALSE(engine.has_value());
  CHECK(contains(engine.error().detail, "belongs to another store"));
}

TEST_CASE("archive: a store claims its archive at once, and alone", "[archive]") {
  Bank bank;
  bank.stop();
  EngineOptions strange = options_for(bank.data().parent_path() / "strange");
  strange.archive_map_size = std::size_t{1} << 30;
  const auto refusal = [&strange] {
    const auto engine = Engine::open(strange, rules_for_tests());
    return engine ? "started" : engine.error().detail;
  };
  // Nothing was moved to it yet.
  strange.archive_dir = bank.archive_folder();
  CHECK(contains(refusal(), "belongs to another store"));
  bank.start();
  CHECK(contains(refusal(), "this folder is in use already"));
  // A data folder is no archive, its own under another name, or another's.
  strange.archive_dir = bank.data();
  CHECK(contains(refusal(), "this folder is in use already"));
  bank.stop();
  CHECK(contains(refusal(), "this is a switch's data folder"));
  const fs::path alias = bank.data().parent_path() / "alias";
  fs::create_directory_symlink(strange.data_dir, alias);
  strange.archive_dir = alias;
  CHECK(contains(refusal(), "this folder is in use already"));
  bank.start();
  bank.stop();
  CHECK(bank.verified() == "agrees");
}

TEST_CASE("archive: one that is newer than the store is no later truth", "[archive]") {
  Bank bank;
  bank.ask({.amount = "20.00", .stan = 1, .card = "C1", .lifecycle = "LATE"});
  bank.call(ReleaseHold{HoldId{1}, {}});
  std::mt19937 random(9);
  bank.live_a_day(random);
  bank.restart();
  REQUIRE(bank.archive().holds > 1);
  bank.restart();
  bank.stop();
  const fs::path store = bank.data() / "store/data.mdb";
  const fs::path backup = bank.data() / "backup.mdb";
  fs::copy_file(store, backup);
  bank.start();
  // Cleared late, in two parts, and seen by rounds of archiving.
  bank.post("LATE", "C1", "8.00", "LATE");
  bank.restart();
  bank.archive();
  bank.post("LATER", "C1", "2.00", "LATE");
  bank.restart();
  bank.archive();
  bank.restart();
  const std::string after = bank.describe();
  bank.stop();
  // The store of the backup, with today's archive: the journal says the rest, once.
  fs::copy_file(backup, store, fs::copy_options::overwrite_existing);
  bank.start();
  CHECK(bank.describe() == after);
  bank.stop();
  CHECK(bank.verified() == "agrees");
}

TEST_CASE("archive: a copy that lacks segments is known for an old one", "[archive]") {
  Bank bank;
  std::mt19937 random(10);
  for (int i = 0; i < 3; ++i) bank.live_a_day(random);
  bank.restart();
  const fs::path archive = bank.archive_folder();
  const fs::path old_copy = archive.string() + ".old";
  fs::copy(archive, old_copy, fs::copy_options::recursive);
  const auto report = bank.engine().archive({{}, bank.now()}, [] { return true; });
  REQUIRE(report.has_value());
  REQUIRE(report->segments > 1);
  CHECK(report->decisions == 0);
  bank.stop();
  bank.options().archive_dir = old_copy;
  CHECK(contains(bank.refusal_to_start(), "it is an old copy"));
}

TEST_CASE("archive: a segment is never written over by another of its number", "[archive]") {
  Bank bank;
  std::mt19937 random(11);
  for (int i = 0; i < 3; ++i) bank.live_a_day(random);
  bank.restart();
  const fs::path archived = segment_path(bank.archive_folder() / "journal", 1);
  std::ofstream(archived) << "another journal's";
  const auto report = bank.engine().archive({{}, bank.now()}, [] { return true; });
  REQUIRE_FALSE(report.has_value());
  CHECK(contains(report.error().detail, "another segment with this number"));
  CHECK(fs::exists(segment_path(bank.data() / "journal", 1)));
  bank.stop();
}

TEST_CASE("archive: damage to it, or a part that is gone, is found", "[archive]") {
  Bank bank;
  std::mt19937 random(8);
  for (int i = 0; i < 3; ++i) bank.live_a_day(random);
  bank.restart();
  REQUIRE(bank.archive().segments > 1);
  bank.stop();
  const fs::path second = bank.archive_folder() / "journal/0000000002.hfj";
  const fs::path away = second.string() + ".away";
  fs::rename(second, away);
  CHECK(contains(bank.verified(), "the segment behind this one is missing"));
  fs::rename(away, second);
  {
    std::fstream file(second, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(200);
    file.put('\x5A');
  }
  CHECK(contains(bank.verified(), "0000000002.hfj at offset 0"));
}

TEST_CASE("archive: there is none unless it is asked for", "[archive]") {
  TemporaryFolder folder;
  auto engine = open_engine(options_for(folder.path()));
  const auto report = engine->archive({}, [] { return true; });
  REQUIRE_FALSE(report.has_value());
  CHECK(report.error().detail == "there is no archive");
  CHECK(engine->stop().has_value());
}
