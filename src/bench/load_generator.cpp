#include "bench/load_generator.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <limits>
#include <optional>
#include <vector>

#include "bench/descriptor.hpp"
#include "bench/interrupt.hpp"
#include "bench/pacer.hpp"

namespace holdfast::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t receive_size = std::size_t{64} << 10;
constexpr std::size_t events_max = 256;
constexpr int poll_milliseconds = 100;
// In the place of a connection's number, where epoll speaks of the schedule.
constexpr std::uint32_t timer_event = std::numeric_limits<std::uint32_t>::max();
// A server that answers nothing for so long is broken.
constexpr std::chrono::seconds silence_max{10};

std::string system_error(std::string_view what) {
  return fmt::format("{}: {}", what, std::strerror(errno));
}

std::chrono::nanoseconds thread_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

struct Connection {
  explicit Connection(int socket) : descriptor(socket) {}
  Descriptor descriptor;
  std::vector<std::uint8_t> outgoing;  // never above window frames in the closed loop
  std::size_t outgoing_begin = 0;
  std::vector<std::uint8_t> incoming;  // part of a frame, then what is read
  std::size_t incoming_end = 0;
  bool waits_to_write = false;
};

// A request in flight, at the place of its STAN.
struct InFlight {
  Clock::time_point begun_at;  // made, or due by schedule
  std::uint64_t sequence = 0;
  std::int32_t connection = -1;  // -1: none
};

class LoadGenerator {
 public:
  LoadGenerator(const LoadPlan& plan, RequestMaker& requests, const iso8583::Dialect& dialect)
      : plan_(plan),
        requests_(requests),
        checker_(plan.answering, dialect, requests),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        in_flight_(stan_max + 1) {
    if (plan.rate > 0) pacer_.emplace(plan.rate);
  }

  Outcome<LoadResult> run();

 private:
  Outcome<void> connect_all();
  Outcome<void> watch_reading(int descriptor, std::uint32_t event_number);
  Outcome<void> begin_sending(Clock::time_point start);
  Outcome<void> serve_event(const epoll_event& event, Clock::time_point now);
  Outcome<void> send_due(Clock::time_point now);
  Outcome<void> receive(std::int32_t index);
  void take_frames(std::int32_t index, Clock::time_point now);
  void take_reply(std::int32_t index, std::span<const std::uint8_t> frame, Clock::time_point now);
  void add_request(std::int32_t index, Clock::time_point begun_at);
  Outcome<void> send(std::int32_t index);
  void watch_writing(std::int32_t index, bool on);
  void follow_phases(Clock::time_point now);
  bool is_time_over(Clock::time_point now) const;
  bool may_send() const;
  bool is_measured(const InFlight& request, Clock::time_point now) const;
  Connection& connection(std::int32_t index) {
    return connections_[static_cast<std::size_t>(index)];
  }

  const LoadPlan& plan_;
  RequestMaker& requests_;
  ReplyChecker checker_;
  Descriptor epoll_;
  std::vector<Connection> connections_;
  std::vector<InFlight> in_flight_;
  std::array<epoll_event, events_max> events_{};
  std::size_t in_flight_count_ = 0;
  std::uint64_t made_ = 0;
  std::optional<Pacer> pacer_;  // of the open loop

  enum class Phase : std::uint8_t { warming, measuring, draining };
  Phase phase_ = Phase::warming;
  Clock::time_point measure_begin_;
  Clock::time_point measure_end_;
  Clock::time_point last_reply_;
  std::chrono::nanoseconds cpu_at_begin_{};
  LoadResult result_;
};

Outcome<void> LoadGenerator::connect_all() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(plan_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connections_.reserve(plan_.connections);
  const std::size_t outgoing_max = plan_.window * requests_.frame_size();
  for (std::size_t i = 0; i < plan_.connections; ++i) {
    // Connected first, made non-blocking then: a refusal is known at once.
    connections_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    Connection& made = connections_.back();
    const int socket = made.descriptor.get();
    if (socket < 0) return Error{system_error("opening a socket")};
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return Error{system_error(fmt::format("connecting to port {}", plan_.port))};
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    made.outgoing.reserve(outgoing_max);
    made.incoming.resize(receive_size);
    if (auto watched = watch_reading(socket, static_cast<std::uint32_t>(i)); !watched)
      return watched;
  }
  return pacer_ ? watch_reading(pacer_->timer(), timer_event) : Outcome<void>();
}

Outcome<void> LoadGenerator::watch_reading(int descriptor, std::uint32_t event_number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = event_number;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return Error{system_error("epoll")};
  }
  return {};
}

Outcome<void> LoadGenerator::begin_sending(Clock::time_point start) {
  if (pacer_) {
    pacer_->start(start);
    return {};
  }
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(connections_.size()); ++i) {
    for (std::size_t sent = 0; sent < plan_.window && may_send(); ++sent) add_request(i, start);
    if (auto done = send(i); !done) return done;
  }
  return {};
}

Outcome<LoadResult> LoadGenerator::run() {
  if (auto connected = connect_all(); !connected) return connected.error();
  requests_.follow_clock();
  const auto start = Clock::now();
  last_reply_ = start;
  measure_begin_ = start + plan_.warm_up;
  measure_end_ = measure_begin_ + plan_.measured;
  if (auto begun = begin_sending(start); !begun) return begun.error();
  while (phase_ != Phase::draining || in_flight_count_ > 0) {
    const int ready = ::epoll_wait(epoll_.get(), events_.data(), events_max, poll_milliseconds);
    if (ready < 0 && errno != EINTR) return Error{system_error("epoll")};
    if (is_interrupted()) return interrupted_error();
    const auto now = Clock::now();
    follow_phases(now);
    requests_.follow_clock();
    if (now - last_reply_ > silence_max) {
      return Error{fmt::format("{} requests were not answered", in_flight_count_)};
    }
    for (int i = 0; i < ready; ++i) {
      auto served = serve_event(events_[static_cast<std::size_t>(i)], now);
      if (!served) return served.error();
    }
  }
  result_.messages_per_second =
      static_cast<double>(result_.latency.count()) / seconds(measure_end_ - measure_begin_);
  result_.counts = checker_.counts();
  return std::move(result_);
}

Outcome<void> LoadGenerator::serve_event(const epoll_event& event, Clock::time_point now) {
  if (event.data.u32 == timer_event) return send_due(now);
  const auto index = static_cast<std::int32_t>(event.data.u32);
  if ((event.events & ~static_cast<unsigned>(EPOLLOUT)) != 0) {
    if (auto done = receive(index); !done) return done;
  }
  return send(index);
}

Outcome<void> LoadGenerator::send_due(Clock::time_point now) {
  while (may_send()) {
    const auto due = pacer_->take_due(now);
    if (!due) {
      pacer_->arm();
      return {};
    }
    const auto index = static_cast<std::int32_t>(made_ % connections_.size());
    add_request(index, *due);
    if (auto done = send(index); !done) return done;
  }
  pacer_->disarm();
  return {};
}

bool LoadGenerator::may_send() const {
  return phase_ != Phase::draining && (plan_.requests_max == 0 || made_ < plan_.requests_max);
}

void LoadGenerator::follow_phases(Clock::time_point now) {
  if (phase_ == Phase::warming && now >= measure_begin_) {
    // The measured time begins when it is noticed, which is never long after it should.
    phase_ = Phase::measuring;
    measure_end_ = now + plan_.measured;
    measure_begin_ = now;
    cpu_at_begin_ = thread_cpu();
    if (plan_.on_measure_begin) plan_.on_measure_begin();
  } else if (phase_ == Phase::measuring && is_time_over(now)) {
    phase_ = Phase::draining;
    measure_end_ = std::min(measure_end_, now);
    result_.generator_cpu = thread_cpu() - cpu_at_begin_;
    if (plan_.on_measure_end) plan_.on_measure_end();
  }
}

bool LoadGenerator::is_time_over(Clock::time_point now) const {
  return now >= measure_end_ || !may_send() || (plan_.is_over && plan_.is_over());
}

// By schedule, what was due in the measured time counts however late its reply is: the slowest
// replies are those that come after the end.
bool LoadGenerator::is_measured(const InFlight& request, Clock::time_point now) const {
  if (!pacer_) return phase_ == Phase::measuring && now < measure_end_;
  return phase_ != Phase::warming && request.begun_at >= measure_begin_ &&
         request.begun_at < measure_end_;
}

Outcome<void> LoadGenerator::receive(std::int32_t index) {
  Connection& from = connection(index);
  const ssize_t size = ::recv(from.descriptor.get(), from.incoming.data() + from.incoming_end,
                              from.incoming.size() - from.incoming_end, MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  if (size < 0) return Error{system_error("receiving")};
  if (size == 0) return Error{"the server closed a connection"};
  from.incoming_end += static_cast<std::size_t>(size);
  take_frames(index, Clock::now());
  return {};
}

void LoadGenerator::take_frames(std::int32_t index, Clock::time_point now) {
  Connection& from = connection(index);
  const std::span<const std::uint8_t> received(from.incoming.data(), from.incoming_end);
  std::size_t begin = 0;
  while (received.size() - begin >= length_header_size) {
    const std::size_t size =
        length_header_size + (std::size_t{received[begin]} << 8 | received[begin + 1]);
    if (received.size() - begin < size) break;
    take_reply(index, received.subspan(begin, size), now);
    begin += size;
  }
  if (begin == 0) return;
  std::memmove(from.incoming.data(), from.incoming.data() + begin, from.incoming_end - begin);
  from.incoming_end -= begin;
}

void LoadGenerator::take_reply(std::int32_t index, std::span<const std::uint8_t> frame,
                               Clock::time_point now) {
  const auto facts = checker_.read(frame);
  if (!facts) return;
  InFlight* request = facts->stan <= stan_max ? &in_flight_[facts->stan] : nullptr;
  if (request == nullptr || request->connection != index || request->sequence != facts->sequence) {
    checker_.count_wrong("a reply to nothing that was asked on its connection");
    return;
  }
  if (is_measured(*request, now)) result_.latency.record(now - request->begun_at);
  if (facts->is_approved && plan_.on_approved) plan_.on_approved(facts->sequence);
  request->connection = -1;
  --in_flight_count_;
  last_reply_ = now;
  if (!pacer_ && may_send()) add_request(index, now);
}

void LoadGenerator::add_request(std::int32_t index, Clock::time_point begun_at) {
  Connection& to = connection(index);
  const std::size_t begin = to.outgoing.size();
  to.outgoing.resize(begin + requests_.frame_size());
  const MadeRequest made = requests_.make(std::span(to.outgoing).subspan(begin));
  // Whoever is still there was left unanswered while a million others were: lost.
  if (in_flight_[made.stan].connection >= 0) {
    checker_.count_wrong("a request was never answered");
    --in_flight_count_;
  }
  in_flight_[made.stan] = {begun_at, made.sequence, index};
  ++made_;
  ++in_flight_count_;
}

Outcome<void> LoadGenerator::send(std::int32_t index) {
  Connection& to = connection(index);
  while (to.outgoing_begin < to.outgoing.size()) {
    const ssize_t size =
        ::send(to.descriptor.get(), to.outgoing.data() + to.outgoing_begin,
               to.outgoing.size() - to.outgoing_begin, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) {
      watch_writing(index, true);
      return {};
    }
    if (size < 0) return Error{system_error("sending")};
    to.outgoing_begin += static_cast<std::size_t>(size);
  }
  to.outgoing.clear();
  to.outgoing_begin = 0;
  watch_writing(index, false);
  return {};
}

void LoadGenerator::watch_writing(std::int32_t index, bool on) {
  Connection& of = connection(index);
  if (of.waits_to_write == on) return;
  of.waits_to_write = on;
  epoll_event event{};
  event.events = on ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.u32 = static_cast<std::uint32_t>(index);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, of.descriptor.get(), &event);
}

}  // namespace

Outcome<LoadResult> drive_load(const LoadPlan& plan, RequestMaker& requests,
                               const iso8583::Dialect& dialect) {
  return LoadGenerator(plan, requests, dialect).run();
}

}  // namespace holdfast::bench
