#include "iso8583/ebcdic.hpp"

#include <set>

#include "support.hpp"

namespace iso8583::test {
namespace {

TEST_CASE("ebcdic: code page 500 has a latin-1 character for each of its 256 bytes, and back",
          "[iso8583]") {
  std::set<int> characters;
  for (std::size_t i = 0; i < 256; ++i) {
    characters.insert(cp500_to_latin1[i]);
    CHECK(latin1_to_cp500[cp500_to_latin1[i]] == i);
    CHECK(cp500_to_latin1[latin1_to_cp500[i]] == i);
  }
  CHECK(characters.size() == 256);
}

// The characters in which code page 500 differs from 037 and 1047 are among them: [ ] ! ^ |.
TEST_CASE("ebcdic: characters stand where IBM's table has them", "[iso8583]") {
  const std::pair<int, int> rows[] = {
      {0xF0, '0'},          {0xF9, '9'},          {0xC1, 'A'},          {0xC9, 'I'},
      {0xD1, 'J'},          {0xE2, 'S'},          {0xE9, 'Z'},          {0x81, 'a'},
      {0xA9, 'z'},          {0x40, ' '},          {0x4A, '['},          {0x5A, ']'},
      {0x4F, '!'},          {0x5F, '^'},          {0xBB, '|'},          {0x7C, '@'},
      {0x7B, '#'},          {0x5B, '$'},          {0xE0, '\\'},         {0xC0, '{'},
      {0xD0, '}'},          {0x7E, '='},          {0x61, '/'},          {0x25, '\n'},
      {0x0D, '\r'},         {0x51, 0xE9 /* é */}, {0xDC, 0xFC /* ü */}, {0xFC, 0xDC /* Ü */},
      {0x63, 0xC4 /* Ä */}, {0x59, 0xDF /* ß */}, {0x48, 0xE7 /* ç */}, {0x69, 0xD1 /* Ñ */},
      {0xB0, 0xA2 /* ¢ */}, {0xB1, 0xA3 /* £ */},
  };
  for (const auto& [ebcdic, latin1] : rows) {
    INFO(ebcdic);
    CHECK(cp500_to_latin1[static_cast<std::size_t>(ebcdic)] == latin1);
  }
}

TEST_CASE("ebcdic: whole records are converted in place", "[iso8583]") {
  Bytes bytes = from_hex("C8C5D3D3D640F1");
  convert_cp500_to_latin1(bytes);
  CHECK(bytes == to_bytes("HELLO 1"));
  convert_latin1_to_cp500(bytes);
  CHECK(to_hex(bytes) == "C8C5D3D3D640F1");
}

}  // namespace
}  // namespace iso8583::test
