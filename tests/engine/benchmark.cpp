// Figures, not tests: run with the tag [.benchmark] in a release build.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "engine_support.hpp"
#include "recovery.hpp"

using namespace engine;
using namespace engine::testing;

namespace {

constexpr int accounts = 10'000;
constexpr int hold_count = 1'000'000;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A journal of a million authorizations as the link makes them, in batches of a thousand.
void write_journal(const std::filesystem::path& data_dir) {
  const auto directory = data_dir / "journal";
  FileJournal::Options options;
  options.directory = directory;
  auto journal = FileJournal::open(options, JournalPosition{}, 1);
  REQUIRE(journal.has_value());
  Ledger ledger;
  BatchBuffer batch;
  State state;
  auto run = [&](CommandBody body, const Request& request) {
    Event event;
    const Command command{ledger.now, {20'515}, {20'515}, request, std::move(body)};
    REQUIRE(decide(state, ledger.rules, command, event).decision.approved());
    apply(state, event);
    batch.add(event);
    if (batch.event_count() < 1000) return;
    REQUIRE((*journal)->append(batch).has_value());
    batch.clear();
  };
  for (int i = 0; i < accounts; ++i) {
    PutAccount account;
    account.id = AccountId::cut(numbered("A", i));
    account.currency = currency("RUB");
    account.booked = minor("100000.00");
    run(account, {});
    PutCard card;
    card.token = digest<CardToken>(numbered("C", i));
    card.account_id = account.id;
    card.expiry_yymm = 2812;
    run(card, {});
  }
  const Stopwatch watch;
  for (int i = 1; i <= hold_count; ++i) {
    const std::string card = numbered("C", i * 7919LL % accounts);
    const std::string rrn = std::to_string(100'000'000'000 + i);
    const std::string lifecycle = numbered("LIFECYCLE", i);
    ledger.now.microseconds += 100;
    const Asked asked{
        .amount = "35.00", .stan = i, .card = card, .rrn = rrn, .lifecycle = lifecycle};
    run(authorize_of(asked), request_of(asked));
  }
  if (!batch.empty()) REQUIRE((*journal)->append(batch).has_value());
  fmt::print("written: {:.0f} events/s decided, applied and appended\n",
             hold_count / watch.seconds());
}

}  // namespace

TEST_CASE("benchmark: replay of a million holds", "[.benchmark]") {
  TemporaryFolder folder;
  write_journal(folder.path());

  {
    const Stopwatch watch;
    JournalReader reader(folder.path() / "journal", JournalPosition{});
    std::uint64_t events = 0;
    while (*reader.next()) events += reader.header().event_count;
    fmt::print("read and hashed: {:.0f} events/s\n", static_cast<double>(events) / watch.seconds());
  }
  {
    const Stopwatch watch;
    JournalReader reader(folder.path() / "journal", JournalPosition{});
    std::uint64_t events = 0;
    Event event;
    while (*reader.next()) {
      auto bytes = reader.events();
      for (; !bytes.empty(); ++events) REQUIRE(decode_event(bytes, event));
    }
    fmt::print("and decoded: {:.0f} events/s\n", static_cast<double>(events) / watch.seconds());
  }
  EngineOptions options = options_for(folder.path());
  options.store_map_size = std::size_t{16} << 30;
  options.check_invariants = false;
  options.checkpoint_records = 100'000'000;
  {
    const Stopwatch watch;
    auto engine = open_engine(options);
    const double seconds = watch.seconds();
    fmt::print("replayed into an empty store: {:.0f} events/s ({:.2f} s)\n",
               static_cast<double>(engine->recovery().events_replayed) / seconds, seconds);
  }
  options.checkpoint_records = EngineOptions{}.checkpoint_records;
  const Stopwatch watch;
  auto engine = open_engine(options);
  const double seconds = watch.seconds();
  fmt::print("replayed with checkpoints on the way: {:.0f} events/s ({:.2f} s)\n",
             static_cast<double>(engine->recovery().events_replayed) / seconds, seconds);
}
