// docs/messages.md has the table of response codes that the program has.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "link/response_codes.hpp"

using namespace holdfast;

namespace {

// The cells of a table's line: "| a | b |".
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto first = cell.find_first_not_of(' ');
    const auto last = cell.find_last_not_of(' ');
    found.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
  }
  return found;
}

}  // namespace

TEST_CASE("response codes: the documented table is the program's, in its order", "[link]") {
  std::ifstream in(HOLDFAST_SOURCE_DIR "/docs/messages.md");
  std::vector<std::vector<std::string>> documented;
  bool in_table = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("| code | 1993 |")) {
      in_table = true;
    } else if (in_table && !line.starts_with('|')) {
      break;
    } else if (in_table && !line.starts_with("| ---")) {
      documented.push_back(cells(line));
    }
  }
  const auto codes = response_codes();
  REQUIRE(documented.size() == codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    CHECK(documented[i] == std::vector<std::string>{std::string(codes[i].code_1987),
                                                    std::string(codes[i].code_1993),
                                                    std::string(engine::name(codes[i].decline)),
                                                    std::string(codes[i].meaning)});
  }
  // The engine's reasons are numbered by precedence: the table must be in that order.
  for (std::size_t i = 1; i < codes.size(); ++i) {
    const bool wire_only = codes[i].decline > engine::Decline::insufficient_funds;
    CHECK((wire_only || codes[i - 1].decline < codes[i].decline));
  }
}
