#include <utility>

#include "support.hpp"

namespace iso8583::test {
namespace {

TEST_CASE("message: fields are set, found, erased and walked in order", "[iso8583]") {
  Message message;
  CHECK(message.mti().empty());
  CHECK(message.next_field(0) == 0);

  for (const int field : {192, 2, 64, 65, 128, 129}) message.set(field, "x");
  std::vector<int> walked;
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    walked.push_back(field);
  }
  CHECK(walked == std::vector<int>{2, 64, 65, 128, 129, 192});

  message.erase(65);
  CHECK_FALSE(message.has(65));
  CHECK(message.get(65).empty());
  CHECK(message.next_field(64) == 128);

  SECTION("an empty field is present") {
    message.set(32, "");
    CHECK(message.has(32));
    CHECK(message.get(32).empty());
  }
  SECTION("numbers outside 2 to 192 are absent") {
    for (const int field : {-1, 0, 1, 193, 100'000}) {
      CHECK_FALSE(message.has(field));
      CHECK(message.get(field).empty());
      message.erase(field);
    }
    CHECK(message.next_field(-5) == 2);
    CHECK(message.next_field(192) == 0);
  }
  SECTION("reset drops all of it") {
    message.set_mti("0100");
    message.reset();
    CHECK(message.mti().empty());
    CHECK(message.next_field(0) == 0);
  }
}

TEST_CASE("message: only four characters are an MTI", "[iso8583]") {
  Message message;
  message.set_mti("0100");
  CHECK(message.mti() == "0100");
  message.set_mti("01000");
  CHECK(message.mti().empty());
}

TEST_CASE("message: a move takes converted fields along and empties the source", "[iso8583]") {
  const Dialect& packed = dialect("iso87-binary");
  const Bytes frame = encoded(packed, "0100", {{2, "4111111111111111"}, {11, "000101"}});
  Message source;
  REQUIRE(is_ok(decode(packed, frame, source)));

  Message target = std::move(source);
  CHECK(target.mti() == "0100");
  CHECK(target.get(2) == "4111111111111111");
  CHECK(target.get(11) == "000101");
  CHECK(source.mti().empty());  // NOLINT(bugprone-use-after-move): it is specified
  CHECK(source.next_field(0) == 0);
}

TEST_CASE("message: one message is decoded into again and again", "[iso8583]") {
  const Dialect& packed = dialect("iso87-binary");
  Message message;
  for (const char* stan : {"000101", "000102"}) {
    const Bytes frame = encoded(packed, "0800", {{7, "0607173500"}, {11, stan}, {70, "301"}});
    REQUIRE(is_ok(decode(packed, frame, message)));
    CHECK(message.get(11) == stan);
    CHECK(fields_of(message).size() == 3);
  }
}

}  // namespace
}  // namespace iso8583::test
