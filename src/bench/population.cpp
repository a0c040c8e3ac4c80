#include "bench/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstring>

#include "bench/interrupt.hpp"

namespace holdfast::bench {
namespace {

namespace json = boost::json;

constexpr std::string_view issuer_number = "400000";
constexpr std::size_t accounts_per_call = 5'000;

char check_digit(std::span<const char> digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 0) digit = digit < 5 ? 2 * digit : 2 * digit - 9;
    sum += digit;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string bulk_body(const PopulationPlan& plan, std::size_t from, std::size_t to) {
  std::string body;
  std::array<char, pan_digits> pan{};
  const std::string profile = plan.limit_profile.empty()
                                  ? std::string()
                                  : fmt::format(R"(,"limit_profile":"{}")", plan.limit_profile);
  for (std::size_t i = from; i < to; ++i) {
    write_pan(pan, i);
    fmt::format_to(std::back_inserter(body),
                   R"({{"id":"BENCH{0:09}","currency":"RUB","booked":{1}}})"
                   "\n"
                   R"({{"pan":"{2}","expiry":"{3}","account_id":"BENCH{0:09}"{4}}})"
                   "\n",
                   i, opening_balance, std::string_view(pan.data(), pan.size()), card_expiry,
                   profile);
  }
  return body;
}

// The answer names each line's status; 200 and 201 stand as plain numbers.
Outcome<void> check_answer(const http::Response& response, std::size_t lines) {
  const std::string start = response.body.substr(0, 300);
  if (response.status != 200) {
    return Error{fmt::format("POST /v1/bulk: status {}: {}", response.status, start)};
  }
  boost::system::error_code error;
  const json::value answer = json::parse(response.body, error);
  const json::object* object = error ? nullptr : answer.if_object();
  const json::value* results = object == nullptr ? nullptr : object->if_contains("results");
  if (results == nullptr || !results->is_array() || results->get_array().size() != lines) {
    return Error{fmt::format("POST /v1/bulk: an answer without {} results: {}", lines, start)};
  }
  for (const json::value& result : results->get_array()) {
    const auto status = result.is_int64() ? result.get_int64() : 0;
    if (status != 200 && status != 201) {
      return Error{fmt::format("POST /v1/bulk: a line was refused: {}", json::serialize(result))};
    }
  }
  return {};
}

}  // namespace

void write_digits(std::span<char> digits, std::uint64_t value) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    digits[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

void write_pan(std::span<char, pan_digits> pan, std::uint64_t card) {
  std::memcpy(pan.data(), issuer_number.data(), issuer_number.size());
  write_digits(pan.subspan(issuer_number.size(), pan_digits - 1 - issuer_number.size()), card);
  pan.back() = check_digit(pan.first(pan_digits - 1));
}

Outcome<void> load_population(http::ApiClient& api, const PopulationPlan& plan,
                              const std::function<void(std::size_t)>& progress) {
  for (std::size_t from = 0; from < plan.accounts; from += accounts_per_call) {
    if (is_interrupted()) return interrupted_error();
    const std::size_t to = std::min(from + accounts_per_call, plan.accounts);
    const auto response = api.request("POST", "/v1/bulk", bulk_body(plan, from, to));
    if (!response) return Error{response.error()};
    if (auto checked = check_answer(*response, 2 * (to - from)); !checked) return checked;
    progress(to);
  }
  return {};
}

}  // namespace holdfast::bench
