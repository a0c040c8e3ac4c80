// The accounts and cards of the bench: numbered from 0, each card on the account of its number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "error.hpp"
#include "http/client.hpp"

namespace holdfast::bench {

constexpr std::size_t pan_digits = 16;
constexpr std::string_view card_expiry = "4912";
// Enough for hours of purchases, and it still fits the twelve digits of DE54.
constexpr std::int64_t opening_balance = 900'000'000'000;
constexpr std::size_t accounts_max = 100'000'000;

// Writes `digits.size()` decimal digits, with zeros on the left.
void write_digits(std::span<char> digits, std::uint64_t value);
// The PAN of a card, with its check digit.
void write_pan(std::span<char, pan_digits> pan, std::uint64_t card);

struct PopulationPlan {
  std::size_t accounts = 0;
  std::string limit_profile;  // of every card; empty: none
};

// Opens all accounts and issues all cards through the running switch. `progress` hears how many
// accounts are done. A line that the switch refuses is an error.
Outcome<void> load_population(http::ApiClient& api, const PopulationPlan& plan,
                              const std::function<void(std::size_t)>& progress);

}  // namespace holdfast::bench
