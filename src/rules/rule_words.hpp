// The words of the rule files and of the API's rules, and what they mean to the engine.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/limits.hpp"
#include "engine/mcc.hpp"

namespace holdfast {

// What is wrong with a rule: its key and the reason.
struct RuleFault {
  std::string_view key;
  std::string reason;
};
template <class T>
using RuleResult = boost::system::result<T, RuleFault>;

// What a transaction must be for a rule to fit; an empty list fits everything.
struct RuleFilterText {
  std::vector<std::string> operations;  // purchase, cash … transfer_in
  std::vector<std::string> channel;     // atm, pos, ecommerce
  std::optional<std::string> region;    // domestic, foreign
  std::vector<std::string> mcc;         // "7011", "3501-3790"
};
// The same as the engine keeps it: bits by enumerator.
struct RuleFilter {
  std::uint16_t operations = 0;
  std::uint8_t channels = 0;
  std::uint8_t regions = 0;
  std::vector<engine::MccRange> mcc;
};
RuleResult<RuleFilter> rule_filter(const RuleFilterText& text);

// ISO 8601 durations of a fixed length: "PT24H", "P7D", "P1DT12H"; no months or years. At least a
// second, at most 400 days.
std::optional<std::int64_t> parse_duration_seconds(std::string_view text);
std::string duration_text(std::int64_t seconds);

// A limit's rule as limits.toml and the API say it.
struct LimitRuleText {
  std::string name;
  std::optional<std::string> scope;  // card when absent
  RuleFilterText filter;
  std::string window;  // transaction, day, week, month, or a duration
  std::optional<std::int64_t> max_amount;
  std::optional<std::int64_t> max_count;
};
RuleResult<engine::LimitRule> limit_rule(const LimitRuleText& text);
LimitRuleText text_of(const engine::LimitRule& rule);

}  // namespace holdfast
