#include "iso8583/describe.hpp"

#include <fmt/format.h>

#include "bytes.hpp"
#include "emv_tags.hpp"
#include "iso8583/composite.hpp"
#include "iso8583/mask.hpp"
#include "iso8583/mti.hpp"
#include "readable.hpp"

namespace iso8583 {
namespace {

constexpr int constructed_depth_max = 4;

// Fields longer than this carry private structures, in which a card number may stand between
// other digits.
constexpr int plain_length_max = 99;

std::string mask_pds(std::string_view text) {
  std::string masked = mask_card_numbers(text, true);
  PdsReader reader(text);
  for (auto pds = reader.next(); pds && *pds; pds = reader.next()) {
    const std::string_view value = (*pds)->value;
    const auto begin = static_cast<std::size_t>(value.data() - text.data());
    mask_card_numbers(value, true).copy(masked.data() + begin, value.size());
  }
  return masked;
}

// The logical text with card data hidden, every character in its place.
std::string mask_text(const FieldSpec& spec, std::string_view text) {
  switch (spec.sensitivity) {
    case Sensitivity::pan:
      return mask_pan(text);
    case Sensitivity::track:
      return mask_track(text);
    case Sensitivity::secret:
      return std::string(text.size(), '*');
    case Sensitivity::none:
      break;
  }
  if (spec.composite == Composite::pds) return mask_pds(text);
  if (spec.kind != FieldKind::ans) return std::string(text);
  return mask_card_numbers(text, spec.length_max > plain_length_max);
}

std::string mask_bytes(const FieldSpec& spec, std::string_view bytes) {
  if (spec.sensitivity != Sensitivity::none) return std::string(2 * bytes.size(), '*');
  return spec.composite == Composite::tlv ? mask_tlv(bytes) : mask_tlv_value(0, bytes);
}

// The message's own card number, whatever its check digit says.
std::string mask_copies(std::string text, std::string_view pan) {
  constexpr std::size_t telling_size = 8;
  if (pan.size() < telling_size) return text;
  for (auto at = text.find(pan); at != std::string::npos; at = text.find(pan, at + pan.size())) {
    mask_pan(pan).copy(text.data() + at, pan.size());
  }
  return text;
}

// Lined up with the values of whole fields.
void add_part(std::string& out, int depth, std::string_view name, std::string_view value) {
  const int indent = 4 + 2 * depth;
  out += fmt::format("{:{}}. {:<{}} {}\n", "", indent, name, value_column - indent - 3, value);
}

void add_tlv(std::string& out, std::string_view bytes, bool unmask, int depth) {
  TlvReader reader(bytes);
  while (true) {
    const auto object = reader.next();
    if (!object) {
      out += fmt::format("{:{}}. malformed at {}\n", "", 4 + 2 * depth, to_string(object.error()));
      return;
    }
    if (!*object) return;
    const auto& [tag, value] = **object;
    const EmvTag* const known = find_emv_tag(tag);
    const std::string_view name = known == nullptr ? "" : known->name;
    const bool has_parts =
        (*object)->is_constructed() && depth < constructed_depth_max && parse_tlv(value);
    add_part(out, depth, fmt::format("{:<6X} {}", tag, name),
             has_parts ? ""
             : unmask  ? to_hex(value)
                       : mask_tlv_value(tag, value));
    if (has_parts) add_tlv(out, value, unmask, depth + 1);
  }
}

void add_pds(std::string& out, std::string_view text, DescribeOptions options) {
  PdsReader reader(text);
  while (true) {
    const auto pds = reader.next();
    if (!pds) {
      out += fmt::format("    . malformed at {}\n", to_string(pds.error()));
      return;
    }
    if (!*pds) return;
    const std::string_view value = (*pds)->value;
    const std::string shown = options.unmask
                                  ? std::string(value)
                                  : mask_copies(mask_card_numbers(value, true), options.pan);
    out += fmt::format("    . {:04} {}\n", (*pds)->tag, to_readable(shown));
  }
}

void add_parts(std::string& out, const Dialect& dialect, int field, std::string_view text,
               DescribeOptions options) {
  const FieldSpec& spec = *dialect.field(field);
  switch (spec.composite) {
    case Composite::none:
      return;
    case Composite::tlv:
      return add_tlv(out, text, options.unmask, 0);
    case Composite::pds:
      return add_pds(out, text, options);
    case Composite::subfields:
      break;
  }
  if (spec.is_binary()) return;
  const std::string shown =
      options.unmask ? std::string(text) : mask_copies(mask_text(spec, text), options.pan);
  for (const SubfieldValue& part : split_subfields(dialect, field, shown)) {
    add_part(out, 0, part.name.empty() ? "(more)" : part.name, to_readable(part.value));
  }
}

}  // namespace

std::string field_text(const Dialect& dialect, int field, std::string_view value,
                       DescribeOptions options) {
  const FieldSpec* const spec = dialect.field(field);
  if (options.hides_values && !options.unmask) return fmt::format("({} long)", value.size());
  // Without a spec nobody knows what the content is.
  if (spec == nullptr) return options.unmask ? to_hex(value) : mask_tlv_value(0, value);
  if (spec->is_binary()) return options.unmask ? to_hex(value) : mask_bytes(*spec, value);
  if (options.unmask) return to_readable(value);
  return to_readable(mask_copies(mask_text(*spec, value), options.pan));
}

std::string describe(const Dialect& dialect, const Message& message, DescribeOptions options) {
  std::string out;
  if (options.pan.empty()) options.pan = message.get(2);
  if (const auto mti = Mti::parse(message.mti())) {
    out += fmt::format("mti {}  {}\n", mti->text(), mti->name());
  }
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    const std::string_view value = message.get(field);
    out += line_head(dialect, field) + field_text(dialect, field, value, options) + '\n';
    const bool shows_parts = options.unmask || !options.hides_values;
    if (dialect.field(field) != nullptr && shows_parts) {
      add_parts(out, dialect, field, value, options);
    }
  }
  return out;
}

}  // namespace iso8583
