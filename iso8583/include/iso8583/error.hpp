// What can be wrong with the bytes or the text of a message. An error says where, never what
// stood there: field content may be card data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iso8583 {

enum class CodecErrorCode : std::uint8_t {
  truncated,         // the frame ends inside this element
  trailing_bytes,    // bytes are left behind the last field of the bitmap
  bad_mti,           // the MTI is not four digits
  bad_bitmap,        // a bitmap that is not hex
  not_defined,       // the dialect has no such field
  bad_length,        // a length prefix that is no number
  too_long,          // longer than the dialect allows
  too_short,         // shorter than the dialect allows
  not_numeric,       // kinds n and x+n: something else than a digit
  not_alphanumeric,  // kinds a and an: something else than letters, digits, blanks
  not_printable,     // kind ans: a control character
  not_track,         // kind z: no track 2 character
  bad_sign,          // kind x+n: neither C nor D
  not_hex,           // a binary field in hex: no hex digit
  bad_padding,       // the spare nibble of an odd packed number
  no_space,          // encode: the output is too small
};

struct CodecError {
  CodecErrorCode code;
  int field;           // 0 = the MTI or the message as a whole, 1 = a bitmap
  std::size_t offset;  // decode: the first wrong byte of the frame; where the element begins, for
                       // errors of length. encode: where the field would begin in the output

  friend bool operator==(const CodecError&, const CodecError&) = default;
};

// A few words, such as "not numeric".
std::string_view describe(CodecErrorCode code);

// A line for logs, such as "field 4 at offset 38: not numeric".
std::string to_string(const CodecError& error);

}  // namespace iso8583
