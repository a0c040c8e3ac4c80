#include "core_banking/batch_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "runtime/json_line.hpp"
#include "runtime/utf8.hpp"
#include "security/sha256.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::core_banking {
namespace {

namespace json = boost::json;

bool may_stand_in_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string item_id(const engine::BatchId& batch, std::uint32_t item) {
  return fmt::format("{}-{}", batch.view(), item);
}

std::optional<ItemPlace> parse_item_id(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto batch = parse_batch_id(text.substr(0, dash));
  const std::string_view digits = text.substr(dash + 1);
  std::uint32_t item = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), item);
  const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
  if (!batch || !is_number || item == 0 || digits.front() == '0') return std::nullopt;
  return ItemPlace{*batch, item};
}

std::optional<engine::BatchId> parse_batch_id(std::string_view text) {
  const bool sound = !text.empty() && text.front() != '.' && !text.ends_with(".tmp") &&
                     !text.starts_with("balances-") &&
                     std::all_of(text.begin(), text.end(), may_stand_in_name);
  if (!sound) return std::nullopt;
  return engine::BatchId::from(text);
}

void BatchFile::add(const engine::BatchItemView& item) {
  JsonLine(lines_)
      .add("item_id", item_id(batch_.id, item.item))
      .add("account_id", item.account_id.view())
      .add("amount", item.amount)
      .add("currency", item.currency.alpha())
      .add("business_date", format_date(item.business_date))
      .add("kind", engine::name(item.kind))
      .add("reference", to_utf8(item.reference.view()))
      .end();
  ++items_;
  auto total = std::find_if(totals_.begin(), totals_.end(), [&item](const engine::Money& sum) {
    return sum.currency == item.currency;
  });
  if (total == totals_.end()) total = totals_.insert(totals_.end(), {0, item.currency});
  total->amount += item.amount;
}

std::string BatchFile::text() const {
  json::object totals;
  for (const engine::Money& total : totals_) totals[total.currency.alpha()] = total.amount;
  const json::object head = {{"batch_id", batch_.id.view()},
                             {"source", to_utf8(batch_.source.view())},
                             {"currency_totals", std::move(totals)},
                             {"items", items_},
                             {"sha256_of_items", sha256_hex(lines_)}};
  return json::serialize(head) + '\n' + lines_;
}

}  // namespace holdfast::core_banking
