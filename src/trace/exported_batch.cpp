#include "trace/exported_batch.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "security/sha256.hpp"

namespace holdfast::trace {
namespace {

namespace json = boost::json;

json::object totals_of(const std::vector<json::value>& items) {
  std::map<std::string, engine::MinorUnits> sums;
  for (const json::value& item : items) {
    const json::value* amount = item.get_object().if_contains("amount");
    sums[text_at(item, "currency").value_or("")] +=
        amount != nullptr && amount->is_int64() ? amount->get_int64() : 0;
  }
  json::object totals;
  for (const auto& [currency, sum] : sums) totals[currency] = sum;
  return totals;
}

}  // namespace

boost::system::result<ExportedBatch, Reason> read_export(std::string_view content) {
  ExportedBatch batch;
  std::size_t line = 0;
  for (std::string_view rest = content; !rest.empty(); ++line) {
    const auto end = rest.find('\n');
    if (end == rest.npos) return because("line {} has no end", line + 1);
    boost::system::error_code failure;
    json::value value = json::parse(rest.substr(0, end), failure);
    if (failure || !value.is_object()) return because("line {} is no JSON object", line + 1);
    rest.remove_prefix(end + 1);
    if (line > 0) {
      batch.items.push_back(std::move(value));
      continue;
    }
    batch.head = std::move(value);
    batch.item_lines = rest;
  }
  if (line == 0) return because("is empty");
  return batch;
}

std::vector<std::string> contradictions(const std::string& id, const ExportedBatch& batch) {
  std::vector<std::string> found;
  const auto check = [&](std::string_view key, const json::value& right) {
    const json::value* stated = batch.head.get_object().if_contains(key);
    if (stated != nullptr && *stated == right) return;
    found.push_back(fmt::format("{} states {}={}, and has {}", id, key,
                                stated == nullptr ? "nothing" : json::serialize(*stated),
                                json::serialize(right)));
  };
  check("batch_id", json::string(id));
  check("items", batch.items.size());
  check("currency_totals", totals_of(batch.items));
  check("sha256_of_items", json::string(sha256_hex(batch.item_lines)));
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const std::string right = fmt::format("{}-{}", id, i + 1);
    const std::string stated = text_at(batch.items[i], "item_id").value_or("");
    if (stated != right) found.push_back(fmt::format("{} is called {}", right, stated));
  }
  return found;
}

// "currency_totals.RUB": the last part names the currency.
AmountCurrency amounts_of_head() {
  return [](std::string_view path) -> std::optional<engine::CurrencyCode> {
    constexpr std::string_view totals = "currency_totals.";
    if (!path.starts_with(totals)) return std::nullopt;
    return parse_currency(path.substr(totals.size()));
  };
}

AmountCurrency amounts_of_item(const json::value& item) {
  const auto currency = parse_currency(text_at(item, "currency").value_or(""));
  return [currency](std::string_view path) { return path == "amount" ? currency : std::nullopt; };
}

}  // namespace holdfast::trace
