// What core banking sends: answers to the items of a batch, or balances of accounts. JSON lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/command.hpp"
#include "error.hpp"

namespace holdfast::core_banking {

// A file called "balances-….jsonl" has balances, any other one answers.
bool has_balances(std::string_view name);

// Each answer stands in a line of its own; blank lines are not counted. Errors name the line.
struct Answers {
  std::vector<engine::ItemAnswer> items;
  std::vector<std::size_t> lines;
};
Outcome<Answers> parse_answers(std::string_view text);

// Balances that are told with the same last batch.
struct BalanceGroup {
  engine::BatchId last_batch;  // empty: none yet
  std::vector<engine::CoreBalance> balances;
};
Outcome<std::vector<BalanceGroup>> parse_balances(std::string_view text);

}  // namespace holdfast::core_banking
