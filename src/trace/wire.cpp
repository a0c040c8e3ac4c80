#include "trace/wire.hpp"

#include <cstdint>
#include <span>

#include "iso8583/describe.hpp"

namespace holdfast::trace {
namespace {

constexpr std::size_t message_size_max = 0x4000;

bool is_filled_with_blanks(const iso8583::FieldSpec& spec) {
  return spec.is_fixed() &&
         (spec.kind == iso8583::FieldKind::a || spec.kind == iso8583::FieldKind::an ||
          spec.kind == iso8583::FieldKind::ans);
}

}  // namespace

boost::system::result<std::string, Reason> encode_message(const iso8583::Dialect& dialect,
                                                          const TraceMessage& message) {
  iso8583::OwnedMessage owned;
  owned.message.set_mti(message.mti);
  for (const auto& [field, text] : message.fields) {
    if (auto set = iso8583::set_field_text(dialect, owned, field, text); !set) {
      return Reason::of(iso8583::to_string(set.error()));
    }
  }
  std::vector<std::uint8_t> out(message_size_max);
  const auto size = iso8583::encode(dialect, owned.message, out);
  if (!size) {
    return because("field {}: {}", size.error().field, iso8583::describe(size.error().code));
  }
  return std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size));
}

DecodedMessage decode_message(const iso8583::Dialect& dialect, std::string_view bytes) {
  const std::vector<std::uint8_t> frame(bytes.begin(), bytes.end());
  iso8583::Message message;
  DecodedMessage decoded;
  const auto outcome = iso8583::decode(dialect, frame, message);
  if (!outcome) decoded.error = iso8583::to_string(outcome.error());
  decoded.message.mti = message.mti();
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    std::string text = iso8583::field_text(dialect, field, message.get(field), {.unmask = true});
    if (is_filled_with_blanks(*dialect.field(field))) text.resize(text.find_last_not_of(' ') + 1);
    decoded.message.fields[field] = std::move(text);
  }
  return decoded;
}

}  // namespace holdfast::trace
