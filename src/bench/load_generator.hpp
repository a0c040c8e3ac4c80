// Drives a server over TCP in a closed loop: every connection keeps `window` requests in flight
// and sends the next one when a reply has come. One thread with epoll and no allocation for a
// message, because it shares the machine with the server that it measures.
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
  std::size_t window = 1;
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds measured{5000};
  Answering answering = Answering::authorize;
  // Called at both ends of the measured time, to read the server's clocks.
  std::function<void()> on_measure_begin;
  std::function<void()> on_measure_end;
};

struct LoadResult {
  double messages_per_second = 0;            // replies in the measured time
  LatencyHistogram latency;                  // of these replies
  ReplyCounts counts;                        // of all replies, the warm-up's too
  std::chrono::nanoseconds generator_cpu{};  // in the measured time
};

// An error when the server cannot be reached, ends a connection, or leaves a request unanswered.
Outcome<LoadResult> drive_load(const LoadPlan& plan, RequestMaker& requests,
                               const iso8583::Dialect& dialect);

}  // namespace holdfast::bench
