#include "iso8583/framing.hpp"

#include <algorithm>

#include "support.hpp"

namespace iso8583::test {
namespace {

Bytes framed(const FramingOptions& options, std::string_view header, std::string_view payload) {
  Bytes bytes(frame_header_size(options));
  const auto size = write_frame_header(options, to_bytes(header), payload.size(), bytes);
  REQUIRE(value_of(size) == bytes.size());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

// Gives the stream to a reader in pieces of `piece` bytes; what it found, headers and payloads.
std::vector<std::string> read_all(const FramingOptions& options, const Bytes& stream,
                                  std::size_t piece) {
  FrameReader reader(options);
  std::vector<std::string> found;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t wanted = std::min(piece, stream.size() - at);
    const std::span<std::uint8_t> space = reader.prepare(wanted);
    REQUIRE_FALSE(space.empty());
    REQUIRE(space.size() <= wanted);
    std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(at), space.size(), space.begin());
    reader.commit(space.size());
    at += space.size();
    while (true) {
      const auto frame = reader.next();
      REQUIRE(is_ok(frame));
      if (!*frame) break;
      const auto& [header, payload] = **frame;
      found.push_back(std::string(header.begin(), header.end()) + "|" +
                      std::string(payload.begin(), payload.end()));
    }
  }
  CHECK(reader.is_between_frames());
  return found;
}

FramingError read_error(const FramingOptions& options, const Bytes& stream) {
  FrameReader reader(options);
  std::ranges::copy(stream, reader.prepare(stream.size()).begin());
  reader.commit(stream.size());
  const auto frame = reader.next();
  REQUIRE_FALSE(is_ok(frame));
  // It stays: the place of the next frame is lost.
  CHECK(reader.next().error() == frame.error());
  return frame.error();
}

constexpr LengthHeader length_headers[] = {LengthHeader::be16, LengthHeader::be32,
                                           LengthHeader::ascii4, LengthHeader::bcd2};

TEST_CASE("framing: every header reads what it writes, in reads of every size", "[iso8583]") {
  for (const LengthHeader length_header : length_headers) {
    for (const bool includes_itself : {false, true}) {
      for (const std::string header : {"", "60abc"}) {
        const FramingOptions options{.length_header = length_header,
                                     .includes_itself = includes_itself,
                                     .fixed_header_length = header.size(),
                                     .frame_length_max = 3000};
        const std::string longest(3000 - header.size(), 'x');
        Bytes stream;
        std::vector<std::string> expected;
        for (const std::string& payload : {std::string("0100"), std::string("a"), longest,
                                           std::string(257, 'y'), std::string("0800")}) {
          const Bytes frame = framed(options, header, payload);
          stream.insert(stream.end(), frame.begin(), frame.end());
          expected.push_back(header + "|" + payload);
        }
        for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 64U, 1000U, 3004U, 100'000U}) {
          INFO(static_cast<int>(length_header) << includes_itself << header << " " << piece);
          CHECK(read_all(options, stream, piece) == expected);
        }
      }
    }
  }
}

TEST_CASE("framing: the lengths are the documented bytes", "[iso8583]") {
  const std::string payload(0x0123, 'x');
  const auto length_of = [&payload](LengthHeader header, bool includes_itself) {
    const Bytes frame =
        framed({.length_header = header, .includes_itself = includes_itself}, "", payload);
    return to_hex(frame).substr(0, 2 * length_header_size(header));
  };
  CHECK(length_of(LengthHeader::be16, false) == "0123");
  CHECK(length_of(LengthHeader::be16, true) == "0125");
  CHECK(length_of(LengthHeader::be32, false) == "00000123");
  CHECK(length_of(LengthHeader::be32, true) == "00000127");
  CHECK(length_of(LengthHeader::ascii4, false) == "30323931");
  CHECK(length_of(LengthHeader::ascii4, true) == "30323935");
  CHECK(length_of(LengthHeader::bcd2, false) == "0291");
  CHECK(length_of(LengthHeader::bcd2, true) == "0293");
  CHECK(to_hex(framed({.fixed_header_length = 5}, "ABCDE", "0100")) ==
        "0009"
        "4142434445"
        "30313030");
}

TEST_CASE("framing: frames without a message are signs of life and skipped", "[iso8583]") {
  CHECK(read_all({},
                 from_hex("0000"
                          "0001"
                          "41"
                          "0000"
                          "0000"),
                 3) == std::vector<std::string>{"|A"});
  CHECK(read_all({.includes_itself = true},
                 from_hex("0002"
                          "0003"
                          "41"
                          "0002"),
                 100) == std::vector<std::string>{"|A"});
  CHECK(read_all({.fixed_header_length = 2},
                 from_hex("0000"
                          "0002"
                          "4142"
                          "0003"
                          "414243"),
                 100) == std::vector<std::string>{"AB|C"});
}

TEST_CASE("framing: a broken length is an error that stays", "[iso8583]") {
  using enum FramingError;
  const FramingOptions ascii4{.length_header = LengthHeader::ascii4};
  const FramingOptions bcd2{.length_header = LengthHeader::bcd2};
  CHECK(read_error(ascii4, to_bytes("00A4")) == bad_length);
  CHECK(read_error(ascii4, to_bytes("01 4")) == bad_length);
  CHECK(read_error(bcd2, from_hex("0A00")) == bad_length);
  CHECK(read_error(bcd2, from_hex("000B")) == bad_length);
  CHECK(read_error({.frame_length_max = 100}, from_hex("0065")) == length_above_max);
  CHECK(read_error({.length_header = LengthHeader::be32}, from_hex("FFFFFFFF")) ==
        length_above_max);
  CHECK(read_error({.includes_itself = true}, from_hex("0001")) == length_below_header);
  CHECK(read_error({.includes_itself = true}, from_hex("0000")) == length_below_header);
  CHECK(read_error({.fixed_header_length = 5}, from_hex("0004")) == length_below_header);
}

TEST_CASE("framing: a reader never holds more than one frame of the longest kind", "[iso8583]") {
  FrameReader reader({.length_header = LengthHeader::be16, .frame_length_max = 100});
  CHECK(reader.prepare(1'000'000).size() == 102);
  const Bytes start = from_hex("0064");
  std::ranges::copy(start, reader.prepare(1000).begin());
  reader.commit(2);
  REQUIRE(is_ok(reader.next()));
  CHECK(reader.prepare(1'000'000).size() == 100);
  CHECK_FALSE(reader.is_between_frames());
}

TEST_CASE("framing: what the length header cannot say is not written", "[iso8583]") {
  Bytes out(100);
  const auto fits = [&out](LengthHeader header, std::size_t size, bool includes_itself) {
    const FramingOptions options{
        .length_header = header, .includes_itself = includes_itself, .frame_length_max = 1'000'000};
    return is_ok(write_frame_header(options, {}, size, out));
  };
  CHECK(fits(LengthHeader::be16, 65'535, false));
  CHECK_FALSE(fits(LengthHeader::be16, 65'534, true));
  CHECK_FALSE(fits(LengthHeader::be16, 65'536, false));
  CHECK(fits(LengthHeader::ascii4, 9'995, true));
  CHECK_FALSE(fits(LengthHeader::ascii4, 9'996, true));
  CHECK_FALSE(fits(LengthHeader::bcd2, 10'000, false));
  CHECK(fits(LengthHeader::be32, 1'000'000, false));
  CHECK_FALSE(fits(LengthHeader::be32, 1'000'001, false));

  SECTION("nor a header of another size, nor into too small an output") {
    CHECK_FALSE(is_ok(write_frame_header({.fixed_header_length = 5}, to_bytes("1234"), 1, out)));
    Bytes small(6);
    CHECK_FALSE(is_ok(write_frame_header({.fixed_header_length = 5}, to_bytes("12345"), 1, small)));
  }
}

TEST_CASE("framing: the headers have the names of the config file", "[iso8583]") {
  CHECK(parse_length_header("be16") == LengthHeader::be16);
  CHECK(parse_length_header("be32") == LengthHeader::be32);
  CHECK(parse_length_header("ascii4") == LengthHeader::ascii4);
  CHECK(parse_length_header("bcd2") == LengthHeader::bcd2);
  CHECK_FALSE(parse_length_header("le16").has_value());
}

}  // namespace
}  // namespace iso8583::test
