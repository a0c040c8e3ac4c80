// One made day: what the terminals send and what the switch must answer, kept consistent by a
// balance of the maker's own. Nothing here knows how the switch works.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "population.hpp"
#include "trace/clock.hpp"

namespace make_day {

struct DayOptions {
  std::uint64_t seed = 1;
  std::size_t cards = 10;
  std::size_t messages = 100;
  std::string date = "2026-11-20";
  bool self_contained = false;  // the trace opens its accounts, clears and checks by itself
};

enum class TransactionKind { purchase, cash, top_up };

// An approved message that clearing may bring.
struct Transaction {
  TransactionKind kind = TransactionKind::purchase;
  std::string name;  // of the message in the trace
  std::size_t card = 0;
  engine::MinorUnits amount = 0;
  std::string processing_code;
  std::string rrn;
  std::string lifecycle_id;
  bool cleared_by_rrn = false;  // without the lifecycle id
  std::string terminal;
  std::string merchant;
  std::string mcc;
  std::string local_time;
  bool reversed = false;
};

struct Day {
  Population population;
  std::string trace;  // the lines from the sign-on to the last message
  std::vector<Transaction> transactions;
  holdfast::trace::TraceTime end;
};

// The same options always make the same day. Nothing for a date that is none.
std::optional<Day> make_day(const DayOptions& options, Random& random);

}  // namespace make_day
