#include "iso8583/mti.hpp"

#include "support.hpp"

namespace iso8583::test {
namespace {

TEST_CASE("mti: the answer to each request", "[iso8583]") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"0100", "0110"}, {"0101", "0110"}, {"0120", "0130"}, {"0121", "0130"}, {"0200", "0210"},
      {"0201", "0210"}, {"0220", "0230"}, {"0221", "0230"}, {"0400", "0410"}, {"0401", "0410"},
      {"0420", "0430"}, {"0421", "0430"}, {"0500", "0510"}, {"0520", "0530"}, {"0600", "0610"},
      {"0800", "0810"}, {"0820", "0830"}, {"1100", "1110"}, {"1421", "1430"}, {"0302", "0312"},
      {"0303", "0312"}, {"0110", "0110"}, {"0430", "0430"},
  };
  for (const auto& [request, response] : rows) {
    INFO(request);
    CHECK(Mti::parse(request)->response().text() == response);
  }
}

TEST_CASE("mti: its digits have meanings and a name", "[iso8583]") {
  const Mti mti = *Mti::parse("1421");
  CHECK(mti.version() == 1);
  CHECK(mti.message_class() == 4);
  CHECK(mti.function() == 2);
  CHECK(mti.origin() == 1);
  CHECK(mti.is_request());
  CHECK(mti.is_repeat());
  CHECK(mti.without_repeat() == *Mti::parse("1420"));
  CHECK_FALSE(mti.response().is_request());

  CHECK(Mti::parse("0100")->name() == "authorization request");
  CHECK(Mti::parse("0110")->name() == "authorization response");
  CHECK(Mti::parse("0121")->name() == "authorization advice repeat");
  CHECK(Mti::parse("0430")->name() == "reversal advice response");
  CHECK(Mti::parse("0800")->name() == "network management request");
  CHECK(Mti::parse("1240")->name() == "financial notification");
  CHECK(Mti::parse("1442")->name() == "chargeback notification");
}

TEST_CASE("mti: anything but four digits is none", "[iso8583]") {
  for (const std::string_view text : {"", "010", "01000", "01A0", "01 0", "-100"}) {
    CHECK_FALSE(Mti::parse(text).has_value());
  }
}

}  // namespace
}  // namespace iso8583::test
