#include "iso8583/error.hpp"

#include <fmt/format.h>

namespace iso8583 {

std::string_view describe(CodecErrorCode code) {
  switch (code) {
    case CodecErrorCode::truncated:
      return "the frame ends inside it";
    case CodecErrorCode::trailing_bytes:
      return "bytes left behind the last field";
    case CodecErrorCode::bad_mti:
      return "not four digits";
    case CodecErrorCode::bad_bitmap:
      return "not a hex bitmap";
    case CodecErrorCode::not_defined:
      return "not defined in this dialect";
    case CodecErrorCode::bad_length:
      return "the length is not a number";
    case CodecErrorCode::too_long:
      return "too long";
    case CodecErrorCode::too_short:
      return "too short";
    case CodecErrorCode::not_numeric:
      return "not numeric";
    case CodecErrorCode::not_alphanumeric:
      return "not alphanumeric";
    case CodecErrorCode::not_printable:
      return "not printable";
    case CodecErrorCode::not_track:
      return "not a track";
    case CodecErrorCode::bad_sign:
      return "the sign is neither C nor D";
    case CodecErrorCode::not_hex:
      return "not hex";
    case CodecErrorCode::bad_padding:
      return "the spare digit is not the padding";
    case CodecErrorCode::no_space:
      return "does not fit the output";
  }
  return "unknown";
}

std::string to_string(const CodecError& error) {
  switch (error.field) {
    case 0:
      return fmt::format("message at offset {}: {}", error.offset, describe(error.code));
    case 1:
      return fmt::format("bitmap at offset {}: {}", error.offset, describe(error.code));
    default:
      return fmt::format("field {} at offset {}: {}", error.field, error.offset,
                         describe(error.code));
  }
}

}  // namespace iso8583
