// What characters a field of each kind may hold, for both directions.
#pragma once

#include <cstddef>
#include <string_view>

#include "bytes.hpp"
#include "iso8583/dialect.hpp"

namespace iso8583 {

inline bool is_sign(char c) {
  return c == 'C' || c == 'D';
}

// Calls `use` with what finds the characters that do not fit the kind. Digits come first: most
// fields are numbers.
template <class Use>
[[gnu::always_inline]] inline bool with_finder(FieldKind kind, Use use) {
  if (kind == FieldKind::n) return use(NotDigits{});
  switch (kind) {
    case FieldKind::a:
      return use(NotLetters{});
    case FieldKind::an:
      return use(NotAlphanumeric{});
    case FieldKind::z:
      return use(NotTrack{});
    default:
      return use(NotPrintable{});
  }
}

// Kinds that are more than characters of one sort, or less.
inline bool is_special(FieldKind kind, const WireFormat& wire) {
  return kind >= FieldKind::b || (kind == FieldKind::ans && wire.accepts_control_characters);
}

inline bool is_special_content(FieldKind kind, std::string_view text) {
  return kind != FieldKind::xn || text.empty() || (is_sign(text[0]) && is_numeric(text.substr(1)));
}

// True when every character of the logical text fits the kind.
[[gnu::always_inline]] inline bool is_content(FieldKind kind, std::string_view text,
                                              const WireFormat& wire) {
  if (is_special(kind, wire)) return is_special_content(kind, text);
  return with_finder(kind, [text](auto finder) { return has_none(text, finder); });
}

struct ContentFault {
  CodecErrorCode code;
  std::size_t index;  // of the first character that does not fit
};

// Where and why is_content() says no.
ContentFault find_content_fault(FieldKind kind, std::string_view text);

}  // namespace iso8583
