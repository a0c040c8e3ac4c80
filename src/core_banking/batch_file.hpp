// A batch as core banking gets it: JSON lines, the same bytes each time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/view.hpp"

namespace holdfast::core_banking {

// "<batch id>-<number of the item>": what core banking answers by.
std::string item_id(const engine::BatchId& batch, std::uint32_t item);

struct ItemPlace {
  engine::BatchId batch;
  std::uint32_t item = 0;
};
std::optional<ItemPlace> parse_item_id(std::string_view text);

// What may name a batch, and so a file: 1 to 64 letters, digits, '.', '_' and '-', no '.' at the
// front. What would pass for another file of the exchange is none: "….tmp", "balances-…".
std::optional<engine::BatchId> parse_batch_id(std::string_view text);

// First {"batch_id","source","currency_totals","items","sha256_of_items"}, then a line for each
// item, in order; the hash is over the bytes of those lines.
class BatchFile {
 public:
  explicit BatchFile(const engine::BatchView& batch) : batch_(batch) {}
  void add(const engine::BatchItemView& item);
  std::string text() const;

 private:
  engine::BatchView batch_;
  std::string lines_;
  std::uint32_t items_ = 0;
  std::vector<engine::Money> totals_;  // in the order in which the currencies appear
};

}  // namespace holdfast::core_banking
