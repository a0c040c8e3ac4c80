#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "bench/descriptor.hpp"
#include "bench/load_generator.hpp"
#include "bench/pacer.hpp"
#include "bench/population.hpp"
#include "iso8583/message.hpp"

namespace holdfast::bench {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t cards = 1'000;

const iso8583::Dialect& dialect() {
  static const auto loaded =
      iso8583::load_dialect(HOLDFAST_SOURCE_DIR "/config/dialects/iso87-ascii.toml");
  return *loaded;
}

RequestMaker make_requests() {
  auto requests = RequestMaker::create(dialect(), cards, 1);
  REQUIRE(requests.has_value());
  return std::move(*requests);
}

// Stands still once, when so many bytes were read.
struct Stall {
  std::uint64_t after_bytes = 0;
  milliseconds time{};
};

// Returns what it reads, on a thread.
class EchoServer {
 public:
  explicit EchoServer(Stall stall = {}) : stall_(stall) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_.get(), name, size) == 0);
    REQUIRE(::listen(listener_.get(), 16) == 0);
    REQUIRE(::getsockname(listener_.get(), name, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }

  std::uint16_t port() const { return port_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void serve(const std::stop_token& stop) {
    std::vector<Descriptor> connections;
    while (!stop.stop_requested()) {
      std::vector<pollfd> waited{{listener_.get(), POLLIN, 0}};
      for (const Descriptor& connection : connections) {
        waited.push_back({connection.get(), POLLIN, 0});
      }
      ::poll(waited.data(), waited.size(), 10);
      if (waited[0].revents != 0)
        connections.emplace_back(::accept(waited[0].fd, nullptr, nullptr));
      for (std::size_t i = 1; i < waited.size(); ++i) {
        if (waited[i].revents != 0) echo(waited[i].fd);
      }
    }
  }

  void echo(int connection) {
    std::array<char, 16'384> buffer{};
    const ssize_t size = ::recv(connection, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size <= 0) return;
    bytes_ += static_cast<std::uint64_t>(size);
    if (stall_.time.count() > 0 && bytes_ >= stall_.after_bytes) {
      std::this_thread::sleep_for(std::exchange(stall_.time, milliseconds(0)));
    }
    ::send(connection, buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
  }

  Descriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
  Stall stall_;
  std::atomic<std::uint64_t> bytes_{0};
  std::jthread thread_;
};

LoadPlan plan_for(const EchoServer& server) {
  LoadPlan plan;
  plan.port = server.port();
  plan.connections = 4;
  plan.window = 8;
  plan.answering = Answering::echo;
  plan.warm_up = milliseconds(0);
  return plan;
}

LoadResult drive(const LoadPlan& plan, RequestMaker& requests) {
  auto result = drive_load(plan, requests, dialect());
  REQUIRE(result.has_value());
  CHECK(result->counts.wrong == 0);
  return std::move(*result);
}

}  // namespace

TEST_CASE("pacer: requests are due in equal steps, and an hour later still in time", "[bench]") {
  constexpr std::uint64_t rate = 3;
  const auto start = Clock::now();
  Pacer pacer(rate);
  pacer.start(start);
  CHECK(pacer.take_due(start) == start);
  CHECK_FALSE(pacer.take_due(start));
  const auto later = start + std::chrono::hours(1);
  CHECK(pacer.take_due(later) == start + std::chrono::nanoseconds(333'333'333));
  for (std::uint64_t taken = 2; taken < 3'600 * rate; ++taken) REQUIRE(pacer.take_due(later));
  CHECK(pacer.take_due(later) == later);
  CHECK_FALSE(pacer.take_due(later));
}

TEST_CASE("load: an open loop keeps its rate", "[bench]") {
  EchoServer server;
  RequestMaker requests = make_requests();
  LoadPlan plan = plan_for(server);
  plan.rate = 1'000;
  plan.measured = milliseconds(500);
  const LoadResult result = drive(plan, requests);
  CHECK(result.latency.count() >= 498);
  CHECK(result.latency.count() <= 502);
  CHECK(result.messages_per_second == Approx(1'000).epsilon(0.01));
}

TEST_CASE("load: a stall is in the latency of all that was due while it lasted", "[bench]") {
  RequestMaker requests = make_requests();
  const std::uint64_t frame = requests.frame_size();
  SECTION("in the measured time") {
    EchoServer server(Stall{100 * frame, milliseconds(200)});
    LoadPlan plan = plan_for(server);
    plan.rate = 1'000;
    plan.measured = milliseconds(600);
    const LoadResult result = drive(plan, requests);
    // 200 requests came due, one each millisecond: 60 of 600 waited for more than 140 ms.
    CHECK(result.latency.percentile(0.9) >= milliseconds(100));
    CHECK(result.latency.max() >= milliseconds(180));
  }
  SECTION("up to its end and beyond it") {
    EchoServer server(Stall{300 * frame, milliseconds(400)});
    LoadPlan plan = plan_for(server);
    plan.rate = 1'000;
    plan.measured = milliseconds(400);
    const LoadResult result = drive(plan, requests);
    CHECK(result.latency.count() >= 398);
    CHECK(result.latency.percentile(0.8) >= milliseconds(100));
  }
}

TEST_CASE("load: ends after a number of requests", "[bench]") {
  EchoServer server;
  RequestMaker requests = make_requests();
  LoadPlan plan = plan_for(server);
  plan.measured = std::chrono::hours(1);
  plan.requests_max = GENERATE(7U, 1'000U);
  plan.rate = GENERATE(0U, 20'000U);
  std::set<std::uint64_t> approved;
  plan.on_approved = [&](std::uint64_t sequence) { approved.insert(sequence); };
  const LoadResult result = drive(plan, requests);
  CHECK(result.counts.approved == plan.requests_max);
  CHECK(server.bytes() == plan.requests_max * requests.frame_size());
  REQUIRE(approved.size() == plan.requests_max);
  CHECK(*approved.rbegin() == plan.requests_max - 1);
}

TEST_CASE("load: the measured time ends when something else is over", "[bench]") {
  EchoServer server;
  RequestMaker requests = make_requests();
  LoadPlan plan = plan_for(server);
  plan.measured = std::chrono::hours(1);
  plan.rate = GENERATE(0U, 1'000U);
  Clock::time_point begin;
  Clock::time_point end;
  plan.on_measure_begin = [&] { begin = Clock::now(); };
  plan.is_over = [&] { return Clock::now() - begin >= milliseconds(200); };
  plan.on_measure_end = [&] { end = Clock::now(); };
  const LoadResult result = drive(plan, requests);
  CHECK(end - begin >= milliseconds(200));
  CHECK(end - begin < std::chrono::seconds(10));
  const double seconds = std::chrono::duration<double>(end - begin).count();
  CHECK(result.messages_per_second ==
        Approx(static_cast<double>(result.latency.count()) / seconds).epsilon(0.05));
}

TEST_CASE("requests: what a sequence says is what its frame says", "[bench]") {
  RequestMaker requests = make_requests();
  std::vector<std::uint8_t> frame(requests.frame_size());
  iso8583::Message message;
  for (int i = 0; i < 100; ++i) {
    const MadeRequest made = requests.make(frame);
    REQUIRE(iso8583::decode(dialect(), std::span(frame).subspan(length_header_size), message)
                .has_value());
    const Purchase purchase = requests.purchase(made.sequence);
    std::array<char, pan_digits> pan{};
    write_pan(pan, purchase.card);
    CHECK(purchase.card < cards);
    CHECK(message.get(2) == std::string_view(pan.data(), pan.size()));
    CHECK(std::stoll(std::string(message.get(4))) == purchase.amount);
    CHECK(message.get(41) == RequestMaker::terminal_text(purchase.terminal));
    CHECK(message.get(62) == RequestMaker::lifecycle_id_text(made.sequence));
    CHECK(message.get(32) == RequestMaker::constant_field(32));
  }
}

}  // namespace holdfast::bench
