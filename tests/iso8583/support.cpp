#include "support.hpp"

#include <algorithm>
#include <ostream>

namespace iso8583::test {
namespace {

std::string random_text(std::string_view alphabet, std::size_t size, std::mt19937& random) {
  std::uniform_int_distribution<std::size_t> index(0, alphabet.size() - 1);
  std::string text(size, ' ');
  for (char& c : text) c = alphabet[index(random)];
  return text;
}

// Every character that the kind allows, as often as the test likes it to come up.
std::string alphabet_of(const FieldSpec& spec) {
  const std::string digits = "0123456789";
  const std::string letters = "ABCXYZabcxyz ";
  switch (spec.kind) {
    case FieldKind::n:
      return digits;
    case FieldKind::a:
      return letters;
    case FieldKind::an:
      return digits + letters;
    // A packed D comes back as the separator that it is.
    case FieldKind::z:
      return digits + ":;<=>?" + (spec.encoding == Encoding::bcd ? "" : "D");
    default:
      break;
  }
  std::string all;
  for (int c = spec.kind == FieldKind::b ? 0 : 0x20; c < 256; ++c) {
    if (c != 0x7F || spec.kind == FieldKind::b) all += static_cast<char>(c);
  }
  return all;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

}  // namespace

std::string source_path(std::string_view path) {
  return std::string(HOLDFAST_SOURCE_DIR) + "/" + std::string(path);
}

const Dialect& dialect(std::string_view name) {
  static std::map<std::string, Dialect, std::less<>> loaded;
  auto found = loaded.find(name);
  if (found == loaded.end()) {
    auto result = load_dialect(source_path("config/dialects/" + std::string(name) + ".toml"));
    if (!result) FAIL(to_string(result.error()));
    found = loaded.emplace(name, std::move(*result)).first;
  }
  return found->second;
}

Dialect dialect_from(std::string_view toml) {
  auto result = parse_dialect(toml, source_path("config/dialects"));
  if (!result) FAIL(to_string(result.error()));
  return std::move(*result);
}

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(nibble(hex[i]) * 16 + nibble(hex[i + 1])));
  }
  return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string hex;
  for (const std::uint8_t byte : bytes) {
    hex += "0123456789ABCDEF"[byte >> 4];
    hex += "0123456789ABCDEF"[byte & 15];
  }
  return hex;
}

Bytes to_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

std::string raw(std::string_view hex) {
  const Bytes bytes = from_hex(hex);
  return {bytes.begin(), bytes.end()};
}

void fill(Message& message, std::string_view mti, const Fields& fields) {
  message.reset();
  message.set_mti(mti);
  for (const auto& [number, text] : fields) message.set(number, text);
}

Fields fields_of(const Message& message) {
  Fields fields;
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    fields.emplace(field, message.get(field));
  }
  return fields;
}

Bytes encoded(const Dialect& dialect, const Message& message) {
  Bytes out(100'000);
  const auto size = encode(dialect, message, out);
  if (!size) FAIL(to_string(size.error()));
  out.resize(*size);
  return out;
}

Bytes encoded(const Dialect& dialect, std::string_view mti, const Fields& fields) {
  Message message;
  fill(message, mti, fields);
  return encoded(dialect, message);
}

std::string random_content(const FieldSpec& spec, std::mt19937& random) {
  std::uniform_int_distribution<std::size_t> length(spec.length_min, spec.length_max);
  std::size_t size = length(random);
  if (spec.kind == FieldKind::xn) {
    if (size == 0) return {};
    return random_text("CD", 1, random) + random_text("0123456789", size - 1, random);
  }
  // A prefix that counts bytes cannot say that the last byte has one digit only.
  if (spec.encoding == Encoding::bcd && spec.length_unit == LengthUnit::wire) size -= size % 2;
  return random_text(alphabet_of(spec), size, random);
}

Fields random_fields(const Dialect& dialect, std::mt19937& random) {
  std::uniform_int_distribution<int> percent(1, 100);
  const int density = percent(random);
  Fields fields;
  for (int number = field_number_min; number <= field_number_max; ++number) {
    const FieldSpec* const spec = dialect.field(number);
    if (spec != nullptr && percent(random) <= density) {
      fields[number] = random_content(*spec, random);
    }
  }
  return fields;
}

}  // namespace iso8583::test

namespace iso8583 {

std::ostream& operator<<(std::ostream& out, const CodecError& error) {
  return out << to_string(error);
}

}  // namespace iso8583
