// Any bytes, as a frame of every dialect, as a stream of every framing, as composite fields and as
// a description. The first byte chooses, so that a corpus file keeps its meaning.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "iso8583/composite.hpp"
#include "iso8583/describe.hpp"
#include "iso8583/framing.hpp"
#include "iso8583/mask.hpp"

namespace {

using namespace iso8583;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fputs(what, stderr);
  std::abort();
}

const std::vector<Dialect>& dialects() {
  static const std::vector<Dialect> loaded = [] {
    std::vector<Dialect> all;
    for (const char* name :
         {"iso87-ascii", "iso87-ascii-binary", "iso87-binary", "iso87-ebcdic", "iso93-ascii",
          "iso93-binary", "mastercard-ipm", "mastercard-ipm-ebcdic"}) {
      auto dialect =
          load_dialect(std::string(HOLDFAST_SOURCE_DIR "/config/dialects/") + name + ".toml");
      require(dialect.has_value(), "a dialect does not load\n");
      all.push_back(std::move(*dialect));
    }
    return all;
  }();
  return loaded;
}

// What decodes must encode, and decode again to the same fields.
void fuzz_frame(const Dialect& dialect, std::span<const std::uint8_t> frame) {
  Message message;
  const auto decoded = decode(dialect, frame, message);
  (void)describe(dialect, message);
  (void)summary(dialect, message);
  if (!decoded) {
    require(decoded.error().offset <= frame.size(), "an offset outside the frame\n");
    return;
  }
  std::vector<std::uint8_t> out(2 * frame.size() + 64);
  const auto size = encode(dialect, message, out);
  require(size.has_value(), "a decoded message does not encode\n");
  Message again;
  require(decode(dialect, std::span(out).first(*size), again).has_value(),
          "an encoded message does not decode\n");
  for (int field = 0; (field = message.next_field(field)) != 0;) {
    require(again.get(field) == message.get(field), "a field changed on its way\n");
  }
}

void fuzz_stream(std::uint8_t choice, std::span<const std::uint8_t> stream) {
  FrameReader reader({.length_header = static_cast<LengthHeader>(choice & 3),
                      .includes_itself = (choice & 4) != 0,
                      .fixed_header_length = (choice & 8) != 0 ? 5u : 0u,
                      .frame_length_max = 300});
  std::size_t piece = 1;
  while (!stream.empty()) {
    const auto space = reader.prepare(std::min(piece++, stream.size()));
    require(!space.empty(), "no room to read into\n");
    std::copy_n(stream.begin(), space.size(), space.begin());
    reader.commit(space.size());
    stream = stream.subspan(space.size());
    auto frame = reader.next();
    for (; frame && *frame; frame = reader.next()) {
      require((*frame)->payload.size() <= 300, "a frame above the limit\n");
    }
    if (!frame) return;
  }
}

void fuzz_composites(std::string_view bytes) {
  if (const auto objects = parse_tlv(bytes)) {
    const auto written = write_tlv(*objects);
    require(written.has_value(), "objects that were read do not write\n");
    const auto again = parse_tlv(*written);
    require(again.has_value() && *again == *objects, "objects changed on their way\n");
  }
  (void)mask_tlv(bytes);
  (void)mask_card_numbers(bytes, true);
  (void)mask_track(bytes);
  std::vector<Pds> list;
  PdsReader reader(bytes);
  auto pds = reader.next();
  for (; pds && *pds; pds = reader.next()) list.push_back(**pds);
  (void)reader.find(105);
  (void)write_pds(list, 5);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(data + 1, size - 1);
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  const std::uint8_t choice = data[0];
  if (choice < dialects().size()) {
    fuzz_frame(dialects()[choice], rest);
  } else if (choice < 0x40) {
    (void)parse_description(dialects()[0], text);
  } else if (choice < 0x80) {
    fuzz_composites(text);
  } else {
    fuzz_stream(choice, rest);
  }
  return 0;
}
