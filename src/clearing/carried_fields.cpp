#include "clearing/carried_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "clearing/field_checks.hpp"
#include "clearing/latin1.hpp"
#include "iso8583/composite.hpp"
#include "iso8583/mask.hpp"

namespace holdfast::clearing {
namespace {

constexpr int acquirer_reference_data = 31;
// Card number, expiry, function code, chip data.
constexpr std::array left_out = {2, 14, 24, 55};

void mask(std::string& text, std::string_view pan) {
  if (pan.empty()) return;
  const std::string masked = iso8583::mask_pan(pan);
  for (auto at = text.find(pan); at != text.npos; at = text.find(pan, at + pan.size())) {
    text.replace(at, pan.size(), masked);
  }
}

// For terminals and pages: what would steer them is a blank.
void blank_controls(std::string& latin1) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || (byte >= 0x7F && byte < 0xA0);
  };
  std::replace_if(latin1.begin(), latin1.end(), is_control, ' ');
}

class Fields {
 public:
  explicit Fields(std::string_view pan) : pan_(pan) {}

  void add(std::string name, std::string_view latin1, bool may_hold_card_number) {
    std::string text(latin1);
    blank_controls(text);
    text = trimmed(text);
    if (text.empty()) return;
    mask(text, pan_);
    if (may_hold_card_number) text = iso8583::mask_card_numbers(text, true);
    fields_.push_back({std::move(name), to_utf8_from_latin1(text)});
  }
  std::vector<CarriedField> take() { return std::move(fields_); }

 private:
  std::string_view pan_;
  std::vector<CarriedField> fields_;
};

}  // namespace

std::vector<CarriedField> carried_fields(const iso8583::Dialect& dialect,
                                         const iso8583::Message& message, std::string_view pan) {
  Fields fields(pan);
  const std::span<const int> carriers = dialect.pds_carriers();
  const auto is_one_of = [](const auto& list, int field) {
    return std::find(list.begin(), list.end(), field) != list.end();
  };
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    if (is_one_of(left_out, field) || is_one_of(carriers, field)) continue;
    // An acquirer's reference has 23 digits, and no card number is among them.
    fields.add(fmt::format("DE{}", field), message.get(field), field != acquirer_reference_data);
  }
  iso8583::PdsReader private_data(dialect, message);
  for (;;) {
    const auto subelement = private_data.next();
    if (!subelement) {
      // Cut or garbled: as it stands, from the field on that cannot be read.
      const int field = private_data.field();
      fields.add(fmt::format("DE{}", field), message.get(field), true);
      break;
    }
    if (!*subelement) break;
    fields.add(fmt::format("PDS {:04}", (*subelement)->tag), (*subelement)->value, true);
  }
  return fields.take();
}

}  // namespace holdfast::clearing
