#include "iso8583/composite.hpp"

#include "support.hpp"

namespace iso8583::test {
namespace {

using Code = CompositeErrorCode;

TEST_CASE("tlv: objects come in order, repeated and unknown ones too, and go back", "[iso8583]") {
  // A one-byte, a two-byte and a three-byte tag, an empty value, the same tag again, and one in
  // a private class that no table knows.
  const std::string bytes =
      raw("5A024111"
          "9F360100"
          "DF812904AABBCCDD"
          "9A00"
          "5A0222FF"
          "C10101");
  const auto objects = value_of(parse_tlv(bytes));
  CHECK(objects == std::vector<Tlv>{{0x5A, std::string_view("\x41\x11")},
                                    {0x9F36, std::string_view("\0", 1)},
                                    {0xDF8129, std::string_view("\xAA\xBB\xCC\xDD")},
                                    {0x9A, ""},
                                    {0x5A, std::string_view("\x22\xFF")},
                                    {0xC1, std::string_view("\x01")}});
  CHECK(value_of(write_tlv(objects)) == bytes);
  CHECK(find_tlv(bytes, 0x5A) == std::string_view("\x41\x11"));
  CHECK(find_tlv(bytes, 0x9A) == std::string_view());
  CHECK_FALSE(find_tlv(bytes, 0x9F26).has_value());
}

TEST_CASE("tlv: lengths take one, two or three bytes", "[iso8583]") {
  for (const std::size_t size : {0U, 127U, 128U, 255U, 256U, 65'535U}) {
    const std::string value(size, 'x');
    const Tlv object{0x71, value};
    const std::string bytes = value_of(write_tlv({&object, 1}));
    CHECK(bytes.size() == size + (size < 128 ? 2 : size < 256 ? 3 : 4));
    CHECK(value_of(parse_tlv(bytes)) == std::vector<Tlv>{object});
  }
  SECTION("a length longer than it need be is read") {
    const std::string longer = raw("9A8200021234");
    CHECK(find_tlv(longer, 0x9A) == std::string_view("\x12\x34"));
  }
}

TEST_CASE("tlv: zero bytes between objects are filling", "[iso8583]") {
  const std::string bytes = raw("00009A01AA000000");
  const auto objects = value_of(parse_tlv(bytes));
  CHECK(objects == std::vector<Tlv>{{0x9A, std::string_view("\xAA")}});
}

TEST_CASE("tlv: what is malformed is an error with its offset, and stays", "[iso8583]") {
  struct Row {
    std::string_view hex;
    CompositeError error;
  };
  const Row rows[] = {
      {"9A01AA9F", {Code::bad_tag, 3}},           {"9F8181818101AA", {Code::bad_tag, 0}},
      {"9A01AA9B", {Code::bad_length, 4}},        {"9A80", {Code::bad_length, 1}},
      {"9A83000001AA", {Code::bad_length, 1}},    {"9A81", {Code::bad_length, 1}},
      {"9A8201", {Code::bad_length, 1}},          {"9A02AA", {Code::truncated, 0}},
      {"9A01AA9B82FFFFAA", {Code::truncated, 3}},
  };
  for (const Row& row : rows) {
    INFO(row.hex);
    const std::string bytes = raw(row.hex);
    TlvReader reader(bytes);
    auto object = reader.next();
    while (object && *object) object = reader.next();
    REQUIRE_FALSE(is_ok(object));
    CHECK(object.error() == row.error);
    CHECK(reader.next().error() == row.error);
    CHECK_FALSE(is_ok(parse_tlv(bytes)));
  }
}

TEST_CASE("tlv: a tag that could not be read back is not written", "[iso8583]") {
  for (const std::uint32_t tag : {0u, 0x1Fu, 0x5A5Au, 0x9F8181u, 0x9F3636u}) {
    const Tlv object{tag, "x"};
    CHECK(write_tlv({&object, 1}).error() == CompositeError{Code::bad_tag, 0});
  }
  const std::string long_value(65'536, 'x');
  const Tlv object{0x71, long_value};
  CHECK(write_tlv({&object, 1}).error() == CompositeError{Code::too_long, 0});
}

TEST_CASE("tlv: constructed objects are told by their tag", "[iso8583]") {
  CHECK(Tlv{0x71, ""}.is_constructed());
  CHECK(Tlv{0xBF0C, ""}.is_constructed());
  CHECK_FALSE(Tlv{0x5A, ""}.is_constructed());
  CHECK_FALSE(Tlv{0xDF8129, ""}.is_constructed());
}

TEST_CASE("pds: a list goes on from carrier to carrier and none is cut", "[iso8583]") {
  const Dialect& ipm = dialect("mastercard-ipm");
  CHECK(std::vector<int>(ipm.pds_carriers().begin(), ipm.pds_carriers().end()) ==
        std::vector<int>{48, 62, 123, 124, 125});

  const std::string long_value(600, 'x');
  const std::string longest(992, 'y');
  const std::vector<Pds> list = {{23, "POI"},       {148, "6432"},  {501, long_value},
                                 {502, long_value}, {503, longest}, {504, ""}};
  const auto texts = value_of(write_pds(list, ipm.pds_carriers().size()));
  REQUIRE(texts.size() == 4);
  CHECK(texts[0] ==
        "0023003POI"
        "01480046432"
        "0501600" +
            long_value);
  CHECK(texts[2].size() == 999);
  CHECK(texts[3] == "0504000");

  Message message;
  for (std::size_t i = 0; i < texts.size(); ++i) message.set(ipm.pds_carriers()[i], texts[i]);
  PdsReader reader(ipm, message);
  std::vector<Pds> found;
  std::vector<int> fields;
  for (auto pds = reader.next(); pds && *pds; pds = reader.next()) {
    found.push_back(**pds);
    fields.push_back(reader.field());
  }
  CHECK(found == list);
  CHECK(fields == std::vector<int>{48, 48, 48, 62, 123, 124});
  CHECK(reader.find(503) == longest);
  CHECK(reader.find(504) == std::string_view());
  CHECK_FALSE(reader.find(9999).has_value());

  SECTION("an absent carrier in between is passed over") {
    message.erase(62);
    CHECK(PdsReader(ipm, message).find(504) == std::string_view());
  }
  SECTION("a message without any has none") {
    message.reset();
    CHECK_FALSE(value_of(PdsReader(ipm, message).next()).has_value());
  }
}

TEST_CASE("pds: what is malformed is an error with its offset, and stays", "[iso8583]") {
  struct Row {
    std::string_view text;
    CompositeError error;
  };
  const Row rows[] = {
      {"0023003POIx", {Code::bad_tag, 10}},
      {"00A3003POI", {Code::bad_tag, 0}},
      {"002300", {Code::bad_length, 4}},
      {"0023 03POI", {Code::bad_length, 4}},
      {"0023003POI0148005xxxx", {Code::truncated, 10}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    PdsReader reader(row.text);
    auto pds = reader.next();
    while (pds && *pds) pds = reader.next();
    REQUIRE_FALSE(is_ok(pds));
    CHECK(pds.error() == row.error);
    CHECK(reader.next().error() == row.error);
  }
  // What stands before the damage is found all the same.
  CHECK(PdsReader("0023003POI0148005xxxx").find(23) == "POI");
}

TEST_CASE("pds: what does not fit is refused with its number in the list", "[iso8583]") {
  const std::string too_long(993, 'x');
  const std::string half(600, 'x');
  const std::vector<Pds> bad_tag = {{23, ""}, {10'000, ""}};
  const std::vector<Pds> bad_value = {{23, ""}, {24, too_long}};
  const std::vector<Pds> bad_list = {{1, half}, {2, half}, {3, half}};
  CHECK(write_pds(bad_tag, 5).error() == CompositeError{Code::bad_tag, 1});
  CHECK(write_pds(bad_value, 5).error() == CompositeError{Code::too_long, 1});
  CHECK(write_pds(bad_list, 2).error() == CompositeError{Code::too_long, 2});
  CHECK(value_of(write_pds({}, 5)).empty());
}

TEST_CASE("subfields: a field falls into its parts, as far as it goes", "[iso8583]") {
  const Dialect& ascii = dialect("iso87-ascii");
  const auto parts = [&ascii](int field, std::string_view text) {
    std::vector<std::string> values;
    for (const SubfieldValue& part : split_subfields(ascii, field, text)) {
      values.push_back(std::string(part.name) + "=" + std::string(part.value));
    }
    return values;
  };
  CHECK(parts(3, "012000") ==
        std::vector<std::string>{"transaction type=01", "from account=20", "to account=00"});
  CHECK(parts(3, "012") == std::vector<std::string>{"transaction type=01", "from account=2"});
  CHECK(parts(3, "0120001") ==
        std::vector<std::string>{"transaction type=01", "from account=20", "to account=00", "=1"});
  CHECK(parts(54, "0001643C0000000010000002643C000000000500").size() == 8);
  CHECK(parts(4, "000000003500").empty());
  CHECK(parts(150, "x").empty());
}

}  // namespace
}  // namespace iso8583::test
