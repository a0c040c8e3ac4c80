// The whole engine on a folder: threads, group commit, refusals, restarts.
#include "engine/engine.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "engine_support.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("engine: many threads at once lose nothing and overdraw nothing", "[engine][threads]") {
  TemporaryFolder folder;
  EngineOptions options = options_for(folder.path());
  options.check_invariants = false;  // they walk an account's holds for each event
  options.checkpoint_records = 300;
  auto engine = open_engine(options);
  constexpr int thread_count = 6;
  constexpr int asks = 400;
  std::string answered;
  {
    Client client(*engine);
    issue_accounts(client, 2);
    std::vector<std::thread> threads;
    std::vector<int> approved(thread_count, 0);
    for (int t = 0; t < thread_count; ++t) {
      threads.emplace_back([&, t] {
        Client own(*engine);
        for (int i = 0; i < asks; ++i) {
          const int stan = 1 + t * asks + i;
          const Asked asked{.amount = "100.00", .stan = stan, .card = t % 2 == 0 ? "C0" : "C1"};
          if (own.ask(asked).decision.approved()) ++approved[static_cast<std::size_t>(t)];
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // 100000.00 is good for a thousand holds of 100.00.
    CHECK(approved[0] + approved[2] + approved[4] == 1000);
    CHECK(approved[1] + approved[3] + approved[5] == 1000);
    answered = client.describe(account_names(2));
    CHECK(answered.find("A0 L=100000.00 H=100000.00") != std::string::npos);
  }
  REQUIRE(engine->stop().has_value());
  engine.reset();

  const auto verified = verify_journal(folder.path(), [](std::uint64_t) {});
  if (!verified) FAIL(verified.error().detail);
  CHECK(verified->store_sequence == verified->events);
  CHECK(verified->holds == 2000);
  CHECK(verified->torn_tail.empty());
  // Group commit: fewer batches than events.
  CHECK(verified->batches < verified->events);

  engine = open_engine(options);
  Client client(*engine);
  CHECK(engine->recovery().events_replayed == 0);
  CHECK(client.describe(account_names(2)) == answered);
  CHECK(client.ask({.amount = "100.00", .stan = 1, .card = "C0"}).replayed);
}

TEST_CASE("engine: an unexpected end without a checkpoint gives back the identical state",
          "[engine][recovery]") {
  TemporaryFolder folder;
  EngineOptions options = options_for(folder.path());
  options.checkpoint_records = GENERATE(50u, 1'000'000u);
  std::string answered;
  std::uint64_t last = 0;
  for (int life = 0; life < 3; ++life) {
    auto engine = open_engine(options);
    Client client(*engine);
    if (life == 0) issue_accounts(client, 4);
    if (life > 0) CHECK(client.describe(account_names(4)) == answered);
    CHECK(engine->recovery().last_sequence == last);
    for (int i = 0; i < 100; ++i) {
      const int stan = 1 + life * 100 + i;
      const std::string card = numbered("C", i % 4);
      const std::string lifecycle = numbered("L", stan);
      client.ask({.amount = "2.00", .stan = stan, .card = card, .lifecycle = lifecycle});
      if (i % 3 != 0) continue;
      PostClearing post;
      post.identity = digest<ClearingIdentity>(lifecycle);
      post.token = digest<CardToken>(card);
      post.transaction = money("1.50");
      post.keys.lifecycle_id = FixedText<36>::cut(lifecycle);
      REQUIRE(outcome(client.call(post)) == "posted_matched by lifecycle_id");
    }
    answered = client.describe(account_names(4));
    last = engine->recovery().last_sequence + 134 + (life == 0 ? 8 : 0);
  }
}

TEST_CASE("engine: past its deadline a command is not decided, and later decided afresh",
          "[engine][threads]") {
  TemporaryFolder folder;
  auto engine = open_engine(options_for(folder.path()));
  Client client(*engine);
  issue_accounts(client, 1);
  const std::string before = client.describe({"A0"});
  const Asked asked{.amount = "10.00", .stan = 1, .card = "C0"};
  Submission late = submission_of(authorize_of(asked), request_of(asked));
  late.deadline = std::chrono::steady_clock::now() - std::chrono::milliseconds(1);
  CHECK(told(client.call(late)) == "overloaded");
  CHECK(client.describe({"A0"}) == before);
  const Answer answer = client.ask(asked);
  CHECK(told(answer) == "approved");
  CHECK_FALSE(answer.replayed);
}

TEST_CASE("engine: bulk work lets commands with a deadline go first", "[engine][threads]") {
  TemporaryFolder folder;
  auto engine = open_engine(options_for(folder.path()));
  Client client(*engine);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::hours(1);
  std::string order;
  std::promise<void> started;
  std::promise<void> may_go_on;
  Submission first;
  first.deadline = soon;
  first.inspect = [&](const View&) {
    started.set_value();
    may_go_on.get_future().wait();
  };
  Submission waiting;
  waiting.deadline = soon;
  waiting.inspect = [&](const View&) { order += 'w'; };
  Submission late;
  late.deadline = soon;
  late.inspect = [&](const View&) { order += 'l'; };
  std::vector<Submission> bulk(200);
  for (Submission& submission : bulk) {
    submission.is_bulk = true;
    submission.inspect = [&](const View&) { order += 'b'; };
  }
  bulk[0].inspect = [&](const View&) {
    order += 'b';
    client.submit(late);
  };

  REQUIRE(client.submit(first));
  started.get_future().wait();
  for (Submission& submission : bulk) REQUIRE(client.submit(submission));
  REQUIRE(client.submit(waiting));
  may_go_on.set_value();
  client.wait();
  const std::size_t late_at = order.find('l');
  CHECK(order.front() == 'w');
  CHECK(late_at < 100);
  CHECK(order.size() == 202);
  // Nothing else with a deadline: bulk work goes on in its order.
  CHECK(order.find_first_not_of('b', late_at + 1) == order.npos);
}

TEST_CASE("engine: a full inbox takes nothing more, and nothing happened", "[engine][threads]") {
  TemporaryFolder folder;
  EngineOptions options = options_for(folder.path());
  options.inbox_capacity = 4;
  auto engine = open_engine(options);
  Client client(*engine);
  issue_accounts(client, 1);

  std::promise<void> started;
  std::promise<void> may_go_on;
  Submission slow;
  slow.inspect = [&](const View&) {
    started.set_value();
    may_go_on.get_future().wait();
  };
  REQUIRE(client.submit(slow));
  started.get_future().wait();
  std::vector<Submission> waiting;
  for (int stan = 1; stan <= 6; ++stan) {
    const Asked asked{.amount = "10.00", .stan = stan, .card = "C0"};
    waiting.push_back(submission_of(authorize_of(asked), request_of(asked)));
  }
  int taken = 0;
  for (Submission& submission : waiting) taken += client.submit(submission) ? 1 : 0;
  may_go_on.set_value();
  client.wait();
  CHECK(taken == 4);
  CHECK(client.describe({"A0"}).find("H=40.00") != std::string::npos);
}

TEST_CASE("engine: a stop finishes what was taken and takes nothing more", "[engine][threads]") {
  TemporaryFolder folder;
  const EngineOptions options = options_for(folder.path());
  auto engine = open_engine(options);
  Client client(*engine);
  issue_accounts(client, 1);
  std::vector<Submission> submissions;
  for (int stan = 1; stan <= 1000; ++stan) {
    const Asked asked{.amount = "1.00", .stan = stan, .card = "C0"};
    submissions.push_back(submission_of(authorize_of(asked), request_of(asked)));
  }
  for (Submission& submission : submissions) REQUIRE(client.submit(submission));
  REQUIRE(engine->stop().has_value());
  client.wait();
  for (const Submission& submission : submissions) {
    REQUIRE(told(submission.answer) == "approved");
  }
  CHECK_FALSE(client.submit(submissions.front()));
  CHECK(engine->stop().has_value());
  engine = nullptr;
  engine = open_engine(options);
  CHECK(engine->recovery().events_replayed == 0);
  Client after(*engine);
  CHECK(after.describe({"A0"}).find("H=1000.00") != std::string::npos);
}

TEST_CASE("engine: it may be gone while a checkpoint is being written", "[engine][threads]") {
  TemporaryFolder folder;
  EngineOptions options = options_for(folder.path());
  options.checkpoint_records = 1;
  for (int life = 0; life < 20; ++life) {
    auto engine = open_engine(options);
    Client client(*engine);
    if (life == 0) issue_accounts(client, 1);
    for (int i = 0; i < 5; ++i) {
      const int stan = 1 + life * 5 + i;
      REQUIRE(told(client.ask({.amount = "1.00", .stan = stan, .card = "C0"})) == "approved");
    }
  }
  auto engine = open_engine(options);
  Client client(*engine);
  CHECK(client.describe({"A0"}).find("H=100.00") != std::string::npos);
}

TEST_CASE("engine: holds expire through checkpoints and restarts", "[engine][recovery]") {
  TemporaryFolder folder;
  EngineOptions options = options_for(folder.path());
  options.checkpoint_records = 40;
  constexpr std::int64_t start = 1'772'445'600;
  {
    auto engine = open_engine(options);
    Client client(*engine);
    issue_accounts(client, 1);
    for (int i = 0; i < 100; ++i) {
      PlaceHold hold;
      hold.account_id = AccountId::cut("A0");
      hold.amount = money("1.00");
      hold.expires_at = Instant::from_seconds(start + 10 + i / 5);
      REQUIRE(told(client.call(hold)) == "approved");
    }
  }
  int held = 100;
  for (int life = 0; life < 4; ++life) {
    auto engine = open_engine(options);
    Client client(*engine);
    for (int second = 0; second < 5; ++second) {
      Submission expire = submission_of(ExpireDue{3});
      expire.command.now = Instant::from_seconds(start + 10 + life * 5 + second);
      while (client.call(expire).decision.more) expire.command.body = ExpireDue{3};
      held -= 5;
      const std::string expected = fmt::format("H={} ", format_amount(held * 100, currency("RUB")));
      REQUIRE(client.describe({"A0"}).find(expected) != std::string::npos);
    }
  }
  CHECK(held == 0);
}

TEST_CASE("engine: one process at a time", "[engine][recovery]") {
  TemporaryFolder folder;
  const EngineOptions options = options_for(folder.path());
  auto engine = open_engine(options);
  auto second = Engine::open(options, Rules{});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == EngineErrorCode::in_use);
  auto verified = verify_journal(folder.path(), [](std::uint64_t) {});
  REQUIRE_FALSE(verified.has_value());
  CHECK(verified.error().code == EngineErrorCode::in_use);
}

TEST_CASE("engine: a damaged journal stops the start, with its place", "[engine][recovery]") {
  TemporaryFolder folder;
  const EngineOptions options = options_for(folder.path());
  {
    auto engine = open_engine(options);
    Client client(*engine);
    issue_accounts(client, 2);
  }
  const auto path = segment_path(folder.path() / "journal", 1);
  auto bytes = read_bytes(path);
  bytes[300] ^= 1;
  write_bytes(path, bytes);
  auto engine = Engine::open(options, Rules{});
  REQUIRE_FALSE(engine.has_value());
  CHECK(engine.error().code == EngineErrorCode::corrupt);
  CHECK(engine.error().detail.find("0000000001.hfj at offset ") != std::string::npos);
}

TEST_CASE("engine: a torn batch at the beginning of a segment is cut, and every start after works",
          "[engine][recovery]") {
  TemporaryFolder folder;
  const EngineOptions options = options_for(folder.path());
  const auto second_segment = segment_path(folder.path() / "journal", 2);
  auto is_used = [&second_segment] {
    const auto bytes = read_bytes(second_segment);
    return std::any_of(bytes.begin(), bytes.end(), [](auto byte) { return byte != 0; });
  };
  std::string answered;
  int stan = 0;
  {
    auto engine = open_engine(options);
    Client client(*engine);
    issue_accounts(client, 1);
    while (!is_used()) {
      answered = client.describe({"A0"});
      client.ask({.amount = "1.00", .stan = ++stan, .card = "C0"});
    }
  }
  auto bytes = read_bytes(second_segment);
  std::fill(bytes.begin() + 300, bytes.end(), std::uint8_t{0});
  write_bytes(second_segment, bytes);
  {
    auto engine = open_engine(options);
    CHECK_FALSE(engine->recovery().torn_tail.empty());
    Client client(*engine);
    CHECK(client.describe({"A0"}) == answered);
    REQUIRE(engine->stop().has_value());  // checkpoints where the torn batch stood
  }
  SECTION("with the segment before it") {
    auto engine = open_engine(options);
    CHECK(engine->recovery().events_replayed == 0);
    Client client(*engine);
    CHECK(client.describe({"A0"}) == answered);
    CHECK_FALSE(client.ask({.amount = "1.00", .stan = stan, .card = "C0"}).replayed);
    REQUIRE(engine->stop().has_value());
    engine.reset();
    CHECK(verify_journal(folder.path(), [](std::uint64_t) {}).has_value());
  }
  SECTION("with the segment before it archived") {
    std::filesystem::remove(segment_path(folder.path() / "journal", 1));
    auto engine = open_engine(options);
    Client client(*engine);
    CHECK(client.describe({"A0"}) == answered);
  }
  SECTION("with a segment before it that is another one's") {
    const auto path = segment_path(folder.path() / "journal", 1);
    auto first = read_bytes(path);
    std::fill(first.end() - 2000, first.end(), std::uint8_t{0});
    write_bytes(path, first);
    auto engine = Engine::open(options, Rules{});
    REQUIRE_FALSE(engine.has_value());
    CHECK(engine.error().code == EngineErrorCode::corrupt);
  }
}

TEST_CASE("engine: tells how full the store's map is, before a checkpoint fails for want of room",
          "[engine][recovery]") {
  TemporaryFolder folder;
  EngineOptions options = options_for(folder.path());
  options.store_map_size = std::size_t{2} << 20;
  {
    auto engine = open_engine(options);
    CHECK(engine->store_fill_percent() < 10);
    Client client(*engine);
    issue_accounts(client, 1000);
    REQUIRE(engine->stop().has_value());
    CHECK(engine->store_fill_percent() > 20);
    CHECK(engine->store_fill_percent() <= 100);
  }
  // Beyond it the engine stops, loses nothing, and starts again with a larger map.
  {
    auto engine = open_engine(options);
    Client client(*engine);
    for (int i = 0; i < 4000; ++i) {
      client.ask({.amount = "1.00", .stan = i + 1, .card = "C0", .terminal = "T9"});
    }
    CHECK_FALSE(engine->stop().has_value());
    CHECK_FALSE(engine->halted().empty());
  }
  options.store_map_size = std::size_t{64} << 20;
  auto engine = open_engine(options);
  Client client(*engine);
  CHECK(client.describe({"A0"}).find("H=4000.00") != std::string::npos);
}
