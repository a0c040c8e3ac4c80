// Drives a server over TCP. In the closed loop every connection keeps `window` requests in flight
// and sends the next one when a reply has come: what the server can do. In the open loop requests
// go out by a schedule, whatever the server does: what its clients see while it does it. One thread
// with epoll and no allocation for a message, because it shares the machine with the server that it
// measures.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "bench/latency_histogram.hpp"
#include "bench/reply_checker.hpp"
#include "bench/request_maker.hpp"
#include "error.hpp"
#include "iso8583/dialect.hpp"

namespace holdfast::bench {

struct LoadPlan {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::size_t connections = 1;
  std::size_t window = 1;  // of the closed loop
  // Requests a second of the open loop, on the connections in turn; 0: the closed loop. Latency
  // counts from the moment that a request was due, so that a stall is not hidden.
  std::uint64_t rate = 0;
  std::chrono::milliseconds warm_up{1000};
  // Whatever comes first ends the measured time: this time, the last of so many requests (0: of any
  // number; those of the warm-up count), or that something else is over. That is asked often.
  std::chrono::milliseconds measured{5000};
  std::uint64_t requests_max = 0;
  std::function<bool()> is_over;
  Answering answering = Answering::authorize;
  // Called at both ends of the measured time, to read the server's clocks.
  std::function<void()> on_measure_begin;
  std::function<void()> on_measure_end;
  // Called with the sequence of every request that was approved.
  std::function<void(std::uint64_t)> on_approved;
};

struct LoadResult {
  double messages_per_second = 0;            // of those that `latency` has
  LatencyHistogram latency;                  // closed loop: replies in the measured time; open
                                             // loop: replies to what was due in it
  ReplyCounts counts;                        // of all replies, the warm-up's too
  std::chrono::nanoseconds generator_cpu{};  // in the measured time
};

// An error when the server cannot be reached, ends a connection, or leaves a request unanswered.
Outcome<LoadResult> drive_load(const LoadPlan& plan, RequestMaker& requests,
                               const iso8583::Dialect& dialect);

}  // namespace holdfast::bench
