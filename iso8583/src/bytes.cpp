#include "bytes.hpp"

namespace iso8583 {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

}  // namespace

std::uint8_t hex_value(char c) {
  if (is_digit(c)) return static_cast<std::uint8_t>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return 0xFF;
}

bool hex_to_bytes(const char* hex, std::size_t size, char* bytes) {
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint32_t four = 0;
    if (!hex_to_4_bytes(load_8(hex + i), four)) return false;
    std::memcpy(bytes + i / 2, &four, 4);
  }
  for (; i < size; i += 2) {
    const std::uint8_t high = hex_value(hex[i]);
    const std::uint8_t low = hex_value(hex[i + 1]);
    if ((high | low) > 15) return false;
    bytes[i / 2] = static_cast<char>(high << 4 | low);
  }
  return true;
}

void bytes_to_hex(const char* bytes, std::size_t size, char* hex) {
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    const std::uint64_t eight = bytes_to_8_hex(load_4(bytes + i));
    std::memcpy(hex + 2 * i, &eight, 8);
  }
  for (; i < size; ++i) {
    hex[2 * i] = hex_digits[as_byte(bytes[i]) >> 4];
    hex[2 * i + 1] = hex_digits[as_byte(bytes[i]) & 15];
  }
}

void unpack(const char* packed, std::size_t size, char* characters) {
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    const std::uint64_t eight = unpack_8(load_4(packed + i));
    std::memcpy(characters + 2 * i, &eight, 8);
  }
  for (; i < size; ++i) {
    characters[2 * i] = static_cast<char>('0' + (as_byte(packed[i]) >> 4));
    characters[2 * i + 1] = static_cast<char>('0' + (packed[i] & 15));
  }
}

std::string to_hex(std::string_view bytes) {
  std::string hex(2 * bytes.size(), '0');
  bytes_to_hex(bytes.data(), bytes.size(), hex.data());
  return hex;
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace iso8583
