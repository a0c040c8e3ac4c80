#include "iso8583/composite.hpp"

namespace iso8583 {

std::vector<SubfieldValue> split_subfields(const Dialect& dialect, int field,
                                           std::string_view text) {
  std::vector<SubfieldValue> values;
  const std::span<const Subfield> parts = dialect.subfields(field);
  if (parts.empty()) return values;
  const bool is_repeated = dialect.field(field)->repeated;
  do {
    for (const Subfield& part : parts) {
      if (text.empty()) return values;
      values.push_back({part.name, text.substr(0, part.length)});
      text.remove_prefix(values.back().value.size());
    }
  } while (is_repeated);
  if (!text.empty()) values.push_back({{}, text});
  return values;
}

}  // namespace iso8583
