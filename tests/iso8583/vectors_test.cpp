// Messages from public projects, in dialects made from the description beside each of them.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/src.hpp>
#include <fstream>
#include <iterator>

#include "iso8583/composite.hpp"
#include "iso8583/describe.hpp"
#include "support.hpp"

namespace iso8583::test {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

// One line of [fields]. A size in front of the data is in bytes, so the format only has to allow
// enough; the vectors say nothing about what characters a field may hold.
std::string field_line(std::string_view number, const json::object& field) {
  const std::string data = text_of(field.at("data"));
  const std::string kind = data == "bcd" ? "n" : data == "binary" ? "b" : "ans";
  const json::value& length = field.at("len");
  if (length.is_null()) {
    return fmt::format("{} = {{ format = \"{}{}\", encoding = \"{}\" }}\n", number, kind,
                       field.at("size").to_number<int>(), data);
  }
  const int size = length.at(1).to_number<int>();
  const int digits = text_of(length.at(0)) == "bcd" ? 2 * size : size;
  const std::string_view dots =
      std::string_view("....").substr(0, static_cast<std::size_t>(digits));
  const std::string_view longest =
      std::string_view("9999").substr(0, static_cast<std::size_t>(digits));
  const std::string_view composite = kind == "b"      ? ", composite = \"tlv\""
                                     : number == "48" ? ", composite = \"pds\""
                                                      : "";
  return fmt::format(
      "{} = {{ format = \"{}{}{}\", encoding = \"{}\", lengths = \"{}\", length_size = {}{} }}\n",
      number, kind, dots, longest, data, text_of(length.at(0)), size, composite);
}

std::string toml_of(const json::object& dialect) {
  const std::string bitmap = text_of(dialect.at("bitmap"));
  std::string toml = fmt::format("[encoding]\nmti = \"{}\"\nbitmap = \"{}\"\n",
                                 text_of(dialect.at("mti")), bitmap);
  // That starter leaves bit 1 of its fixed bitmap unset.
  if (bitmap == "hex32") toml += "first_bit = \"never\"\n";
  toml += "[fields]\n";
  for (const auto& field : dialect.at("fields").as_object()) {
    toml += field_line(field.key(), field.value().as_object());
  }
  return toml;
}

void check_tlv(const json::object& expected, std::string_view bytes) {
  const auto objects = parse_tlv(bytes);
  REQUIRE(is_ok(objects));
  json::object found;
  for (const Tlv& object : *objects) {
    found[fmt::format("{:02X}", object.tag)] = to_hex(to_bytes(object.value));
  }
  CHECK(json::serialize(found) == json::serialize(expected));
  CHECK(value_of(write_tlv(*objects)) == bytes);
}

void check_pds(const json::object& expected, std::string_view text) {
  std::vector<Pds> list;
  json::object found;
  PdsReader reader(text);
  for (auto pds = reader.next(); pds && *pds; pds = reader.next()) {
    list.push_back(**pds);
    found[fmt::format("{:04}", (*pds)->tag)] = (*pds)->value;
  }
  CHECK(json::serialize(found) == json::serialize(expected));
  CHECK(value_of(write_pds(list, 1)) == std::vector<std::string>{std::string(text)});
}

TEST_CASE("codec: public messages decode to what their sources say, and encode back", "[iso8583]") {
  std::ifstream file(source_path("tests/vectors/public.json"));
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const json::value vectors = json::parse(content);
  for (const json::value& value : vectors.as_array()) {
    const json::object& vector = value.as_object();
    INFO(text_of(vector.at("name")));
    const Dialect dialect = dialect_from(toml_of(vector.at("dialect").as_object()));
    const Bytes frame = from_hex(text_of(vector.at("hex")));
    REQUIRE(frame.size() == vector.at("length").to_number<std::size_t>());

    Message message;
    const auto decoded = decode(dialect, frame, message);
    if (!decoded) FAIL(to_string(decoded.error()));

    json::object found;
    found["mti"] = message.mti();
    for (const auto& [field, text] : fields_of(message)) {
      found[std::to_string(field)] = field_text(dialect, field, text, {.unmask = true});
    }
    CHECK(json::serialize(found) == json::serialize(vector.at("expected")));
    CHECK(to_hex(encoded(dialect, message)) == text_of(vector.at("hex")));

    if (const json::value* const tlv = vector.if_contains("tlv")) {
      check_tlv(tlv->at("55").as_object(), message.get(55));
    }
    if (const json::value* const pds = vector.if_contains("pds")) {
      check_pds(pds->at("48").as_object(), message.get(48));
    }
  }
}

}  // namespace
}  // namespace iso8583::test
