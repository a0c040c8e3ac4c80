#include "rules/rule_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace holdfast {
namespace {

using engine::Channel;
using engine::Operation;
using engine::Region;

constexpr std::array operations{Operation::purchase,     Operation::cash,   Operation::cashback,
                                Operation::transfer_out, Operation::refund, Operation::deposit,
                                Operation::transfer_in};
constexpr std::array channels{Channel::atm, Channel::pos, Channel::ecommerce};
constexpr std::array regions{Region::domestic, Region::foreign};
constexpr std::array scopes{engine::LimitScope::card, engine::LimitScope::account,
                            engine::LimitScope::programme};
constexpr std::array calendar_windows{engine::LimitWindow::transaction, engine::LimitWindow::day,
                                      engine::LimitWindow::week, engine::LimitWindow::month};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<Enum, N>& values, std::string_view text) {
  const auto it = std::find_if(values.begin(), values.end(),
                               [text](Enum value) { return engine::name(value) == text; });
  if (it == values.end()) return std::nullopt;
  return *it;
}

template <class Enum, std::size_t N>
std::string all_names(const std::array<Enum, N>& values) {
  std::string names;
  for (const Enum value : values) {
    if (!names.empty()) names += value == values.back() ? " or " : ", ";
    names += engine::name(value);
  }
  return names;
}

template <class Enum, std::size_t N>
RuleResult<unsigned> bits(std::string_view key, const std::array<Enum, N>& values,
                          const std::vector<std::string>& texts) {
  unsigned bits = 0;
  for (const std::string& text : texts) {
    const auto value = named(values, text);
    if (!value) {
      return RuleFault{key, fmt::format("'{}' is not one of {}", text, all_names(values))};
    }
    bits |= 1U << static_cast<unsigned>(*value);
  }
  return bits;
}

template <class Enum, std::size_t N>
std::vector<std::string> texts(const std::array<Enum, N>& values, unsigned bits) {
  std::vector<std::string> names;
  for (const Enum value : values) {
    if ((bits >> static_cast<unsigned>(value) & 1U) != 0) names.emplace_back(engine::name(value));
  }
  return names;
}

std::optional<std::uint16_t> parse_mcc(std::string_view text) {
  std::uint16_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (text.size() != 4 || !is_number) return std::nullopt;
  return code;
}

std::optional<engine::MccRange> parse_mcc_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_mcc(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_mcc(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return engine::MccRange{*first, *last};
}

std::string mcc_range_text(const engine::MccRange& range) {
  return range.first == range.last ? fmt::format("{:04}", range.first)
                                   : fmt::format("{:04}-{:04}", range.first, range.last);
}

}  // namespace

RuleResult<RuleFilter> rule_filter(const RuleFilterText& text) {
  RuleFilter filter;
  const auto operation_bits = bits("operations", operations, text.operations);
  if (!operation_bits) return operation_bits.error();
  const auto channel_bits = bits("channel", channels, text.channel);
  if (!channel_bits) return channel_bits.error();
  const auto region_bits =
      bits("region", regions,
           text.region ? std::vector<std::string>{*text.region} : std::vector<std::string>{});
  if (!region_bits) return region_bits.error();
  filter.operations = static_cast<std::uint16_t>(*operation_bits);
  filter.channels = static_cast<std::uint8_t>(*channel_bits);
  filter.regions = static_cast<std::uint8_t>(*region_bits);
  for (const std::string& range_text : text.mcc) {
    const auto range = parse_mcc_range(range_text);
    if (!range) {
      return RuleFault{"mcc", fmt::format("'{}' is neither a code of four digits nor a range such "
                                          "as \"3501-3790\"",
                                          range_text)};
    }
    filter.mcc.push_back(*range);
  }
  return filter;
}

std::optional<std::int64_t> parse_duration_seconds(std::string_view text) {
  constexpr std::int64_t seconds_max = 400LL * 86'400;
  struct Unit {
    char letter;
    bool of_time;
    std::int64_t seconds;
  };
  constexpr std::array units{Unit{'W', false, 7 * 86'400}, Unit{'D', false, 86'400},
                             Unit{'H', true, 3'600}, Unit{'M', true, 60}, Unit{'S', true, 1}};
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t sum = 0;
  bool in_time = false;
  auto next_unit = units.begin();  // each at most once, the largest first
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (in_time || text.size() == 1) return std::nullopt;
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end == text.data() + text.size() || count < 0 ||
        count > seconds_max) {
      return std::nullopt;
    }
    const auto unit = std::find_if(next_unit, units.end(), [&, letter = *end](const Unit& u) {
      return u.letter == letter && u.of_time == in_time;
    });
    if (unit == units.end()) return std::nullopt;
    next_unit = unit + 1;
    sum += count * unit->seconds;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    if (sum > seconds_max) return std::nullopt;
  }
  if (sum < 1) return std::nullopt;
  return sum;
}

std::string duration_text(std::int64_t seconds) {
  if (seconds % 86'400 == 0 && seconds > 86'400) return fmt::format("P{}D", seconds / 86'400);
  if (seconds % 3'600 == 0) return fmt::format("PT{}H", seconds / 3'600);
  if (seconds % 60 == 0) return fmt::format("PT{}M", seconds / 60);
  return fmt::format("PT{}S", seconds);
}

RuleResult<engine::LimitRule> limit_rule(const LimitRuleText& text) {
  engine::LimitRule rule;
  const auto name = engine::LimitName::from(text.name);
  if (!name || name->empty()) return RuleFault{"name", "must be 1 to 47 bytes long"};
  rule.name = *name;
  if (text.scope) {
    const auto scope = named(scopes, *text.scope);
    if (!scope) return RuleFault{"scope", "must be " + all_names(scopes)};
    rule.scope = *scope;
  }
  const auto filter = rule_filter(text.filter);
  if (!filter) return filter.error();
  rule.operations = filter->operations;
  rule.channels = filter->channels;
  rule.regions = filter->regions;
  if (filter->mcc.size() > engine::LimitRule::mcc_ranges_max) {
    return RuleFault{"mcc",
                     fmt::format("at most {} codes or ranges", engine::LimitRule::mcc_ranges_max)};
  }
  std::copy(filter->mcc.begin(), filter->mcc.end(), rule.mcc);
  rule.mcc_range_count = static_cast<std::uint8_t>(filter->mcc.size());
  if (const auto window = named(calendar_windows, text.window)) {
    rule.window = *window;
  } else if (const auto seconds = parse_duration_seconds(text.window)) {
    rule.window = engine::LimitWindow::rolling;
    rule.rolling_seconds = *seconds;
  } else {
    return RuleFault{"window",
                     "must be transaction, day, week, month, or a duration such as "
                     "\"PT24H\""};
  }
  if (!text.max_amount && !text.max_count) {
    return RuleFault{"max_amount", "is missing, and so is max_count: the rule limits nothing"};
  }
  if (text.max_count && rule.window == engine::LimitWindow::transaction) {
    return RuleFault{"max_count", "says nothing of a single transaction"};
  }
  constexpr std::int64_t amount_max = 1'000'000'000'000'000;
  if (text.max_amount && (*text.max_amount < 0 || *text.max_amount > amount_max)) {
    return RuleFault{"max_amount", "must be from 0 to 10^15 minor units"};
  }
  if (text.max_count && (*text.max_count < 0 || *text.max_count > amount_max)) {
    return RuleFault{"max_count", "must be 0 or more"};
  }
  rule.max_amount = text.max_amount.value_or(engine::LimitRule::no_maximum);
  rule.max_count = text.max_count.value_or(engine::LimitRule::no_maximum);
  return rule;
}

LimitRuleText text_of(const engine::LimitRule& rule) {
  LimitRuleText text;
  text.name = rule.name.view();
  text.scope = std::string(engine::name(rule.scope));
  text.filter.operations = texts(operations, rule.operations);
  text.filter.channel = texts(channels, rule.channels);
  if (rule.regions == 1 || rule.regions == 2) text.filter.region = texts(regions, rule.regions)[0];
  for (std::size_t i = 0; i < rule.mcc_range_count; ++i) {
    text.filter.mcc.push_back(mcc_range_text(rule.mcc[i]));
  }
  text.window = rule.window == engine::LimitWindow::rolling ? duration_text(rule.rolling_seconds)
                                                            : engine::name(rule.window);
  if (rule.max_amount != engine::LimitRule::no_maximum) text.max_amount = rule.max_amount;
  if (rule.max_count != engine::LimitRule::no_maximum) text.max_count = rule.max_count;
  return text;
}

}  // namespace holdfast
