// What several tests of the codec need.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace iso8583::test {

using Bytes = std::vector<std::uint8_t>;
using Fields = std::map<int, std::string>;

inline constexpr std::string_view dialect_names[] = {
    "iso87-ascii", "iso87-ascii-binary", "iso87-binary",   "iso87-ebcdic",
    "iso93-ascii", "iso93-binary",       "mastercard-ipm", "mastercard-ipm-ebcdic",
};

template <class Result>
bool is_ok(const Result& result) {
  return result.has_value();
}

template <class Result>
auto value_of(const Result& result) {
  REQUIRE(result.has_value());
  return *result;
}

std::string source_path(std::string_view path);
// A dialect of config/dialects; a failure to load it fails the test.
const Dialect& dialect(std::string_view name);
Dialect dialect_from(std::string_view toml);

Bytes from_hex(std::string_view hex);
std::string to_hex(std::span<const std::uint8_t> bytes);
Bytes to_bytes(std::string_view text);
// Raw bytes as the logical text of a binary field.
std::string raw(std::string_view hex);

// `fields` must outlive the message's use of them.
void fill(Message& message, std::string_view mti, const Fields& fields);
void fill(Message& message, std::string_view mti, Fields&& fields) = delete;
Fields fields_of(const Message& message);
Bytes encoded(const Dialect& dialect, const Message& message);
Bytes encoded(const Dialect& dialect, std::string_view mti, const Fields& fields);

// A field's content that the codec must take, of any length the dialect allows.
std::string random_content(const FieldSpec& spec, std::mt19937& random);
// A message of random fields with such content.
Fields random_fields(const Dialect& dialect, std::mt19937& random);

}  // namespace iso8583::test

namespace iso8583 {

std::ostream& operator<<(std::ostream& out, const CodecError& error);

}  // namespace iso8583
