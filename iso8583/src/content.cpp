#include "content.hpp"

namespace iso8583 {
namespace {

CodecErrorCode fault_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::a:
    case FieldKind::an:
      return CodecErrorCode::not_alphanumeric;
    case FieldKind::ans:
      return CodecErrorCode::not_printable;
    case FieldKind::z:
      return CodecErrorCode::not_track;
    case FieldKind::n:
    case FieldKind::xn:
    case FieldKind::b:
    case FieldKind::none:
      break;
  }
  return CodecErrorCode::not_numeric;
}

}  // namespace

ContentFault find_content_fault(FieldKind kind, std::string_view text) {
  std::size_t index = 0;
  if (kind == FieldKind::xn) {
    if (!is_sign(text[0])) return {CodecErrorCode::bad_sign, 0};
    kind = FieldKind::n;
    index = 1;
  }
  constexpr WireFormat strict;
  while (index < text.size() && is_content(kind, text.substr(index, 1), strict)) ++index;
  return {fault_of(kind), index};
}

}  // namespace iso8583
