// From a dialect file to a DialectTable; docs/wire.md lists the keys.
#include <algorithm>
#include <array>
#include <utility>

#include "field_format.hpp"
#include "iso8583/dialect.hpp"
#include "toml_section.hpp"

namespace iso8583 {
namespace {

constexpr std::array<Choice<Encoding>, 5> encodings = {{
    {"ascii", Encoding::ascii},
    {"ebcdic", Encoding::ebcdic},
    {"bcd", Encoding::bcd},
    {"binary", Encoding::binary},
    {"hex", Encoding::hex},
}};
constexpr std::array<Choice<Padding>, 3> paddings = {{
    {"left-zero", Padding::left_zero},
    {"right-zero", Padding::right_zero},
    {"right-f", Padding::right_f},
}};
constexpr std::array<Choice<Sensitivity>, 4> sensitivities = {{
    {"none", Sensitivity::none},
    {"pan", Sensitivity::pan},
    {"track", Sensitivity::track},
    {"secret", Sensitivity::secret},
}};
constexpr std::array<Choice<Composite>, 3> composites = {{
    {"none", Composite::none},
    {"tlv", Composite::tlv},
    {"pds", Composite::pds},
}};
constexpr std::array<Choice<FirstBit>, 3> first_bits = {{
    {"when-secondary", FirstBit::when_secondary},
    {"always", FirstBit::always},
    {"never", FirstBit::never},
}};

// The dialect-wide encodings, by what they are for.
struct Encodings {
  std::string digits, text, track, binary, lengths, padding;
};

Encodings read_encodings(const Section& root, WireFormat& wire) {
  const Section section = root.section("encoding");
  section.allow_only({"mti", "bitmap", "first_bit", "digits", "text", "track", "binary", "lengths",
                      "padding", "control_characters"});
  wire.mti = section.choice("mti", encodings, "ascii", {"ascii", "ebcdic", "bcd"});
  const std::string bitmap = section.text("bitmap", "hex");
  if (bitmap != "hex" && bitmap != "binary" && bitmap != "hex32" && bitmap != "binary16") {
    section.fail("bitmap", "must be hex, binary, hex32 or binary16");
  }
  wire.bitmap = bitmap.starts_with("hex") ? Encoding::hex : Encoding::binary;
  wire.bitmap_is_fixed = bitmap == "hex32" || bitmap == "binary16";
  wire.first_bit =
      section.choice("first_bit", first_bits, wire.bitmap_is_fixed ? "always" : "when-secondary");
  if (!wire.bitmap_is_fixed && wire.first_bit != FirstBit::when_secondary) {
    section.fail("first_bit", "needs a bitmap of fixed size, hex32 or binary16");
  }
  wire.accepts_control_characters = section.flag("control_characters", false);
  const std::string text = section.text("text", "ascii");
  return {section.text("digits", text),  text,
          section.text("track", text),   section.text("binary", "hex"),
          section.text("lengths", text), section.text("padding", "left-zero")};
}

// The fields that hold card data in every version of the standard.
std::string_view usual_sensitivity(int number) {
  switch (number) {
    case 2:
    case 34:
      return "pan";
    case 35:
    case 36:
    case 45:
      return "track";
    case 52:
      return "secret";
    default:
      return "none";
  }
}

void read_encoding(const Section& section, const Encodings& usual, FieldSpec& spec) {
  switch (spec.kind) {
    case FieldKind::n:
    case FieldKind::xn:
      spec.encoding =
          section.choice("encoding", encodings, usual.digits, {"ascii", "ebcdic", "bcd"});
      break;
    case FieldKind::z:
      spec.encoding =
          section.choice("encoding", encodings, usual.track, {"ascii", "ebcdic", "bcd"});
      break;
    case FieldKind::b:
      spec.encoding = section.choice("encoding", encodings, usual.binary, {"binary", "hex"});
      break;
    case FieldKind::a:
    case FieldKind::an:
    case FieldKind::ans:
    case FieldKind::none:
      spec.encoding = section.choice("encoding", encodings, usual.text, {"ascii", "ebcdic"});
      break;
  }
  spec.padding = section.choice("padding", paddings, usual.padding);
}

// What the prefix counts, by default what most networks mean: digits, and hex characters.
LengthUnit read_length_unit(const Section& section, const FieldSpec& spec) {
  const bool is_hex = spec.encoding == Encoding::hex;
  const std::string_view usual = is_hex                           ? "characters"
                                 : spec.encoding == Encoding::bcd ? "digits"
                                                                  : "bytes";
  const std::string unit = section.text("length_counts", usual);
  if (unit == "bytes")
    return spec.encoding == Encoding::bcd ? LengthUnit::wire : LengthUnit::logical;
  if (unit == "characters" && is_hex) return LengthUnit::wire;
  if (unit == "digits" && spec.encoding == Encoding::bcd) return LengthUnit::logical;
  section.fail("length_counts", "'" + unit + "' does not go with the field's encoding");
}

void read_subfields(const Section& section, std::vector<Subfield>& subfields) {
  for (const Section& part : section.sections("subfields")) {
    part.allow_only({"name", "length"});
    const std::string name = part.text("name", "");
    const int length = part.number("length", 0, 1, variable_length_max);
    if (name.empty() || length == 0) part.fail("", "each part has a name and a length");
    subfields.push_back({name, static_cast<std::uint16_t>(length)});
  }
  if (subfields.empty()) section.fail("subfields", "must not be empty");
}

void read_field(const Section& section, int number, const Encodings& usual, DialectTable& table) {
  section.allow_only({"name", "format", "length_min", "encoding", "padding", "lengths",
                      "length_size", "length_counts", "sensitive", "composite", "subfields",
                      "repeated"});
  const auto index = static_cast<std::size_t>(number);
  FieldSpec& spec = table.fields[index];
  const std::string format_text = section.text("format", "");
  const auto format = parse_field_format(format_text);
  if (!format) section.fail("format", "'" + format_text + "' is not a field format");
  spec.kind = format->kind;
  spec.length_digits = format->length_digits;
  spec.length_max = format->length_max;
  read_encoding(section, usual, spec);
  if (spec.length_digits == 0) {
    for (const std::string_view key : {"length_min", "lengths", "length_size", "length_counts"}) {
      if (section.has(key)) section.fail(key, "the field has a fixed length");
    }
    spec.length_min = spec.length_max;
  } else {
    spec.length_min =
        static_cast<std::uint16_t>(section.number("length_min", 0, 0, spec.length_max));
    spec.length_encoding =
        section.choice("lengths", encodings, usual.lengths, {"ascii", "ebcdic", "bcd", "binary"});
    spec.length_unit = read_length_unit(section, spec);
    const auto reason = set_length_prefix(spec, section.number("length_size", 0, 1, 4));
    if (reason) section.fail("format", std::string(*reason));
  }
  spec.sensitivity = section.choice("sensitive", sensitivities, usual_sensitivity(number));
  spec.composite = section.choice("composite", composites, "none");
  if (spec.composite == Composite::tlv && spec.kind != FieldKind::b) {
    section.fail("composite", "tlv needs a field of kind b");
  }
  if (section.has("subfields")) {
    spec.composite = Composite::subfields;
    read_subfields(section, table.subfields[index]);
  }
  spec.repeated = section.flag("repeated", false);
  table.names[index] = section.text("name", "field " + std::to_string(number));
}

void read_fields(const Section& root, const Encodings& usual, DialectTable& table) {
  const Section fields = root.section("fields");
  int highest = 0;
  for (const std::string& name : fields.keys()) {
    // At most three digits, so that the number cannot overflow.
    const bool is_number = !name.empty() && name.size() <= 3 &&
                           name.find_first_not_of("0123456789") == std::string::npos;
    const int number = is_number ? std::stoi(name) : 0;
    if (number < field_number_min || number > field_number_max) {
      fields.fail(name, "field numbers go from 2 to 192");
    }
    read_field(fields.section(name), number, usual, table);
    highest = std::max(highest, number);
  }
  if (highest == 0) root.fail("fields", "a dialect needs fields");
  if (highest > 128 && table.fields[65].kind != FieldKind::none) {
    fields.fail("65", "announces the third bitmap where fields above 128 are defined");
  }
}

int read_semantic_field(const Section& section, const DialectTable& table) {
  const int field = section.number("field", 0, field_number_min, field_number_max);
  if (field == 0 || table.fields[static_cast<std::size_t>(field)].kind == FieldKind::none) {
    section.fail("field", "must be a field of this dialect");
  }
  return field;
}

void read_semantics(const Section& root, DialectTable& table) {
  const Section section = root.section("semantics");
  section.allow_only({"lifecycle_id", "partial_approval", "authorization_kind"});
  constexpr int position_max = 999;
  Semantics& semantics = table.semantics;
  if (section.has("lifecycle_id")) {
    const Section part = section.section("lifecycle_id");
    part.allow_only({"field", "position"});
    semantics.lifecycle_id_field = read_semantic_field(part, table);
    semantics.lifecycle_id_position = part.number("position", 1, 1, position_max);
  }
  if (section.has("partial_approval")) {
    const Section part = section.section("partial_approval");
    part.allow_only({"field", "position", "value"});
    semantics.partial_approval.field = read_semantic_field(part, table);
    semantics.partial_approval.position = part.number("position", 1, 1, position_max);
    semantics.partial_approval.value = part.text("value", "1");
    if (semantics.partial_approval.value.empty()) part.fail("value", "must not be empty");
  }
  if (section.has("authorization_kind")) {
    const Section part = section.section("authorization_kind");
    part.allow_only({"field", "position", "final", "preauthorization", "incremental"});
    semantics.authorization_kind.field = read_semantic_field(part, table);
    semantics.authorization_kind.position = part.number("position", 1, 1, position_max);
    semantics.authorization_kind.final = part.texts("final");
    semantics.authorization_kind.preauthorization = part.texts("preauthorization");
    semantics.authorization_kind.incremental = part.texts("incremental");
  }
}

Dialect read_dialect(const DialectText& dialect, const DialectSource& bases) {
  const Section root = Section::from_text(dialect, bases);
  DialectTable table;
  table.name = root.text("name", std::filesystem::path(dialect.source_name).stem().string());
  const Encodings usual = read_encodings(root, table.wire);
  read_fields(root, usual, table);
  read_semantics(root, table);
  return Dialect(std::move(table));
}

}  // namespace

boost::system::result<Dialect, DialectError> parse_dialect(
    std::string_view text, const std::filesystem::path& base_directory,
    std::string_view source_name) {
  try {
    return read_dialect({std::string(text), std::string(source_name)}, dialects_in(base_directory));
  } catch (const LoadFailure& failure) {
    return failure.error;
  }
}

boost::system::result<Dialect, DialectError> load_dialect(const std::filesystem::path& file) {
  try {
    return read_dialect(read_dialect_file(file), dialects_in(file.parent_path()));
  } catch (const LoadFailure& failure) {
    return failure.error;
  }
}

boost::system::result<Dialect, DialectError> load_shipped_dialect(const std::string& name) {
  try {
    return read_dialect(shipped_dialects()(name), shipped_dialects());
  } catch (const LoadFailure& failure) {
    return failure.error;
  }
}

}  // namespace iso8583
