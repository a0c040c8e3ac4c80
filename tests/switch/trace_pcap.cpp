#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "trace/pcap.hpp"
#include "trace/value.hpp"

namespace trace = holdfast::trace;
using trace::Direction;
using trace::hex_from_bytes;

namespace {

const std::chrono::system_clock::time_point at{std::chrono::microseconds(1'795'165'200'000'007)};

std::string part(const std::string& bytes, std::size_t from, std::size_t size) {
  return hex_from_bytes(std::string_view(bytes).substr(from, size));
}

// The words of a header with its checksum in it sum to all ones.
bool sums_up(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint32_t byte = static_cast<std::uint8_t>(bytes[i]);
    sum += i % 2 == 0 ? byte << 8 : byte;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

}  // namespace

TEST_CASE("a capture begins with the header of classic pcap", "[trace][pcap]") {
  CHECK(hex_from_bytes(trace::pcap_file_header()) ==
        "D4C3B2A1"
        "02000400"
        "0000000000000000"
        "00000400"
        "01000000");
}

TEST_CASE("a frame is a packet with true lengths and checksums", "[trace][pcap]") {
  trace::PcapConnection connection(40'001);
  const std::string record = connection.records(Direction::sent,
                                                std::string("\0\x04"
                                                            "0800",
                                                            6),
                                                at);
  REQUIRE(record.size() == 16 + 14 + 20 + 20 + 6);
  CHECK(part(record, 0, 16) ==
        "100C006B"
        "07000000"
        "3C000000"
        "3C000000");
  CHECK(part(record, 16, 14) ==
        "020000000002"
        "020000000001"
        "0800");
  CHECK(part(record, 30, 10) ==
        "4500"
        "002E"
        "0001"
        "4000"
        "4006");
  CHECK(part(record, 42, 8) ==
        "0A000001"
        "0A000002");
  CHECK(part(record, 50, 16) ==
        "9C41"
        "2188"
        "00000001"
        "00000001"
        "5018"
        "FFFF");
  CHECK(part(record, 70, 6) == "000430383030");
  CHECK(sums_up(std::string_view(record).substr(30, 20)));
  const std::string pseudo_header = record.substr(42, 8) + std::string("\0\x06\0\x1a", 4);
  CHECK(sums_up(pseudo_header + record.substr(50)));
}

TEST_CASE("each side's sequence numbers count its bytes", "[trace][pcap]") {
  trace::PcapConnection connection(40'001);
  connection.records(Direction::sent, "12345", at);
  const std::string reply = connection.records(Direction::received, "123", at);
  CHECK(part(reply, 16, 12) ==
        "020000000001"
        "020000000002");
  CHECK(part(reply, 42, 8) ==
        "0A000002"
        "0A000001");
  CHECK(part(reply, 50, 12) ==
        "2188"
        "9C41"
        "00000001"
        "00000006");
  const std::string next = connection.records(Direction::sent, "6", at);
  CHECK(part(next, 54, 8) ==
        "00000006"
        "00000004");
}

TEST_CASE("what is longer than a packet becomes two of one stream", "[trace][pcap]") {
  trace::PcapConnection connection(40'001);
  const std::string records = connection.records(Direction::sent, std::string(0x8001, 'x'), at);
  REQUIRE(records.size() == 2 * (16 + 14 + 40) + 0x8001);
  const std::size_t second = 16 + 14 + 40 + 0x8000;
  CHECK(part(records, second + 54, 4) == "00008001");
  CHECK(records.back() == 'x');
}

TEST_CASE("a capture is its owner's alone, and says when it cannot be written", "[trace][pcap]") {
  namespace fs = std::filesystem;
  const fs::path path = fs::temp_directory_path() / "holdfast-test.pcap";
  fs::remove(path);
  trace::PcapFile file;
  REQUIRE(file.open(path.string()));
  file.add(40'001, Direction::sent, "1");
  file.add(40'002, Direction::sent, "2");
  file.add(40'001, Direction::received, "3");
  CHECK(file.close());
  CHECK(fs::file_size(path) == 24 + 3 * (16 + 54 + 1));
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  fs::remove(path);
  CHECK_FALSE(trace::PcapFile().open("/no/such/folder/x.pcap"));
}
