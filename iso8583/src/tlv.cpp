// BER-TLV as EMV uses it: ISO/IEC 8825-1 tags and definite lengths.
#include <fmt/format.h>

#include <algorithm>

#include "bytes.hpp"
#include "iso8583/composite.hpp"

namespace iso8583 {
namespace {

constexpr std::size_t tag_size_max = 4;
constexpr std::size_t value_size_max = 0xFFFF;  // what 82 and two bytes can say

std::size_t tag_size(std::uint32_t tag) {
  return tag > 0xFFFFFF ? 4 : tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
}

// A tag as TlvReader would read it, so that what is written can be read back.
bool is_tag(std::uint32_t tag) {
  const std::size_t size = tag_size(tag);
  const auto byte = [tag, size](std::size_t i) { return tag >> 8 * (size - 1 - i) & 0xFF; };
  if (tag == 0 || (size > 1) != ((byte(0) & 0x1F) == 0x1F)) return false;
  for (std::size_t i = 1; i < size; ++i) {
    if ((i + 1 < size) != ((byte(i) & 0x80) != 0)) return false;
  }
  return true;
}

}  // namespace

std::string_view describe(CompositeErrorCode code) {
  switch (code) {
    case CompositeErrorCode::bad_tag:
      return "no tag";
    case CompositeErrorCode::bad_length:
      return "no length";
    case CompositeErrorCode::truncated:
      return "the value is cut short";
    case CompositeErrorCode::too_long:
      return "too long";
  }
  return "unknown";
}

std::string to_string(const CompositeError& error) {
  return fmt::format("offset {}: {}", error.offset, describe(error.code));
}

bool Tlv::is_constructed() const {
  return (tag >> 8 * (tag_size(tag) - 1) & 0x20) != 0;
}

boost::system::result<std::optional<Tlv>, CompositeError> TlvReader::next() {
  while (position_ < bytes_.size() && bytes_[position_] == '\0') ++position_;
  if (position_ == bytes_.size()) return std::optional<Tlv>();
  const std::size_t begin = position_;
  const auto tag = read_tag();
  const auto length = tag ? read_length() : tag.error();
  if (!length) {
    position_ = begin;
    return length.error();
  }
  if (*length > bytes_.size() - position_) {
    position_ = begin;
    return CompositeError{CompositeErrorCode::truncated, begin};
  }
  object_offset_ = begin;
  value_offset_ = position_;
  position_ += *length;
  return std::optional<Tlv>(Tlv{*tag, bytes_.substr(value_offset_, *length)});
}

// A first byte that ends in five ones goes on as long as the top bit is set.
boost::system::result<std::uint32_t, CompositeError> TlvReader::read_tag() {
  const std::size_t begin = position_;
  std::uint32_t tag = as_byte(bytes_[position_++]);
  bool goes_on = (tag & 0x1F) == 0x1F;
  while (goes_on) {
    if (position_ == bytes_.size() || position_ - begin == tag_size_max) {
      return CompositeError{CompositeErrorCode::bad_tag, begin};
    }
    const std::uint8_t byte = as_byte(bytes_[position_++]);
    tag = tag << 8 | byte;
    goes_on = (byte & 0x80) != 0;
  }
  return tag;
}

boost::system::result<std::size_t, CompositeError> TlvReader::read_length() {
  const CompositeError error{CompositeErrorCode::bad_length, position_};
  if (position_ == bytes_.size()) return error;
  std::size_t length = as_byte(bytes_[position_++]);
  if (length < 0x80) return length;
  std::size_t more = length - 0x80;
  if (more < 1 || more > 2 || bytes_.size() - position_ < more) return error;
  for (length = 0; more != 0; --more) length = length << 8 | as_byte(bytes_[position_++]);
  return length;
}

boost::system::result<std::vector<Tlv>, CompositeError> parse_tlv(std::string_view bytes) {
  std::vector<Tlv> objects;
  TlvReader reader(bytes);
  while (true) {
    const auto object = reader.next();
    if (!object) return object.error();
    if (!*object) return objects;
    objects.push_back(**object);
  }
}

std::optional<std::string_view> find_tlv(std::string_view bytes, std::uint32_t tag) {
  TlvReader reader(bytes);
  for (auto object = reader.next(); object && *object; object = reader.next()) {
    if ((*object)->tag == tag) return (*object)->value;
  }
  return std::nullopt;
}

boost::system::result<std::string, CompositeError> write_tlv(std::span<const Tlv> objects) {
  std::string bytes;
  for (const Tlv& object : objects) {
    if (!is_tag(object.tag)) return CompositeError{CompositeErrorCode::bad_tag, bytes.size()};
    const std::size_t size = object.value.size();
    if (size > value_size_max) return CompositeError{CompositeErrorCode::too_long, bytes.size()};
    for (std::size_t i = tag_size(object.tag); i-- > 0;) {
      bytes += static_cast<char>(object.tag >> 8 * i & 0xFF);
    }
    if (size > 0xFF) {
      bytes += '\x82';
      bytes += static_cast<char>(size >> 8);
    } else if (size > 0x7F) {
      bytes += '\x81';
    }
    bytes += static_cast<char>(size & 0xFF);
    bytes += object.value;
  }
  return bytes;
}

}  // namespace iso8583
