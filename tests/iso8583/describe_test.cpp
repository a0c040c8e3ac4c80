#include "iso8583/describe.hpp"

#include "iso8583/mask.hpp"
#include "support.hpp"

namespace iso8583::test {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("mask: a card number keeps its first six and last four digits", "[iso8583]") {
  CHECK(mask_pan("4111111111111111") == "411111******1111");
  CHECK(mask_pan("4222222222222") == "422222***2222");
  CHECK(mask_pan("6304000000000000000") == "630400*********0000");
  // Too short to hide anything that way.
  CHECK(mask_pan("411111111111") == "************");
  CHECK(mask_pan("").empty());
}

TEST_CASE("mask: a track keeps its card number's ends and nothing else", "[iso8583]") {
  CHECK(mask_track("4111111111111111=28122011234567890") == "411111******1111=*****************");
  CHECK(mask_track("4111111111111111D2812201") == "411111******1111D*******");
  CHECK(mask_track("%B4111111111111111^DOE/JANE^2812201?") ==
        "%B411111******1111^*****************");
  CHECK(mask_track("B4111111111111111^DOE") == "B411111******1111^***");
  CHECK(mask_track("41111111111111112812201") == std::string(23, '*'));
  CHECK(mask_track("=2812") == "*****");
}

TEST_CASE("mask: card numbers in free text are found by length and Luhn digit", "[iso8583]") {
  CHECK(mask_card_numbers("pan 4111111111111111, rrn 606017000101") ==
        "pan 411111******1111, rrn 606017000101");
  CHECK(mask_card_numbers("4111111111111112") == "4111111111111112");
  CHECK(mask_card_numbers("123456789012") == "123456789012");
  // Inside a longer run only where the caller expects structures of digits.
  CHECK(mask_card_numbers("00164111111111111111001") == "00164111111111111111001");
  CHECK(mask_card_numbers("00164111111111111111001", true) == "0016411111******1111001");
  CHECK(mask_card_numbers("0015378282246310005001", true) == "0015378282*****0005001");
  CHECK(is_luhn_valid("4111111111111111"));
  CHECK_FALSE(is_luhn_valid("4111111111111112"));
  CHECK_FALSE(is_luhn_valid(""));
}

TEST_CASE("mask: chip data hides what tags hold card data", "[iso8583]") {
  CHECK(mask_tlv(raw("5A084111111111111111"
                     "9F36020034")) ==
        "5A08411111******1111"
        "9F36020034");
  CHECK(mask_tlv(raw("57134111111111111111D28122011234567890123F")) ==
        "5713411111******1111D" + std::string(21, '*'));
  CHECK(mask_tlv(raw("5F20044A414E45")) == "5F2004********");
  SECTION("inside a constructed object too") {
    CHECK(mask_tlv(raw("700A5A084111111111111111")) == "700A5A08411111******1111");
  }
  SECTION("in tags that nobody knows, packed or in ASCII") {
    CHECK(mask_tlv(raw("DF01084111111111111111")) == "DF0108411111******1111");
    CHECK(mask_tlv(raw("DF011034313131313131313131313131313131")) ==
          "DF0110343131313131************31313131");
  }
  SECTION("all of it where it cannot be read") {
    CHECK(mask_tlv(raw("5A0841111111")) == "(6 bytes, malformed)");
  }
}

const Fields card_fields = {
    {2, "4111111111111111"},
    {3, "000000"},
    {4, "000000003500"},
    {11, "000101"},
    {35, "4111111111111111=28122011234567890"},
    {37, "606017000101"},
    {41, "TERM0001"},
    {45, "B4111111111111111^DOE/JANE^2812201"},
    {48, "0016411111111111111102REF 4111111111111111"},
    {49, "643"},
    {52, raw("1234567890123456")},
    {55, raw("5A0841111111111111119F36020034")},
    {62, "LC4111111111111111"},
    {102, "40817810099910004312"},
};

TEST_CASE("describe: masked, no card data is left, in any dialect", "[iso8583]") {
  for (const std::string_view name : {"iso87-ascii", "iso87-binary", "iso93-ascii"}) {
    Message message;
    fill(message, "0100", card_fields);
    const std::string text = describe(dialect(name), message) + summary(dialect(name), message);
    INFO(text);
    CHECK_FALSE(contains(text, "4111111111111111"));
    CHECK_FALSE(contains(text, "2812"));
    CHECK_FALSE(contains(text, "DOE"));
    CHECK_FALSE(contains(text, "1234567890123456"));
    CHECK(contains(text, "411111******1111"));
    // What is no card number stays as it is.
    CHECK(contains(text, "40817810099910004312"));
    CHECK(contains(text, "606017000101"));
  }
}

TEST_CASE("describe: a line per field, with the parts below", "[iso8583]") {
  Message message;
  const Fields fields = {
      {3, "010000"}, {39, "00"}, {43, "CAF\xC9"}, {55, raw("9F3602000CDF010101")}};
  fill(message, "0110", fields);
  CHECK(describe(dialect("iso87-ascii"), message) ==
        R"(mti 0110  authorization response
3   Processing code                              010000
    . transaction type                           01
    . from account                               00
    . to account                                 00
39  Response code                                00
43  Card acceptor name and location              CAFÉ
    . name                                       CAFÉ
55  Integrated circuit card data                 9F3602000CDF010101
    . 9F36   Application transaction counter     000C
    . DF01                                       01
)");
}

TEST_CASE("describe: PDS are listed, damage is named", "[iso8583]") {
  const Dialect& ipm = dialect("mastercard-ipm");
  Message message;
  message.set(48, "0023003POI0158016411111111111111101480");
  const std::string text = describe(ipm, message);
  CHECK(contains(text, "    . 0023 POI\n"));
  CHECK(contains(text, "    . 0158 411111******1111\n"));
  CHECK(contains(text, "    . malformed at offset 37: no length\n"));
  CHECK_FALSE(contains(text, "4111111111111111"));
}

TEST_CASE("describe: control characters never reach the terminal", "[iso8583]") {
  const Dialect& ipm = dialect("mastercard-ipm");
  const std::string value =
      "A\x1B[2J\n\x85"
      "B\\x41\\y";
  const std::string shown = field_text(ipm, 72, value);
  CHECK(shown == R"(A\x1B[2J\x0A\x85B\x5Cx41\y)");
  OwnedMessage owned;
  REQUIRE(is_ok(set_field_text(ipm, owned, 72, shown)));
  CHECK(owned.message.get(72) == value);
}

TEST_CASE("summary: one line says what a message is about", "[iso8583]") {
  const Dialect& ascii = dialect("iso87-ascii");
  Message message;
  fill(message, "0100", card_fields);
  CHECK(summary(ascii, message) ==
        "0100 authorization request · purchase · 3500 643 · pan 411111******1111 · stan 000101 · "
        "rrn 606017000101 · terminal TERM0001");
  CHECK(contains(summary(ascii, message,
                         [](std::string_view digits, std::string_view currency) {
                           return std::string(digits) + "/" + std::string(currency);
                         }),
                 " · 000000003500/643 · "));

  const Fields answer = {{3, "390000"}, {11, "000101"}, {38, "A1B2C3"}, {39, "00"}};
  fill(message, "0110", answer);
  CHECK(summary(ascii, message) ==
        "0110 authorization response · operation 390000 · code 00 · auth A1B2C3 · stan 000101");
  const Fields echo = {{11, "000001"}, {70, "301"}};
  fill(message, "0800", echo);
  CHECK(summary(ascii, message) == "0800 network management request · echo · stan 000001");
}

TEST_CASE("parse_description: the lines that people write", "[iso8583]") {
  const Dialect& ascii = dialect("iso87-ascii");
  const auto parsed = parse_description(ascii,
                                        "# an authorization\n"
                                        "mti 0100\n"
                                        "\n"
                                        "  4 000000004500\r\n"
                                        "11\t000101\n"
                                        "32\n"
                                        "43   A # B  \n"
                                        "48 Processing code\n"
                                        "52 0123456789abcdef\n"
                                        "    . nothing\n"
                                        "62 caf\xC3\xA9");
  REQUIRE(is_ok(parsed));
  const OwnedMessage& owned = *parsed;
  CHECK(owned.message.mti() == "0100");
  CHECK(fields_of(owned.message) == Fields{{4, "000000004500"},
                                           {11, "000101"},
                                           {32, ""},
                                           {43, "A # B  "},
                                           {48, "Processing code"},
                                           {52, raw("0123456789ABCDEF")},
                                           {62, "caf\xE9"}});
}

TEST_CASE("parse_description: a mistake is named by line, field and reason", "[iso8583]") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"mti 01", "line 1: an MTI has four digits"},
      {"mti 0100\nx 1", "line 2: a line begins with a field number or with mti"},
      {"4x 1", "line 1: a line begins with a field number or with mti"},
      {"1 1", "line 1: field 1: not defined in this dialect"},
      {"99999999999999999999 1", "line 1: a line begins with a field number or with mti"},
      {"-4 1", "line 1: field -4: not defined in this dialect"},
      {"65 1", "line 1: field 65: not defined in this dialect"},
      {"4 1\n4 2", "line 2: field 4: comes twice"},
      {"52 012", "line 1: field 52: not hex"},
      {"52 0X", "line 1: field 52: not hex"},
      {"43 \xE2\x82\xAC", "line 1: field 43: has characters that are not latin-1"},
  };
  for (const auto& [text, error] : rows) {
    INFO(text);
    const auto result = parse_description(dialect("iso87-ascii"), text);
    REQUIRE_FALSE(is_ok(result));
    CHECK(to_string(result.error()) == error);
  }
}

TEST_CASE("parse_description: an owned message can be moved", "[iso8583]") {
  auto parsed = parse_description(dialect("iso87-ascii"), "mti 0100\n11 000101\n");
  REQUIRE(is_ok(parsed));
  OwnedMessage first = std::move(*parsed);
  const OwnedMessage second = std::move(first);
  CHECK(second.message.get(11) == "000101");
}

}  // namespace
}  // namespace iso8583::test
