#include "iso8583/dialect.hpp"

#include <algorithm>
#include <utility>

#include "bytes.hpp"
#include "content.hpp"

namespace iso8583 {
namespace {

// True when the text has one of `values` at the 1-based position.
bool has_value_at(std::string_view text, int position, std::span<const std::string> values) {
  const auto begin = static_cast<std::size_t>(position - 1);
  if (begin >= text.size()) return false;
  return std::ranges::any_of(values, [rest = text.substr(begin)](const std::string& value) {
    return rest.starts_with(value);
  });
}

}  // namespace

std::string_view Semantics::lifecycle_id(const Message& message) const {
  const std::string_view text = message.get(lifecycle_id_field);
  const auto begin = static_cast<std::size_t>(lifecycle_id_position - 1);
  return begin < text.size() ? trim_blanks(text.substr(begin)) : std::string_view();
}

bool Semantics::takes_partial_approval(const Message& message) const {
  return has_value_at(message.get(partial_approval.field), partial_approval.position,
                      {&partial_approval.value, 1});
}

AuthorizationKind Semantics::kind_of(const Message& message) const {
  const std::string_view text = message.get(authorization_kind.field);
  const int position = authorization_kind.position;
  if (has_value_at(text, position, authorization_kind.incremental)) {
    return AuthorizationKind::incremental;
  }
  if (has_value_at(text, position, authorization_kind.preauthorization)) {
    return AuthorizationKind::preauthorization;
  }
  return AuthorizationKind::final;
}

Dialect::Dialect(DialectTable table) : table_(std::move(table)) {
  for (int number = field_number_min; number <= field_number_max; ++number) {
    FieldSpec& spec = table_.fields[static_cast<std::size_t>(number)];
    if (spec.kind == FieldKind::none) continue;
    const auto bit = static_cast<unsigned>(number - 1);
    defined_[bit / 64] |= std::uint64_t{1} << (63 - bit % 64);
    field_highest_ = number;
    spec.is_plain = spec.encoding == Encoding::ascii && !is_special(spec.kind, table_.wire);
    if (spec.composite == Composite::pds) pds_carriers_.push_back(number);
  }
}

std::string_view Dialect::field_name(int number) const {
  return field(number) == nullptr ? std::string_view()
                                  : table_.names[static_cast<std::size_t>(number)];
}

std::span<const Subfield> Dialect::subfields(int number) const {
  if (field(number) == nullptr) return {};
  return table_.subfields[static_cast<std::size_t>(number)];
}

std::string to_string(const DialectError& error) {
  std::string line = error.file;
  if (!error.key.empty()) line += ": " + error.key;
  return line + ": " + error.reason;
}

}  // namespace iso8583
