#include "config/rule_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "config/toml_reader.hpp"
#include "rules/rule_words.hpp"
#include "security/sha256.hpp"

namespace holdfast {
namespace {

std::vector<engine::MccRange> read_mcc_ranges(TomlReader& reader) {
  RuleFilterText text;
  text.mcc = reader.texts("mcc");
  const auto filter = rule_filter(text);
  if (filter) return filter->mcc;
  reader.refuse(filter.error().key, filter.error().reason);
  return {};
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

RuleFilterText read_filter(TomlReader& row) {
  RuleFilterText filter;
  filter.operations = row.texts("operations");
  filter.channel = row.texts("channel");
  filter.region = row.text("region");
  filter.mcc = row.texts("mcc");
  return filter;
}

void read_limit_rule(TomlReader& row, engine::LimitProfile& profile) {
  constexpr std::int64_t max = 1'000'000'000'000'000;
  LimitRuleText text;
  text.name = row.required_text("name");
  text.scope = row.text("scope");
  text.filter = read_filter(row);
  text.window = row.required_text("window");
  text.max_amount = row.integer("max_amount", 0, max);
  text.max_count = row.integer("max_count", 0, max);
  const auto rule = limit_rule(text);
  if (!rule) return row.refuse(rule.error().key, rule.error().reason);
  for (const engine::LimitRule& other : profile.rules) {
    if (other.name == rule->name) row.refuse("name", "stands in the profile twice");
  }
  profile.rules.push_back(*rule);
}

engine::Tariff read_tariff(TomlReader& row) {
  constexpr std::int64_t max = 1'000'000'000'000'000;
  engine::Tariff tariff;
  const auto name = engine::TariffName::from(row.required_text("name"));
  if (!name) row.refuse("name", "must be at most 47 bytes long");
  tariff.name = name.value_or(engine::TariffName{});
  tariff.currency = read_currency(row, "currency");
  const auto filter = rule_filter(read_filter(row));
  if (filter) {
    tariff.operations = filter->operations;
    tariff.channels = filter->channels;
    tariff.regions = filter->regions;
    tariff.mcc = filter->mcc;
  } else {
    row.refuse(filter.error().key, filter.error().reason);
  }
  tariff.amount_from = row.integer("amount_from", 0, max).value_or(0);
  tariff.amount_to = row.integer("amount_to", 0, max);
  if (tariff.amount_to && *tariff.amount_to < tariff.amount_from) {
    row.refuse("amount_to", "is below amount_from");
  }
  tariff.terms.flat = row.integer("flat", 0, max).value_or(0);
  tariff.terms.min = row.integer("min", 0, max).value_or(0);
  tariff.terms.max = row.integer("max", 1, max).value_or(0);
  if (tariff.terms.max != 0 && tariff.terms.max < tariff.terms.min) {
    row.refuse("max", "is below min");
  }
  if (const auto percent = row.text("percent")) {
    const auto rate = engine::ScaledRate::parse(*percent);
    const bool sound = rate && rate->scaled() <= 100 * engine::ScaledRate::scale;
    if (!sound) row.refuse("percent", "must be from \"0\" to \"100\", with at most 8 decimals");
    if (sound) tariff.terms.percent_scaled = rate->scaled();
  }
  return tariff;
}

// Tells one content of the file from another.
engine::FileDigest digest_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(in)), {});
  engine::FileDigest digest;
  const auto hash = Sha256()({content});
  std::memcpy(digest.bytes.data(), hash.data(), digest.bytes.size());
  return digest;
}

}  // namespace

std::optional<std::string> read_fx_rates(const std::filesystem::path& file, Config& config) {
  config.fx_rates.file = digest_of(file);
  return read_toml_file(file, [&config](TomlReader& root) {
    config.home_country = root.text("home_country").value_or("");
    const bool three_digits = config.home_country.size() == 3 &&
                              std::all_of(config.home_country.begin(), config.home_country.end(),
                                          [](char c) { return c >= '0' && c <= '9'; });
    if (root.has("home_country") && !three_digits) {
      root.refuse("home_country", "must be a numeric ISO 3166 code such as \"643\"");
    }
    config.fx_rates.rates.base = read_currency(root, "base");
    root.tables("rates", [&config](TomlReader& row) {
      const engine::CurrencyCode currency = read_currency(row, "currency");
      const engine::FxRate rate{read_rate(row, "buy"), read_rate(row, "sell")};
      if (currency == config.fx_rates.rates.base) {
        row.refuse("currency", "is the base currency itself");
      } else if (!config.fx_rates.rates.rates.emplace(currency, rate).second) {
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
      if (!row.has("days")) row.refuse_missing("days");
      rule.days = static_cast<int>(row.integer("days", 1, days_max).value_or(1));
      lifetimes.rules.push_back(std::move(rule));
    });
  });
}

std::optional<std::string> read_limits(const std::filesystem::path& file, Config& config) {
  std::vector<engine::LimitProfile> profiles;
  auto error = read_toml_file(file, [&profiles](TomlReader& root) {
    root.tables("profiles", [&profiles](TomlReader& table) {
      engine::LimitProfile profile;
      const auto name = engine::LimitProfileName::from(table.required_text("name"));
      if (!name) table.refuse("name", "must be at most 32 bytes long");
      profile.name = name.value_or(engine::LimitProfileName{});
      for (const engine::LimitProfile& other : profiles) {
        if (other.name == profile.name) table.refuse("name", "stands in the file twice");
      }
      table.tables("rules", [&profile](TomlReader& row) { read_limit_rule(row, profile); });
      profiles.push_back(std::move(profile));
    });
  });
  config.rules.set_limits(std::move(profiles));
  return error;
}

std::optional<std::string> read_tariffs(const std::filesystem::path& file, Config& config) {
  config.rules.tariffs.clear();
  return read_toml_file(file, [&config](TomlReader& root) {
    root.tables("tariffs",
                [&config](TomlReader& row) { config.rules.tariffs.push_back(read_tariff(row)); });
  });
}

}  // namespace holdfast
