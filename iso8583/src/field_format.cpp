#include "field_format.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace iso8583 {
namespace {

// The longer ones first: "an" begins like "ans".
constexpr std::array<std::pair<std::string_view, FieldKind>, 7> kind_names = {{
    {"x+n", FieldKind::xn},
    {"ans", FieldKind::ans},
    {"an", FieldKind::an},
    {"a", FieldKind::a},
    {"n", FieldKind::n},
    {"z", FieldKind::z},
    {"b", FieldKind::b},
}};

int prefix_size(const FieldSpec& spec) {
  switch (spec.length_encoding) {
    case Encoding::bcd:
      return (spec.length_digits + 1) / 2;
    case Encoding::binary:
      return spec.length_digits <= 2 ? 1 : 2;
    case Encoding::ascii:
    case Encoding::ebcdic:
    case Encoding::hex:
      break;
  }
  return spec.length_digits;
}

// The largest count that `size` bytes of a prefix can say.
std::uint64_t count_max(Encoding encoding, int size) {
  std::uint64_t values = 1;
  for (int i = 0; i < size; ++i) {
    values *= encoding == Encoding::binary ? 256 : encoding == Encoding::bcd ? 100 : 10;
  }
  return values - 1;
}

}  // namespace

std::optional<FieldFormat> parse_field_format(std::string_view text) {
  FieldFormat format{FieldKind::none, 0, 0};
  for (const auto& [name, kind] : kind_names) {
    if (!text.starts_with(name)) continue;
    format.kind = kind;
    text.remove_prefix(name.size());
    break;
  }
  if (format.kind == FieldKind::none) return std::nullopt;
  while (text.starts_with('.')) {
    ++format.length_digits;
    text.remove_prefix(1);
  }
  int length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const bool is_fixed = format.length_digits == 0;
  if (length < 1 || length > (is_fixed ? fixed_length_max : variable_length_max)) {
    return std::nullopt;
  }
  if (format.length_digits > 4) return std::nullopt;
  if (format.kind == FieldKind::b && is_fixed) {
    if (length % 8 != 0) return std::nullopt;
    length /= 8;
  }
  if (format.kind == FieldKind::xn) ++length;
  if (is_fixed && length > fixed_length_max) return std::nullopt;
  format.length_max = static_cast<std::uint16_t>(length);
  return format;
}

std::optional<std::string_view> set_length_prefix(FieldSpec& spec, int length_size) {
  const int size = length_size != 0 ? length_size : prefix_size(spec);
  if (size < 1 || size > 4) return "a length prefix has 1 to 4 bytes";
  std::uint64_t count = spec.length_max;
  if (spec.length_unit == LengthUnit::wire) {
    count = spec.encoding == Encoding::hex ? 2 * count : (count + 1) / 2;
  }
  if (count > count_max(spec.length_encoding, size)) return "the length prefix is too short";
  spec.length_size = static_cast<std::uint8_t>(size);
  return std::nullopt;
}

}  // namespace iso8583
