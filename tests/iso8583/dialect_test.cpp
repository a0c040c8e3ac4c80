#include <filesystem>
#include <fstream>

#include "support.hpp"

namespace iso8583::test {
namespace {

std::string load_error(std::string_view toml) {
  const auto result = parse_dialect(toml, source_path("config/dialects"), "test.toml");
  REQUIRE_FALSE(is_ok(result));
  return to_string(result.error());
}

TEST_CASE("dialect: iso87-ascii has the attributes of the link's contract", "[iso8583]") {
  const Dialect& ascii = dialect("iso87-ascii");
  struct Row {
    std::vector<int> fields;
    FieldKind kind;
    int length_digits;
    int length_max;
  };
  const Row rows[] = {
      {{2}, FieldKind::n, 2, 19},
      {{3, 11, 12}, FieldKind::n, 0, 6},
      {{4, 5, 6}, FieldKind::n, 0, 12},
      {{7, 74, 75, 76, 77, 81}, FieldKind::n, 0, 10},
      {{13, 14, 15, 18}, FieldKind::n, 0, 4},
      {{19, 22, 49, 50, 51, 70}, FieldKind::n, 0, 3},
      {{25}, FieldKind::n, 0, 2},
      {{28}, FieldKind::xn, 0, 9},
      {{32, 33}, FieldKind::n, 2, 11},
      {{35}, FieldKind::z, 2, 37},
      {{37}, FieldKind::an, 0, 12},
      {{38}, FieldKind::an, 0, 6},
      {{39}, FieldKind::an, 0, 2},
      {{41}, FieldKind::ans, 0, 8},
      {{42}, FieldKind::ans, 0, 15},
      {{43}, FieldKind::ans, 0, 40},
      {{48, 60, 61, 62, 63}, FieldKind::ans, 3, 999},
      {{52, 64, 128}, FieldKind::b, 0, 8},
      {{54}, FieldKind::an, 3, 120},
      {{55}, FieldKind::b, 3, 255},
      {{66}, FieldKind::n, 0, 1},
      {{86, 87, 88, 89}, FieldKind::n, 0, 16},
      {{90}, FieldKind::n, 0, 42},
      {{95}, FieldKind::an, 0, 42},
      {{97}, FieldKind::xn, 0, 17},
      {{102, 103}, FieldKind::ans, 2, 28},
  };
  for (const Row& row : rows) {
    for (const int number : row.fields) {
      INFO(number);
      const FieldSpec* const spec = ascii.field(number);
      REQUIRE(spec != nullptr);
      CHECK(spec->kind == row.kind);
      CHECK(spec->length_digits == row.length_digits);
      CHECK(spec->length_max == row.length_max);
      CHECK(spec->encoding == (spec->is_binary() ? Encoding::hex : Encoding::ascii));
    }
  }
  // The standard has all of 2 to 128 but 65, which announces a third bitmap.
  for (int number = 2; number <= 128; ++number) {
    CHECK((ascii.field(number) != nullptr) == (number != 65));
  }
  CHECK(ascii.field_name(4) == "Amount, transaction");
  CHECK(ascii.field(129) == nullptr);
  CHECK(ascii.field(-1) == nullptr);
}

TEST_CASE("dialect: a derived dialect changes encodings and keeps the rest", "[iso8583]") {
  const Dialect& ascii = dialect("iso87-ascii");
  const Dialect& packed = dialect("iso87-binary");
  CHECK(packed.name() == "iso87-binary");
  for (int number = 2; number <= 128; ++number) {
    if (ascii.field(number) == nullptr) continue;
    REQUIRE(packed.field(number) != nullptr);
    CHECK(packed.field(number)->kind == ascii.field(number)->kind);
    CHECK(packed.field(number)->length_max == ascii.field(number)->length_max);
    CHECK(packed.field_name(number) == ascii.field_name(number));
  }
  CHECK(packed.field(4)->encoding == Encoding::bcd);
  CHECK(packed.field(55)->length_size == 2);
  CHECK(packed.semantics().lifecycle_id_field == 62);
}

TEST_CASE("dialect: a key of a derived dialect goes over its base's, one by one", "[iso8583]") {
  const Dialect derived = dialect_from(
      "extends = \"iso87-ascii\"\n[encoding]\nbinary = \"binary\"\n"
      "[fields]\n4 = { format = \"n10\" }\n129 = { format = \"n6\", name = \"own\" }\n"
      "[semantics]\nlifecycle_id = { field = 63 }\n");
  CHECK(derived.field(4)->length_max == 10);
  CHECK(derived.field_name(4) == "Amount, transaction");
  CHECK(derived.field(52)->encoding == Encoding::binary);
  CHECK(derived.wire().bitmap == Encoding::hex);
  CHECK(derived.field_highest() == 129);
  CHECK(derived.semantics().lifecycle_id_field == 63);
  CHECK(derived.semantics().partial_approval.field == 60);
}

TEST_CASE("dialect: card data is sensitive without being marked", "[iso8583]") {
  const Dialect plain = dialect_from(
      "[fields]\n2 = { format = \"n..19\" }\n35 = { format = \"z..37\" }\n"
      "52 = { format = \"b64\" }\n60 = { format = \"ans...9\", sensitive = \"secret\" }\n"
      "34 = { format = \"n..28\", sensitive = \"none\" }\n3 = { format = \"n6\" }\n");
  CHECK(plain.field(2)->sensitivity == Sensitivity::pan);
  CHECK(plain.field(35)->sensitivity == Sensitivity::track);
  CHECK(plain.field(52)->sensitivity == Sensitivity::secret);
  CHECK(plain.field(60)->sensitivity == Sensitivity::secret);
  CHECK(plain.field(34)->sensitivity == Sensitivity::none);
  CHECK(plain.field(3)->sensitivity == Sensitivity::none);
}

TEST_CASE("dialect: private meanings are found where the dialect says", "[iso8583]") {
  Message message;
  SECTION("iso87: field 60 by position, field 62") {
    const Semantics& semantics = dialect("iso87-ascii").semantics();
    CHECK(semantics.lifecycle_id(message).empty());
    CHECK_FALSE(semantics.takes_partial_approval(message));
    CHECK(semantics.kind_of(message) == AuthorizationKind::final);
    message.set(62, "LC01  ");
    CHECK(semantics.lifecycle_id(message) == "LC01");
    for (const auto& [text, takes_partial, kind] :
         {std::tuple{"1", true, AuthorizationKind::final},
          std::tuple{"00", false, AuthorizationKind::final},
          std::tuple{"11", true, AuthorizationKind::preauthorization},
          std::tuple{"02", false, AuthorizationKind::incremental},
          std::tuple{"09", false, AuthorizationKind::final},
          std::tuple{"", false, AuthorizationKind::final}}) {
      INFO(text);
      message.set(60, text);
      CHECK(semantics.takes_partial_approval(message) == takes_partial);
      CHECK(semantics.kind_of(message) == kind);
    }
  }
  SECTION("iso93: the function code") {
    const Semantics& semantics = dialect("iso93-binary").semantics();
    message.set(24, "101");
    CHECK(semantics.kind_of(message) == AuthorizationKind::preauthorization);
    message.set(24, "106");
    CHECK(semantics.kind_of(message) == AuthorizationKind::incremental);
    message.set(24, "200");
    CHECK(semantics.kind_of(message) == AuthorizationKind::final);
  }
  SECTION("IPM: field 63 from its second character") {
    const Semantics& semantics = dialect("mastercard-ipm").semantics();
    message.set(63, " MCC0000001010  ");
    CHECK(semantics.lifecycle_id(message) == "MCC0000001010");
    message.set(63, "1");
    CHECK(semantics.lifecycle_id(message).empty());
    CHECK(semantics.kind_of(message) == AuthorizationKind::final);
  }
}

TEST_CASE("dialect: a mistake is named by file, key and reason", "[iso8583]") {
  struct Row {
    std::string_view toml;
    std::string_view error;
  };
  const Row rows[] = {
      {"x = 1", "test.toml: x: unknown key"},
      {"name = 1", "test.toml: name: must be text"},
      {"[fields]", "test.toml: fields: a dialect needs fields"},
      {"[fields]\n1 = { format = \"n6\" }", "test.toml: fields.1: field numbers go from 2 to 192"},
      {"[fields]\n193 = { format = \"n6\" }",
       "test.toml: fields.193: field numbers go from 2 to 192"},
      {"[fields]\n3 = { format = \"q6\" }",
       "test.toml: fields.3.format: 'q6' is not a field format"},
      {"[fields]\n3 = { format = \"n\" }", "test.toml: fields.3.format: 'n' is not a field format"},
      {"[fields]\n3 = { format = \"b63\" }",
       "test.toml: fields.3.format: 'b63' is not a field format"},
      {"[fields]\n3 = { format = \"n..100\" }",
       "test.toml: fields.3.format: the length prefix is too short"},
      {"[fields]\n3 = { format = \"b..50\" }",
       "test.toml: fields.3.format: the length prefix is too short"},
      {"[fields]\n3 = { format = \"n6\", length_min = 2 }",
       "test.toml: fields.3.length_min: the field has a fixed length"},
      {"[fields]\n3 = { format = \"n..6\", length_min = 7 }",
       "test.toml: fields.3.length_min: must be a number from 0 to 6"},
      {"[fields]\n3 = { format = \"n6\", encoding = \"hex\" }",
       "test.toml: fields.3.encoding: 'hex' is not possible here"},
      {"[fields]\n3 = { format = \"n..6\", length_counts = \"digits\" }",
       "test.toml: fields.3.length_counts: 'digits' does not go with the field's encoding"},
      {"[fields]\n3 = { format = \"ans...9\", composite = \"tlv\" }",
       "test.toml: fields.3.composite: tlv needs a field of kind b"},
      {"[fields]\n3 = { format = \"n6\", subfields = [{ name = \"x\" }] }",
       "test.toml: fields.3.subfields: each part has a name and a length"},
      {"[encoding]\nbitmap = \"bcd\"",
       "test.toml: encoding.bitmap: must be hex, binary, hex32 or binary16"},
      {"[encoding]\nfirst_bit = \"never\"",
       "test.toml: encoding.first_bit: needs a bitmap of fixed size, hex32 or binary16"},
      {"[fields]\n65 = { format = \"b64\" }\n129 = { format = \"n6\" }",
       "test.toml: fields.65: announces the third bitmap where fields above 128 are defined"},
      {"[fields]\n3 = { format = \"n6\" }\n[semantics]\nlifecycle_id = { field = 62 }",
       "test.toml: semantics.lifecycle_id.field: must be a field of this dialect"},
  };
  for (const Row& row : rows) {
    INFO(row.toml);
    CHECK(load_error(row.toml) == row.error);
  }
  CHECK(load_error("name = ").starts_with("test.toml: line 1: "));
  CHECK(load_error("extends = \"nothing\"").ends_with("nothing.toml: cannot be read"));
  CHECK(to_string(load_dialect("/nowhere/x.toml").error()) == "/nowhere/x.toml: cannot be read");
}

TEST_CASE("dialect: files that extend each other are refused", "[iso8583]") {
  const auto directory = std::filesystem::temp_directory_path() / "holdfast-dialect-test";
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "a.toml") << "extends = \"b\"\n";
  std::ofstream(directory / "b.toml") << "extends = \"a\"\n";
  const auto result = load_dialect(directory / "a.toml");
  REQUIRE_FALSE(is_ok(result));
  CHECK(result.error().reason == "goes too deep or in a circle");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace iso8583::test
