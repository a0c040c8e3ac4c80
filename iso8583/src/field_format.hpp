// The standard's notation for a field, such as `n6`, `n..19`, `ans...999`, `x+n8`, `b64`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "iso8583/dialect.hpp"

namespace iso8583 {

inline constexpr int fixed_length_max = 999;
inline constexpr int variable_length_max = 9999;

struct FieldFormat {
  FieldKind kind;
  std::uint8_t length_digits;  // the number of dots; 0 = fixed
  std::uint16_t length_max;    // of the logical text: the sign of an x+n counts, b is in bytes
};

// Nothing when the text is no such format. Fixed b fields are given in bits, a multiple of 8, as
// the standard does; variable ones in bytes.
std::optional<FieldFormat> parse_field_format(std::string_view text);

// Works out the prefix of a variable field; the reason when it cannot hold the field's length.
// `length_size` is 0 for the usual number of bytes.
std::optional<std::string_view> set_length_prefix(FieldSpec& spec, int length_size);

}  // namespace iso8583
