// Fields inside a field: positional parts, BER-TLV (chip data, DE55) and PDS (Mastercard's
// tag-length-value text in DE48 and its overflow fields). Readers are views, they copy nothing.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iso8583/dialect.hpp"

namespace iso8583 {

enum class CompositeErrorCode : std::uint8_t {
  bad_tag,     // no tag here, or one longer than four bytes
  bad_length,  // no length here, or a form that is not supported
  truncated,   // the value goes past the end
  too_long,    // writing: the value does not fit its length, or the list its carriers
};

struct CompositeError {
  CompositeErrorCode code;
  std::size_t offset;  // in the field: where the tag or the length begins

  friend bool operator==(const CompositeError&, const CompositeError&) = default;
};

std::string_view describe(CompositeErrorCode code);
// A line for logs, such as "offset 12: the value is cut short".
std::string to_string(const CompositeError& error);

// One BER-TLV object. The tag is its bytes as a number, 0x9F26 for 9F 26.
struct Tlv {
  std::uint32_t tag;
  std::string_view value;

  bool is_constructed() const;
  friend bool operator==(const Tlv&, const Tlv&) = default;
};

// Walks a list of BER-TLV objects: tags of up to four bytes, lengths in one byte or behind 81
// and 82. Zero bytes between objects are filling (EMV book 3, annex B) and skipped.
class TlvReader {
 public:
  explicit TlvReader(std::string_view bytes) : bytes_(bytes) {}
  // The next object, nothing at the end. An error stays.
  boost::system::result<std::optional<Tlv>, CompositeError> next();
  // Where the object that next() returned last begins, and where its value does.
  std::size_t object_offset() const { return object_offset_; }
  std::size_t value_offset() const { return value_offset_; }

 private:
  boost::system::result<std::uint32_t, CompositeError> read_tag();
  boost::system::result<std::size_t, CompositeError> read_length();

  std::string_view bytes_;
  std::size_t position_ = 0;
  std::size_t object_offset_ = 0;
  std::size_t value_offset_ = 0;
};

// Every object in order, unknown and repeated ones too.
boost::system::result<std::vector<Tlv>, CompositeError> parse_tlv(std::string_view bytes);
// The first object with this tag, as far as the list can be read.
std::optional<std::string_view> find_tlv(std::string_view bytes, std::uint32_t tag);
// The objects one behind the other, with the shortest form of each length.
boost::system::result<std::string, CompositeError> write_tlv(std::span<const Tlv> objects);

// One private data subelement: a tag of four digits and up to 999 characters.
struct Pds {
  int tag;
  std::string_view value;
  friend bool operator==(const Pds&, const Pds&) = default;
};

// The PDS of a message, over all its carriers in the dialect's order. One that is cut by the end of
// a full carrier goes on in the next. Values are valid as long as the message and the reader, or a
// copy of it.
class PdsReader {
 public:
  PdsReader(const Dialect& dialect, const Message& message);
  // From the text of a single field.
  explicit PdsReader(std::string_view text) : text_(text) {}

  // The next PDS, nothing at the end. An error stays; its field() is the carrier.
  boost::system::result<std::optional<Pds>, CompositeError> next();
  // The first PDS with this tag from the start, as far as the lists can be read.
  std::optional<std::string_view> find(int tag) const;
  // The carrier that next() read from last; 0 for a single text.
  int field() const;

 private:
  std::span<const int> carriers_;
  const Message* message_ = nullptr;
  std::shared_ptr<const std::string> joined_;  // of all carriers, where one goes on in the next
  std::string_view text_;
  std::size_t carrier_ = 0;
  std::size_t position_ = 0;
};

// The texts of the carriers in order, each at most 999 characters and no PDS cut in two.
// `carrier_count` is how many there are; a list that does not fit is too_long, with the number of
// the PDS as offset.
boost::system::result<std::vector<std::string>, CompositeError> write_pds(
    std::span<const Pds> list, std::size_t carrier_count);

// One positional part of a field.
struct SubfieldValue {
  std::string_view name;
  std::string_view value;  // shorter than its length, or absent, where the field ends early
};

// The parts of a field that are there, by the dialect's `subfields`; what is behind the last one
// comes as a part without a name.
std::vector<SubfieldValue> split_subfields(const Dialect& dialect, int field,
                                           std::string_view text);

}  // namespace iso8583
