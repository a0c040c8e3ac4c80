// A dialect is the field table of one link or file format: what each field is, and how it is
// written on the wire. Dialects are data, TOML files in config/dialects/; docs/wire.md explains
// every key. A Dialect never changes once it is loaded, so threads may share one.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iso8583/message.hpp"

namespace iso8583 {

// What a field holds, in the standard's notation.
enum class FieldKind : std::uint8_t {
  none,  // not defined in this dialect
  n,     // digits
  a,     // letters and blanks
  an,    // letters, digits and blanks
  ans,   // printable text
  z,     // track 2 and 3 characters: digits : ; < = > ? and D
  b,     // bytes
  xn,    // x+n: C or D, then digits
};

// How a field, the MTI or a length is written on the wire.
enum class Encoding : std::uint8_t {
  ascii,   // characters, latin-1
  ebcdic,  // characters, code page 500
  bcd,     // packed digits, two to a byte
  binary,  // raw bytes; a length: big-endian binary
  hex,     // bytes as hex characters
};

// Where the spare nibble of an odd count of packed digits is, and what it holds.
enum class Padding : std::uint8_t { left_zero, right_zero, right_f };

// What a length prefix counts, where the two differ: packed digits (the logical text's size)
// or the bytes on the wire.
enum class LengthUnit : std::uint8_t { logical, wire };

enum class Composite : std::uint8_t { none, subfields, tlv, pds };
enum class Sensitivity : std::uint8_t { none, pan, track, secret };

// 16 bytes, so that the table is indexed by a shift.
struct alignas(16) FieldSpec {
  FieldKind kind = FieldKind::none;
  Encoding encoding = Encoding::ascii;
  Encoding length_encoding = Encoding::ascii;
  std::uint8_t length_digits = 0;  // 0 fixed, 2 LL, 3 LLL …
  std::uint8_t length_size = 0;    // bytes of the prefix on the wire, 0 for a fixed field
  LengthUnit length_unit = LengthUnit::logical;
  Padding padding = Padding::left_zero;
  Composite composite = Composite::none;
  Sensitivity sensitivity = Sensitivity::none;
  bool repeated = false;         // subfields: the group comes again until the field ends
  bool is_plain = false;         // set by Dialect: in ASCII, characters of one sort; the fast way
  std::uint16_t length_min = 0;  // of the logical text: digits, characters, bytes; the sign of
  std::uint16_t length_max = 0;  // an x+n counts. A fixed field has both the same.

  bool is_fixed() const { return length_size == 0; }
  bool is_binary() const { return kind == FieldKind::b; }
};

static_assert(sizeof(FieldSpec) == 16);

struct Subfield {
  std::string name;
  std::uint16_t length;
};

enum class FirstBit : std::uint8_t {
  when_secondary,  // set when the secondary bitmap has a bit
  always,
  never,
};

struct WireFormat {
  Encoding mti = Encoding::ascii;
  Encoding bitmap = Encoding::hex;  // hex or binary
  bool bitmap_is_fixed = false;     // always primary and secondary, 16 bytes
  FirstBit first_bit = FirstBit::when_secondary;
  bool accepts_control_characters = false;  // in kind ans
};

enum class AuthorizationKind : std::uint8_t { final, preauthorization, incremental };

// The private-use meanings that standards leave to each network. A field number of 0 means that
// the dialect does not carry it. Positions are 1-based.
struct Semantics {
  int lifecycle_id_field = 0;
  int lifecycle_id_position = 1;  // the id begins here; blanks around it do not count

  struct {
    int field = 0;
    int position = 1;
    std::string value = "1";
  } partial_approval;

  struct {
    int field = 0;
    int position = 1;
    std::vector<std::string> final;
    std::vector<std::string> preauthorization;
    std::vector<std::string> incremental;
  } authorization_kind;

  // Empty when the message carries none.
  std::string_view lifecycle_id(const Message& message) const;
  bool takes_partial_approval(const Message& message) const;
  // `final` when the message does not say, or says something unknown.
  AuthorizationKind kind_of(const Message& message) const;
};

// The content of a dialect, as the loader builds it.
struct DialectTable {
  std::string name;
  WireFormat wire;
  Semantics semantics;
  std::array<FieldSpec, field_number_max + 1> fields{};
  std::array<std::string, field_number_max + 1> names;
  std::array<std::vector<Subfield>, field_number_max + 1> subfields;
};

class Dialect {
 public:
  explicit Dialect(DialectTable table);

  std::string_view name() const { return table_.name; }
  const WireFormat& wire() const { return table_.wire; }
  const Semantics& semantics() const { return table_.semantics; }

  // Null where the dialect has no such field.
  const FieldSpec* field(int number) const {
    if (number < field_number_min || number > field_number_max) return nullptr;
    const FieldSpec& spec = table_.fields[static_cast<std::size_t>(number)];
    return spec.kind == FieldKind::none ? nullptr : &spec;
  }
  std::string_view field_name(int number) const;
  // The positional parts of a field; empty where it has none.
  std::span<const Subfield> subfields(int number) const;
  // The fields that carry PDS, in the order in which a PDS list goes on from one to the next.
  std::span<const int> pds_carriers() const { return pds_carriers_; }
  int field_highest() const { return field_highest_; }

 private:
  friend class Decoder;
  friend class Encoder;

  DialectTable table_;
  std::vector<int> pds_carriers_;
  std::array<std::uint64_t, field_number_max / 64> defined_{};  // as in a bitmap
  int field_highest_ = 0;
};

struct DialectError {
  std::string file;
  std::string key;  // such as "fields.4.format"; empty for the file as a whole
  std::string reason;
};

// "iso87-ascii.toml: fields.4.format: …"
std::string to_string(const DialectError& error);

// Reads a dialect file; `extends` names another file of the same folder, without ".toml".
boost::system::result<Dialect, DialectError> load_dialect(const std::filesystem::path& file);

// One of config/dialects/, as it was when this was built; `name` is without ".toml".
boost::system::result<Dialect, DialectError> load_shipped_dialect(const std::string& name);

// The same from text. `base_directory` is where `extends` looks; `source_name` is for errors.
boost::system::result<Dialect, DialectError> parse_dialect(
    std::string_view text, const std::filesystem::path& base_directory,
    std::string_view source_name = "dialect");

}  // namespace iso8583
