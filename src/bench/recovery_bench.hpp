// How long a switch takes to start: from its journal alone, and with its store in place.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "bench/switch_server.hpp"
#include "error.hpp"

namespace holdfast::bench {

// What the switch says of its recovery.
struct Recovered {
  std::uint64_t accounts = 0;
  std::uint64_t cards = 0;
  std::uint64_t events_replayed = 0;

  friend bool operator==(const Recovered&, const Recovered&) = default;
};
// Of a switch's log; nothing when it does not tell.
std::optional<Recovered> find_recovered(std::string_view log);

struct StartFigures {
  std::chrono::nanoseconds time{};  // until it was ready
  Recovered recovered;
  ProcessUsage usage;  // when it was ready: all that the start took

  double events_per_second() const;
};

struct RecoveryPlan {
  std::uint64_t accounts = 0;        // that are loaded, each with a card
  std::uint64_t authorizations = 0;  // to be made before
};

struct RecoveryFigures {
  std::uint64_t authorizations = 0;
  double authorized_per_second = 0;
  DataSizes sizes;            // of what the second start finds
  StartFigures from_journal;  // killed, its store gone: everything is replayed
  StartFigures from_store;    // stopped as it should be: nothing is
};

// Of a switch that was started; it runs on, for the third time. An error when an account, a card
// or an authorization is not there again.
Outcome<RecoveryFigures> measure_recovery(const RecoveryPlan& plan, SwitchServer& server,
                                          RequestMaker& requests, const iso8583::Dialect& dialect,
                                          const std::function<void(std::string_view)>& progress);

}  // namespace holdfast::bench
