// Properties over random input. Seeds are fixed: a failure comes again.
#include <algorithm>

#include "iso8583/composite.hpp"
#include "iso8583/describe.hpp"
#include "support.hpp"

namespace iso8583::test {
namespace {

// What no shipped dialect has: a third bitmap, prefixes of every width and meaning, padding on
// the right, a fixed bitmap whose first bit is never set.
constexpr std::string_view odd_dialects[] = {
    R"(name = "third bitmap"
[encoding]
bitmap = "binary"
[fields]
2 = { format = "n..19" }
64 = { format = "b64" }
128 = { format = "a5" }
129 = { format = "ans....2000" }
150 = { format = "x+n..9" }
192 = { format = "n7" }
)",
    R"(name = "packed to the right"
[encoding]
mti = "bcd"
bitmap = "hex"
digits = "bcd"
track = "bcd"
binary = "binary"
lengths = "binary"
padding = "right-f"
[fields]
2 = { format = "n..19", length_counts = "digits" }
3 = { format = "n5" }
4 = { format = "n...400", length_size = 2, length_counts = "bytes" }
28 = { format = "x+n7" }
35 = { format = "z..37", length_min = 3 }
36 = { format = "z...104", padding = "right-zero" }
55 = { format = "b....3000" }
)",
    R"(name = "hex counted in bytes"
[encoding]
mti = "ebcdic"
bitmap = "hex32"
first_bit = "never"
text = "ebcdic"
binary = "hex"
lengths = "bcd"
[fields]
2 = { format = "n..19" }
43 = { format = "ans..99", encoding = "ascii", lengths = "ascii" }
48 = { format = "ans...999", length_size = 4 }
55 = { format = "b..99", length_counts = "bytes" }
96 = { format = "b...255", length_counts = "characters" }
128 = { format = "a...20" }
)",
};

std::vector<Dialect> all_dialects() {
  std::vector<Dialect> dialects;
  for (const std::string_view name : dialect_names) dialects.push_back(dialect(name));
  for (const std::string_view toml : odd_dialects) dialects.push_back(dialect_from(toml));
  return dialects;
}

TEST_CASE("codec: what is encoded decodes to the same message, in every dialect", "[iso8583]") {
  std::mt19937 random(8583);
  for (const Dialect& dialect : all_dialects()) {
    INFO(dialect.name());
    Message message;
    for (int i = 0; i < 500; ++i) {
      const Fields fields = random_fields(dialect, random);
      const Bytes frame = encoded(dialect, "0200", fields);
      const auto result = decode(dialect, frame, message);
      if (!result) FAIL(to_string(result.error()));
      REQUIRE(message.mti() == "0200");
      REQUIRE(fields_of(message) == fields);
      REQUIRE(encoded(dialect, message) == frame);
    }
  }
}

TEST_CASE("describe: unmasked text reads back to the same message, in every dialect", "[iso8583]") {
  std::mt19937 random(1987);
  for (const Dialect& dialect : all_dialects()) {
    INFO(dialect.name());
    for (int i = 0; i < 30; ++i) {
      const Fields fields = random_fields(dialect, random);
      Message message;
      fill(message, "1110", fields);
      const auto read = parse_description(dialect, describe(dialect, message, {.unmask = true}));
      if (!read) FAIL(to_string(read.error()));
      REQUIRE(read->message.mti() == "1110");
      REQUIRE(fields_of(read->message) == fields);
    }
  }
}

// A few changes that keep most of the frame readable, so that the walk goes deep.
void mutate(Bytes& frame, std::mt19937& random) {
  const auto below = [&random](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (std::size_t changes = 1 + below(4); changes != 0 && !frame.empty(); --changes) {
    const auto at = frame.begin() + static_cast<std::ptrdiff_t>(below(frame.size()));
    switch (below(5)) {
      case 0:
        *at = static_cast<std::uint8_t>(below(256));
        break;
      case 1:
        *at = static_cast<std::uint8_t>(*at ^ 1 << below(8));
        break;
      case 2:
        frame.erase(at, frame.end());
        break;
      case 3:
        frame.insert(at, static_cast<std::uint8_t>(below(256)));
        break;
      default:
        *at = static_cast<std::uint8_t>("09ADFf"[below(6)]);
        break;
    }
  }
}

TEST_CASE("decode: 100,000 broken frames are read or refused, never worse", "[iso8583]") {
  std::mt19937 random(100'000);
  const std::vector<Dialect> dialects = all_dialects();
  Message message;
  std::size_t refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Dialect& dialect = dialects[static_cast<std::size_t>(i) % dialects.size()];
    static Bytes original;
    if (i % 50 < static_cast<int>(dialects.size())) {
      original = encoded(dialect, "0100", random_fields(dialect, random));
    }
    Bytes frame = original;
    mutate(frame, random);
    frame.shrink_to_fit();  // so that a sanitizer sees a read behind the end
    const auto result = decode(dialect, frame, message);
    if (!result) {
      ++refused;
      REQUIRE(result.error().offset <= frame.size());
    }
    // What was read can be shown, and, where all was read, written again.
    std::size_t size = 0;
    for (const auto& [field, text] : fields_of(message)) size += text.size();
    REQUIRE(size <= 2 * frame.size());
    if (i % 100 == 0) {
      CHECK_FALSE(describe(dialect, message).size() > 400 * (frame.size() + 100));
      CHECK_FALSE(summary(dialect, message).empty());
    }
    if (result) {
      Bytes out(2 * frame.size() + 100);
      REQUIRE(is_ok(encode(dialect, message, out)));
    }
  }
  CHECK(refused > 10'000);
}

// The codec looks at eight characters at a time; here is one at a time what it has to find.
bool belongs(FieldKind kind, int c) {
  const bool is_digit = c >= '0' && c <= '9';
  const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  switch (kind) {
    case FieldKind::n:
      return is_digit;
    case FieldKind::a:
      return is_letter || c == ' ';
    case FieldKind::an:
      return is_letter || is_digit || c == ' ';
    case FieldKind::ans:
      return c >= 0x20 && c != 0x7F;
    case FieldKind::z:
      return (c >= 0x30 && c <= 0x3F) || c == 'D';
    default:
      return false;
  }
}

TEST_CASE("codec: every byte at every place is told right or wrong for its kind", "[iso8583]") {
  for (const std::string_view kind : {"n", "a", "an", "ans", "z"}) {
    const Dialect dialect =
        dialect_from("[fields]\n2 = { format = \"" + std::string(kind) + "..40\" }\n");
    const FieldKind field_kind = dialect.field(2)->kind;
    const char good = kind[0] == 'a' ? 'a' : '5';
    for (std::size_t size = 1; size <= 40; ++size) {
      const std::string prefix =
          "01004000000000000000" + std::to_string(size / 10) + std::to_string(size % 10);
      for (std::size_t place = 0; place < size; ++place) {
        std::size_t mistakes = 0;
        for (int c = 0; c < 256; ++c) {
          std::string text(size, good);
          text[place] = static_cast<char>(c);
          const Bytes frame = to_bytes(prefix + text);
          Message message;
          Bytes out(frame.size());
          const auto read = decode(dialect, frame, message);
          const bool is_read = belongs(field_kind, c)
                                   ? is_ok(read)
                                   : !read && read.error().offset == prefix.size() + place;
          message.reset();
          message.set_mti("0100");
          message.set(2, text);
          const bool is_written = is_ok(encode(dialect, message, out)) == belongs(field_kind, c);
          mistakes += !is_read || !is_written;
        }
        INFO(kind << ", size " << size << ", place " << place);
        REQUIRE(mistakes == 0);
      }
    }
  }
}

}  // namespace
}  // namespace iso8583::test
