// A batch as core banking finds it in the outbox: read, and checked against itself. No I/O.
#pragma once

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "trace/json_matcher.hpp"
#include "trace/reason.hpp"

namespace holdfast::trace {

// The file in its parts: the first line, and a line for each item. Both are objects.
struct ExportedBatch {
  boost::json::value head;
  std::vector<boost::json::value> items;
  std::string_view item_lines;  // of the text that was read
};

boost::system::result<ExportedBatch, Reason> read_export(std::string_view content);

// What the file of batch `id` states and does not hold: its id, the number of items and their
// numbers, the sums, the hash.
std::vector<std::string> contradictions(const std::string& id, const ExportedBatch& batch);

// In which currency the amounts of the first line and of an item are written.
AmountCurrency amounts_of_head();
AmountCurrency amounts_of_item(const boost::json::value& item);

}  // namespace holdfast::trace
