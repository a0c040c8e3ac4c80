#include "trace/json_matcher.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "iso8583/mask.hpp"

namespace holdfast::trace {
namespace {

namespace json = boost::json;

const json::value* child_of(const json::value& parent, std::string_view key) {
  if (const json::object* object = parent.if_object()) return object->if_contains(key);
  const json::array* array = parent.if_array();
  if (array == nullptr) return nullptr;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size()) return nullptr;
  return array->if_contains(index);
}

// "35.00" becomes "3500" where the key holds minor units.
std::string in_minor_units(const std::string& text, std::string_view path,
                           const AmountCurrency& currency_of) {
  const auto currency = currency_of ? currency_of(path) : std::nullopt;
  const auto amount = currency ? parse_amount(text, *currency) : std::nullopt;
  return amount ? std::to_string(*amount) : text;
}

// The other way round, so that a difference reads like the trace.
std::string in_major_units(const std::string& text, std::string_view path,
                           const AmountCurrency& currency_of) {
  const auto currency = currency_of ? currency_of(path) : std::nullopt;
  const auto minor = parse_amount(text, *engine::CurrencyCode::from_alpha("JPY"));
  return currency && minor ? engine::format_amount(*minor, *currency) : text;
}

}  // namespace

std::optional<std::string> text_at(const json::value& answer, std::string_view path) {
  const json::value* place = &answer;
  while (place != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    place = child_of(*place, path.substr(0, dot));
    path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
  }
  if (place == nullptr || place->is_null()) return std::nullopt;
  if (place->is_string()) return std::string(place->get_string().c_str());
  return json::serialize(*place);
}

std::vector<Difference> compare_json(const std::vector<JsonExpectation>& expected,
                                     const json::value& answer, const Memory& memory,
                                     Captures& captures, const AmountCurrency& currency_of) {
  std::vector<Difference> differences;
  for (const auto& [path, value] : expected) {
    const std::optional<std::string> got = text_at(answer, path);
    const std::string shown =
        got ? iso8583::mask_card_numbers(in_major_units(*got, path, currency_of))
            : std::string(absent_text);
    if (value.form == ValueForm::any || value.form == ValueForm::absent) {
      const bool should_be_there = value.form == ValueForm::any;
      if (got.has_value() == should_be_there) continue;
      differences.push_back({path, should_be_there ? "anything" : std::string(absent_text), shown});
      continue;
    }
    if (value.form == ValueForm::variable && !memory.variables.contains(value.text)) {
      if (got) {
        captures[value.text] = *got;
      } else {
        differences.push_back({path, "anything", shown});
      }
      continue;
    }
    auto resolved = resolve(value, 0, memory);
    if (!resolved) {
      differences.push_back({path, "@" + value.text, resolved.error().text()});
      continue;
    }
    if (got == in_minor_units(*resolved->text, path, currency_of)) continue;
    differences.push_back({path, iso8583::mask_card_numbers(*resolved->text), shown});
  }
  return differences;
}

}  // namespace holdfast::trace
