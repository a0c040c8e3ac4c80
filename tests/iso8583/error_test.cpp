#include "support.hpp"

namespace iso8583::test {
namespace {

using Code = CodecErrorCode;

CodecError decode_error(const Dialect& dialect, std::span<const std::uint8_t> frame) {
  Message message;
  const auto result = decode(dialect, frame, message);
  REQUIRE_FALSE(is_ok(result));
  return result.error();
}

CodecError decode_error(std::string_view dialect_name, std::string_view text) {
  return decode_error(dialect(dialect_name), to_bytes(text));
}

CodecError encode_error(const Dialect& dialect, std::string_view mti, const Fields& fields,
                        std::size_t space = 10'000) {
  Message message;
  fill(message, mti, fields);
  Bytes out(space);
  const auto result = encode(dialect, message, out);
  REQUIRE_FALSE(is_ok(result));
  return result.error();
}

TEST_CASE("decode: an error names its code, field and offset", "[iso8583]") {
  struct Row {
    std::string_view text;
    CodecError error;
  };
  const Row rows[] = {
      {"", {Code::truncated, 0, 0}},
      {"010", {Code::truncated, 0, 0}},
      {"0100", {Code::truncated, 1, 4}},
      {"0100200000000000000", {Code::truncated, 1, 4}},
      {"01002000000000000G00", {Code::bad_bitmap, 1, 4}},
      {"010A2000000000000000000000", {Code::bad_mti, 0, 0}},
      {"0100A000000000000000", {Code::truncated, 1, 20}},
      {"01002000000000000000", {Code::truncated, 3, 20}},
      {"01002000000000000000000000X", {Code::trailing_bytes, 0, 26}},
      {"0100200000000000000000000X", {Code::not_numeric, 3, 25}},
      {"01003000000000000000000000"
       "00000A000B00",
       {Code::not_numeric, 4, 31}},
      {"01004000000000000000", {Code::truncated, 2, 20}},
      {"010040000000000000001", {Code::truncated, 2, 20}},
      {"01004000000000000000 1", {Code::bad_length, 2, 20}},
      {"010040000000000000002041111111111111111111", {Code::too_long, 2, 20}},
      {"0100400000000000000016411111", {Code::truncated, 2, 20}},
      {"01000000001000000000A00000250", {Code::bad_sign, 28, 20}},
      {"01000000001000000000C000002-0", {Code::not_numeric, 28, 27}},
      {"01000000000020000000054111A", {Code::not_track, 35, 26}},
      {"010000000000020000001-", {Code::not_alphanumeric, 39, 21}},
      {"01000000000000800000TERM\n001", {Code::not_printable, 41, 24}},
      {"01000000000000001000"
       "0123456789ABCDEG",
       {Code::not_hex, 52, 35}},
      {"01000000000000000200"
       "0039F3",
       {Code::bad_length, 55, 20}},
      {"01000000000000000200"
       "5129F3",
       {Code::too_long, 55, 20}},
      {"0100800000000000000080000000000000000", {Code::not_defined, 65, 36}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(decode_error("iso87-ascii", row.text) == row.error);
  }
}

TEST_CASE("decode: errors of packed fields point at the byte", "[iso8583]") {
  struct Row {
    std::string_view dialect;
    std::string_view hex;
    CodecError error;
  };
  const Row rows[] = {
      {"iso87-binary",
       "01A0"
       "2000000000000000"
       "000000",
       {Code::bad_mti, 0, 0}},
      {"iso87-binary",
       "0100"
       "2000000000000000"
       "00000A",
       {Code::not_numeric, 3, 12}},
      {"iso87-binary",
       "0100"
       "2000000000000000"
       "0000",
       {Code::truncated, 3, 10}},
      {"iso87-binary",
       "0100"
       "0000040000000000"
       "1051",
       {Code::bad_padding, 22, 10}},
      {"iso87-binary",
       "0100"
       "0000040000000000"
       "005A",
       {Code::not_numeric, 22, 11}},
      {"iso87-binary",
       "0100"
       "4000000000000000"
       "1A41",
       {Code::bad_length, 2, 10}},
      {"iso87-binary",
       "0100"
       "4000000000000000"
       "2041",
       {Code::too_long, 2, 10}},
      {"iso87-binary",
       "0100"
       "0000001000000000"
       "4500000250",
       {Code::bad_sign, 28, 10}},
      {"iso87-binary",
       "0100"
       "0000001000000000"
       "4400000F50",
       {Code::not_numeric, 28, 13}},
      {"iso87-binary",
       "0100"
       "0000000000000200"
       "02569F",
       {Code::too_long, 55, 10}},
      {"iso87-ebcdic",
       "F0F1F0F0"
       "2000000000000000"
       "F0F0F0F0F0C1",
       {Code::not_numeric, 3, 17}},
      {"iso87-ebcdic",
       "F0F1F0F0"
       "0000000100000000"
       "40F1",
       {Code::bad_length, 32, 12}},
      {"iso87-ebcdic",
       "30313030"
       "2000000000000000"
       "F0F0F0F0F0F0",
       {Code::bad_mti, 0, 0}},
  };
  for (const Row& row : rows) {
    INFO(row.dialect << " " << row.hex);
    CHECK(decode_error(dialect(row.dialect), from_hex(row.hex)) == row.error);
  }
}

TEST_CASE("decode: a content error leaves its field out and goes on", "[iso8583]") {
  Message message;
  const Bytes frame = to_bytes(
      "0100"
      "3020000000000000"
      "000000"
      "00000A000B00"
      "000101");
  const auto result = decode(dialect("iso87-ascii"), frame, message);
  REQUIRE_FALSE(is_ok(result));
  CHECK(result.error() == CodecError{Code::not_numeric, 4, 31});
  CHECK(message.mti() == "0100");
  CHECK(fields_of(message) == Fields{{3, "000000"}, {11, "000101"}});
}

TEST_CASE("decode: a length error or an undefined field keeps what stands before it", "[iso8583]") {
  struct Row {
    std::string_view text;
    CodecError error;
  };
  const Row rows[] = {
      {"0100"
       "2020000100000000"
       "000000"
       "000101"
       "99123456",
       {Code::too_long, 32, 32}},
      {"0100"
       "A020000000000000"
       "8400000000000000"
       "000000"
       "000101"
       "301",
       {Code::not_defined, 65, 48}},
  };
  for (const Row& row : rows) {
    const Bytes frame = to_bytes(row.text);
    Message message;
    const auto result = decode(dialect("iso87-ascii"), frame, message);
    REQUIRE_FALSE(is_ok(result));
    CHECK(result.error() == row.error);
    CHECK(fields_of(message) == Fields{{3, "000000"}, {11, "000101"}});
  }
}

TEST_CASE("decode: the first of several errors is the one reported", "[iso8583]") {
  CHECK(decode_error("iso87-ascii",
                     "0100"
                     "3020000100000000"
                     "00000X"
                     "00000A000B00"
                     "000101"
                     "99") == CodecError{Code::not_numeric, 3, 25});
}

TEST_CASE("decode: hex is read in either case and written in upper case", "[iso8583]") {
  Message message;
  const Bytes lower = to_bytes(
      "0100"
      "0000000000001200"
      "0123456789abcdef"
      "0049f36");
  REQUIRE(is_ok(decode(dialect("iso87-ascii"), lower, message)));
  CHECK(message.get(52) == raw("0123456789ABCDEF"));
  CHECK(encoded(dialect("iso87-ascii"), message) == to_bytes("0100"
                                                             "0000000000001200"
                                                             "0123456789ABCDEF"
                                                             "0049F36"));
}

TEST_CASE("encode: an error names its code, field and offset", "[iso8583]") {
  const Dialect& ascii = dialect("iso87-ascii");
  CHECK(encode_error(ascii, "", {}) == CodecError{Code::bad_mti, 0, 0});
  CHECK(encode_error(ascii, "01X0", {}) == CodecError{Code::bad_mti, 0, 0});
  CHECK(encode_error(ascii, "0100", {{65, "1"}}) == CodecError{Code::not_defined, 65, 36});
  CHECK(encode_error(ascii, "0100", {{150, "1"}}) == CodecError{Code::not_defined, 150, 52});
  CHECK(encode_error(ascii, "0100", {{3, "0000000"}}) == CodecError{Code::too_long, 3, 20});
  CHECK(encode_error(ascii, "0100", {{3, "000000"}, {4, "1 0"}}) ==
        CodecError{Code::not_numeric, 4, 26});
  CHECK(encode_error(ascii, "0100", {{28, "250"}}) == CodecError{Code::bad_sign, 28, 20});
  CHECK(encode_error(ascii, "0100", {{28, ""}}) == CodecError{Code::too_short, 28, 20});
  CHECK(encode_error(ascii, "0100", {{35, "4111^"}}) == CodecError{Code::not_track, 35, 20});
  CHECK(encode_error(ascii, "0100", {{41, "A\tB"}}) == CodecError{Code::not_printable, 41, 20});
  CHECK(encode_error(ascii, "0100", {{52, "1234567"}}) == CodecError{Code::too_short, 52, 20});
  CHECK(encode_error(ascii, "0100", {{55, std::string(256, 'x')}}) ==
        CodecError{Code::too_long, 55, 20});
}

TEST_CASE("encode: every output that is too small is refused, the exact one taken", "[iso8583]") {
  const Fields fields = {{2, "4111111111111111"},       {28, "D00000250"},       {43, "SHOP"},
                         {52, raw("0123456789ABCDEF")}, {55, raw("9F3602000C")}, {70, "301"}};
  for (const std::string_view name : {"iso87-ascii", "iso87-binary", "iso87-ebcdic"}) {
    Message message;
    fill(message, "0100", fields);
    const Bytes whole = encoded(dialect(name), message);
    for (std::size_t space = 0; space < whole.size(); ++space) {
      CHECK(encode_error(dialect(name), "0100", fields, space).code == Code::no_space);
    }
    Bytes out(whole.size());
    CHECK(value_of(encode(dialect(name), message, out)) == whole.size());
  }
}

TEST_CASE("encode: short fixed fields are padded by their kind", "[iso8583]") {
  for (const std::string_view name : {"iso87-ascii", "iso87-binary", "iso87-ebcdic"}) {
    INFO(name);
    const Bytes frame = encoded(dialect(name), "0100",
                                {{4, "3500"}, {11, ""}, {28, "D250"}, {38, "A1"}, {41, "T1"}});
    Message message;
    REQUIRE(is_ok(decode(dialect(name), frame, message)));
    CHECK(fields_of(message) == Fields{{4, "000000003500"},
                                       {11, "000000"},
                                       {28, "D00000250"},
                                       {38, "A1    "},
                                       {41, "T1      "}});
  }
}

TEST_CASE("error: the text says where and why, and no content", "[iso8583]") {
  CHECK(to_string(CodecError{Code::not_numeric, 4, 34}) == "field 4 at offset 34: not numeric");
  CHECK(to_string(CodecError{Code::bad_bitmap, 1, 4}) == "bitmap at offset 4: not a hex bitmap");
  CHECK(to_string(CodecError{Code::trailing_bytes, 0, 26}) ==
        "message at offset 26: bytes left behind the last field");
}

}  // namespace
}  // namespace iso8583::test
