#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "clearing/vbs.hpp"
#include "clearing_support.hpp"

namespace holdfast::clearing {
namespace {

using Records = std::vector<std::string>;

std::string written(const Records& records, const VbsOptions& options) {
  std::ostringstream out;
  VbsWriter writer(out, options);
  for (const std::string& record : records) {
    REQUIRE(writer.write(
        std::span(reinterpret_cast<const std::uint8_t*>(record.data()), record.size())));
  }
  REQUIRE(writer.finish());
  return std::move(out).str();
}

struct ReadBack {
  Records records;
  std::optional<FileErrorCode> error;
};

// The end is expected behind `end_after` records.
ReadBack read_back(std::string_view bytes, const VbsOptions& options, std::size_t end_after,
                   std::size_t read_size = 1'000'000) {
  const auto source = test::trickle_source(bytes, read_size);
  UnblockingSource unblocking(*source);
  VbsReader reader(options.blocked ? static_cast<ByteSource&>(unblocking) : *source,
                   options.prefix);
  ReadBack back;
  for (;;) {
    const auto record = reader.next(back.records.size() >= end_after);
    if (!record) {
      back.error = record.error().code;
      return back;
    }
    if (!*record) return back;
    back.records.emplace_back((*record)->begin(), (*record)->end());
  }
}

Records some_records() {
  Records records;
  for (std::size_t i = 1; i < 40; ++i) records.emplace_back(i * 53 % 900 + 1, static_cast<char>(i));
  return records;
}

TEST_CASE("vbs: the bytes are those of the format", "[clearing]") {
  using namespace std::string_literals;
  CHECK(written({"hello"}, {}) == "\0\0\0\5hello\0\0\0\0"s);
  CHECK(written({"hello"}, {LengthPrefix::rdw, false, true}) == "\0\11\0\0hello\0\0\0\0"s);
  CHECK(written({"hello"}, {LengthPrefix::vbs, false, false}) == "\0\0\0\5hello"s);
  CHECK(written({"hello"}, {LengthPrefix::vbs, true, true}) ==
        "\0\0\0\5hello\0\0\0\0"s + std::string(1014 - 13, '@'));
}

TEST_CASE("vbs: what was written is read, however the bytes arrive", "[clearing]") {
  for (const LengthPrefix prefix : {LengthPrefix::vbs, LengthPrefix::rdw}) {
    for (const bool blocked : {false, true}) {
      for (const bool closing : {false, true}) {
        const VbsOptions options{prefix, blocked, closing};
        const Records records = some_records();
        const std::string bytes = written(records, options);
        if (blocked) CHECK(bytes.size() % block_size == 0);
        for (const std::size_t read_size : {1U, 2U, 3U, 1011U, 1013U, 1014U, 65536U}) {
          const ReadBack back = read_back(bytes, options, records.size(), read_size);
          CHECK_FALSE(back.error);
          CHECK(back.records == records);
        }
      }
    }
  }
}

TEST_CASE("vbs: a stream that ends on a block's border needs no fill", "[clearing]") {
  // 4 + 1004 and the closing length fill 1012 bytes exactly.
  const Records records = {std::string(1004, 'x')};
  const std::string bytes = written(records, {LengthPrefix::vbs, true, true});
  CHECK(bytes.size() == block_size);
  CHECK(read_back(bytes, {LengthPrefix::vbs, true, true}, 1).records == records);
}

TEST_CASE("vbs: cut short is truncated, but for what ends the file", "[clearing]") {
  const Records records = {"first", "second"};
  const std::string bytes = written(records, {});
  const std::size_t end_of_records = bytes.size() - length_prefix_size;
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    INFO("cut at " << size);
    const ReadBack back = read_back(std::string_view(bytes).substr(0, size), {}, records.size());
    if (size >= end_of_records) {
      CHECK_FALSE(back.error);
      CHECK(back.records == records);
    } else if (size != 9) {  // between the records nothing shows that one is missing
      CHECK(back.error == FileErrorCode::truncated);
    }
  }
}

TEST_CASE("vbs: lengths that cannot be are errors, without reading what they state", "[clearing]") {
  using namespace std::string_literals;
  const std::string tail(200'000, 'x');
  CHECK(read_back("\x7F\xFF\xFF\xFFxx"s, {}, 9).error == FileErrorCode::truncated);
  CHECK(read_back("\0\2\0\0"s + tail, {}, 9).error == FileErrorCode::malformed_framing);
  CHECK(read_back("\0\3\0\0"s + tail, {LengthPrefix::rdw, false, true}, 9).error ==
        FileErrorCode::malformed_framing);
  CHECK(read_back("\0\11\0\1hello"s, {LengthPrefix::rdw, false, true}, 9).error ==
        FileErrorCode::malformed_framing);
  CHECK(read_back("\0\0\0\5hello\0\0\0\0more"s, {}, 9).error == FileErrorCode::malformed_framing);
}

TEST_CASE("vbs: fill behind the end is no record", "[clearing]") {
  using namespace std::string_literals;
  for (const std::string& fill : {"@"s, "@@@@@@@"s, "\0\0"s, "\0\0\0\0\0\0"s, "\n"s, "\x1A"s,
                                  "\0\0\0\0@@@@"s, std::string(5000, '@')}) {
    const ReadBack back = read_back("\0\0\0\5hello"s + fill, {}, 1);
    CHECK_FALSE(back.error);
    CHECK(back.records == Records{"hello"});
  }
  CHECK(read_back("\0\0\0\5hello@@@@x"s, {}, 1).error == FileErrorCode::malformed_framing);
}

TEST_CASE("vbs: a block with another end is malformed", "[clearing]") {
  std::string bytes = written(some_records(), {LengthPrefix::vbs, true, true});
  bytes[block_size + block_data_size] = ' ';
  CHECK(read_back(bytes, {LengthPrefix::vbs, true, true}, 39).error ==
        FileErrorCode::malformed_framing);
}

TEST_CASE("vbs: the writer refuses records that no prefix can state", "[clearing]") {
  std::ostringstream out;
  VbsWriter writer(out, {});
  CHECK_FALSE(writer.write({}));
  CHECK_FALSE(writer.write(std::vector<std::uint8_t>(message_size_max + 1)));
  CHECK(writer.write(std::vector<std::uint8_t>(message_size_max)));
}

}  // namespace
}  // namespace holdfast::clearing
