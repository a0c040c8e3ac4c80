#include "config/rule_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/toml_reader.hpp"

namespace holdfast {
namespace {

std::optional<std::uint16_t> parse_mcc(std::string_view text) {
  std::uint16_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (text.size() != 4 || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return code;
}

std::optional<engine::MccRange> parse_mcc_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_mcc(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_mcc(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return engine::MccRange{*first, *last};
}

std::vector<engine::MccRange> read_mcc_ranges(TomlReader& reader) {
  std::vector<engine::MccRange> ranges;
  for (const std::string& text : reader.texts("mcc")) {
    if (auto range = parse_mcc_range(text)) {
      ranges.push_back(*range);
    } else {
      reader.refuse("mcc", fmt::format("'{}' is neither a code of four digits nor a range such "
                                       "as \"3501-3790\"",
                                       text));
    }
  }
  return ranges;
}

engine::CurrencyCode read_currency(TomlReader& reader, std::string_view key) {
  const std::string code = reader.required_text(key);
  const auto currency = engine::CurrencyCode::from_alpha(code);
  if (!currency && !code.empty()) {
    reader.refuse(key, fmt::format("'{}' is no ISO 4217 currency", code));
  }
  return currency.value_or(engine::CurrencyCode{});
}

engine::ScaledRate read_rate(TomlReader& reader, std::string_view key) {
  const std::string text = reader.required_text(key);
  const auto rate = engine::ScaledRate::parse(text);
  if (!rate || !*rate) {
    reader.refuse(key, "must be a positive rate such as \"62.20\", with at most 8 decimals");
  }
  return rate.value_or(engine::ScaledRate{});
}

}  // namespace

std::optional<std::string> read_fx_rates(const std::filesystem::path& file, Config& config) {
  return read_toml_file(file, [&config](TomlReader& root) {
    config.home_country = root.text("home_country").value_or("");
    const bool three_digits = config.home_country.size() == 3 &&
                              std::all_of(config.home_country.begin(), config.home_country.end(),
                                          [](char c) { return c >= '0' && c <= '9'; });
    if (root.has("home_country") && !three_digits) {
      root.refuse("home_country", "must be a numeric ISO 3166 code such as \"643\"");
    }
    config.rules.fx.base = read_currency(root, "base");
    root.tables("rates", [&config](TomlReader& row) {
      const engine::CurrencyCode currency = read_currency(row, "currency");
      const engine::FxRate rate{read_rate(row, "buy"), read_rate(row, "sell")};
      if (currency == config.rules.fx.base) {
        row.refuse("currency", "is the base currency itself");
      } else if (!config.rules.fx.rates.emplace(currency, rate).second) {
        row.refuse("currency", "stands in the file twice");
      } else if (rate.buy.scaled() > rate.sell.scaled()) {
        row.refuse("buy", "is above the sell rate: the bank would lose on every exchange");
      }
    });
  });
}

std::optional<std::string> read_hold_lifetimes(const std::filesystem::path& file, Config& config) {
  constexpr std::int64_t days_max = 366;
  return read_toml_file(file, [&config](TomlReader& root) {
    engine::HoldLifetimes& lifetimes = config.rules.lifetimes;
    lifetimes.rules.clear();
    lifetimes.default_days =
        static_cast<int>(root.integer("default_days", 1, days_max).value_or(7));
    root.tables("lifetimes", [&lifetimes](TomlReader& row) {
      engine::HoldLifetime rule;
      rule.mcc = read_mcc_ranges(row);
      if (const auto kind = row.text("kind")) {
        if (*kind == "authorization") {
          rule.kind = engine::HoldKind::authorization;
        } else if (*kind == "preauthorization") {
          rule.kind = engine::HoldKind::preauthorization;
        } else {
          row.refuse("kind", "must be \"authorization\" or \"preauthorization\"");
        }
      }
      if (const auto channel = row.text("channel")) {
        if (*channel == "atm") {
          rule.channel = engine::Channel::atm;
        } else if (*channel == "pos") {
          rule.channel = engine::Channel::pos;
        } else if (*channel == "ecommerce") {
          rule.channel = engine::Channel::ecommerce;
        } else {
          row.refuse("channel", "must be \"atm\", \"pos\" or \"ecommerce\"");
        }
      }
      if (!row.has("days")) row.refuse("days", "is missing");
      rule.days = static_cast<int>(row.integer("days", 1, days_max).value_or(1));
      lifetimes.rules.push_back(std::move(rule));
    });
  });
}

std::optional<std::string> note_rule_file(const std::filesystem::path& file, Config& config) {
  try {
    const toml::table root = toml::parse_file(file.string());
    if (!root.empty()) config.rule_files_not_applied.push_back(file);
  } catch (const toml::parse_error& error) {
    return fmt::format("{}: line {}: {}", file.string(), error.source().begin.line,
                       error.description());
  }
  return std::nullopt;
}

}  // namespace holdfast
