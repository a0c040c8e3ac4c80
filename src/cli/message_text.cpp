#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>
#include <vector>

#include "cli/failure.hpp"
#include "cli/message.hpp"
#include "config/dialects.hpp"
#include "iso8583/describe.hpp"
#include "iso8583/mask.hpp"
#include "trace/value.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;
using iso8583::Dialect;

constexpr std::size_t message_size_max = 64 * 1024;

std::string read_stdin() {
  std::string text;
  char piece[4096];
  while (const std::size_t size = std::fread(piece, 1, sizeof piece, stdin)) {
    text.append(piece, size);
  }
  return text;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// As a capture has it: a frame of be16.
bool begins_with_length(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  const auto high = static_cast<unsigned char>(bytes[0]);
  const auto low = static_cast<unsigned char>(bytes[1]);
  return std::size_t{high} * 256 + low == bytes.size() - 2;
}

// Whether the parts of a card number may lie in fields that are others in truth: it is somewhere in
// the bytes, and not where it should be.
bool may_be_misread(std::string_view bytes, const iso8583::Message& message) {
  if (begins_with_length(bytes)) return true;
  if (iso8583::is_luhn_valid(message.get(2))) return false;
  return iso8583::mask_tlv_value(0, bytes).find('*') != std::string::npos;
}

// Hex where there is nothing else but blanks.
std::string message_bytes(const std::string& input, bool is_raw) {
  if (is_raw) return input;
  std::string digits = input;
  std::erase_if(digits, is_blank);
  auto bytes = trace::bytes_from_hex(digits);
  return bytes && !bytes->empty() ? *bytes : input;
}

Result<Dialect> dialect_called(const std::string& name) {
  auto dialect = find_dialect(name, {});
  if (!dialect) return Failure{exit_bad_usage, iso8583::to_string(dialect.error())};
  return std::move(*dialect);
}

// Flat, so that `message encode` reads it back.
json::object message_json(const Dialect& dialect, const iso8583::Message& message,
                          iso8583::DescribeOptions options) {
  json::object object;
  if (!message.mti().empty()) object["mti"] = message.mti();
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    object[std::to_string(field)] =
        iso8583::field_text(dialect, field, message.get(field), options);
  }
  return object;
}

Result<iso8583::OwnedMessage> message_from_json(const Dialect& dialect, const std::string& text) {
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) return Failure{exit_failed, "stdin is no JSON object"};
  iso8583::OwnedMessage owned;
  for (const auto& [key, content] : value.get_object()) {
    const std::string_view name = key;
    if (!content.is_string()) {
      return Failure{exit_failed, fmt::format("'{}' must be a string", name)};
    }
    const std::string_view field_content = content.get_string();
    if (name == "mti") {
      owned.message.set_mti(field_content);
      continue;
    }
    int field = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), field);
    if (error != std::errc{} || end != name.data() + name.size()) {
      return Failure{exit_failed, fmt::format("'{}' is neither mti nor a field's number", name)};
    }
    const auto set = iso8583::set_field_text(dialect, owned, field, field_content);
    if (!set) return Failure{exit_failed, iso8583::to_string(set.error())};
  }
  return owned;
}

Result<iso8583::OwnedMessage> read_message(const Dialect& dialect, const std::string& text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  if (first != text.end() && *first == '{') return message_from_json(dialect, text);
  auto owned = iso8583::parse_description(dialect, text);
  if (!owned) return Failure{exit_failed, iso8583::to_string(owned.error())};
  return std::move(*owned);
}

}  // namespace

int describe_message(const MessageOptions& options) {
  constexpr std::string_view command = "message describe";
  const auto dialect = dialect_called(options.dialect);
  if (!dialect) return fail(command, dialect.error());
  const std::string bytes = message_bytes(read_stdin(), options.raw);
  if (bytes.empty()) return fail(command, {exit_failed, "stdin is empty"});
  iso8583::Message message;
  const auto decoded = iso8583::decode(
      *dialect, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, message);
  const bool hides_values = !decoded && may_be_misread(bytes, message);
  const iso8583::DescribeOptions describe_options{options.unmask, hides_values, message.get(2)};
  if (options.json) {
    fmt::print("{}\n", json::serialize(message_json(*dialect, message, describe_options)));
  } else {
    fmt::print("{}", iso8583::describe(*dialect, message, describe_options));
  }
  if (decoded) return exit_success;
  std::fflush(stdout);
  std::string reason = iso8583::to_string(decoded.error());
  if (begins_with_length(bytes)) {
    reason += "; the first two bytes are the length of the rest: a frame's header is no part of it";
  }
  return fail(command, {exit_failed, reason});
}

int encode_message(const MessageOptions& options) {
  constexpr std::string_view command = "message encode";
  const auto dialect = dialect_called(options.dialect);
  if (!dialect) return fail(command, dialect.error());
  const auto owned = read_message(*dialect, read_stdin());
  if (!owned) return fail(command, owned.error());
  std::vector<std::uint8_t> out(message_size_max);
  const auto size = iso8583::encode(*dialect, owned->message, out);
  if (!size) return fail(command, {exit_failed, iso8583::to_string(size.error())});
  const std::string_view bytes(reinterpret_cast<const char*>(out.data()), *size);
  if (options.raw) {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  } else {
    fmt::print("{}\n", trace::hex_from_bytes(bytes));
  }
  return exit_success;
}

}  // namespace holdfast::cli
