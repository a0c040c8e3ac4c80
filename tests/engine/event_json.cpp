// The one place in these tests that compiles Boost.JSON.
#include <boost/json/src.hpp>
#include <catch2/catch.hpp>

#include "event_codec.hpp"
#include "samples.hpp"

using namespace engine;
using namespace engine::testing;

TEST_CASE("event JSON: every line is valid JSON, whatever bytes the texts hold",
          "[engine][codec]") {
  std::mt19937_64 random(42);
  for (std::uint64_t sequence = 1; sequence <= 500; ++sequence) {
    const std::string line = event_json(random_event(sequence, random));
    REQUIRE(line.find('\n') == std::string::npos);
    boost::system::error_code ec;
    const boost::json::value value = boost::json::parse(line, ec);
    INFO(line);
    REQUIRE_FALSE(ec);
    REQUIRE(value.at("sequence").to_number<std::uint64_t>() == sequence);
    REQUIRE(value.at("effects").is_array());
  }
}

TEST_CASE("event JSON: says what happened by name", "[engine][codec]") {
  CHECK(
      event_json(sample_event(7, sample_effects()[4])) ==
      R"({"sequence":7,"at":1772445600000000,"business_date":20515,"effects":[{"hold_reduced":)"
      R"({"id":2,"amount":3500,"fee":250,"transaction_amount":700,"cleared":-1,)"
      R"("unused":3500,"not_counted":true,"is_final":false,"status":"released","reason":"reversed","reversed":1}}]})");
}
