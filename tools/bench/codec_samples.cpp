#include "codec_samples.hpp"

#include <algorithm>
#include <span>

namespace bench_codec {
namespace {

using iso8583::FieldKind;
using iso8583::FieldSpec;

struct UsualField {
  int number;
  std::size_t length;  // where the dialect leaves it open
};

constexpr UsualField request_1987[] = {
    {2, 16}, {3, 6},  {4, 12}, {7, 10}, {11, 6},  {12, 6}, {13, 4},  {14, 4}, {18, 4},
    {19, 3}, {22, 3}, {25, 2}, {32, 6}, {37, 12}, {41, 8}, {42, 15}, {49, 3}, {62, 15},
};
constexpr UsualField request_1993[] = {
    {2, 16}, {3, 6},  {4, 12}, {7, 10}, {11, 6},  {12, 12}, {14, 4},  {19, 3}, {22, 12},
    {24, 3}, {25, 4}, {26, 4}, {32, 6}, {37, 12}, {41, 8},  {42, 15}, {49, 3}, {62, 15},
};
constexpr UsualField presentment[] = {
    {2, 16},  {3, 6},  {4, 12}, {12, 12}, {22, 12}, {24, 3},  {26, 4},  {31, 23}, {33, 6},
    {37, 12}, {38, 6}, {40, 3}, {41, 8},  {42, 15}, {43, 60}, {48, 40}, {49, 3},  {63, 16},
};

bool is_clearing(const iso8583::Dialect& dialect) {
  return !dialect.pds_carriers().empty();
}
bool is_1993(const iso8583::Dialect& dialect) {
  const FieldSpec* local_time = dialect.field(12);
  return local_time != nullptr && local_time->length_max == 12;
}

// Text of a kind; the length of a binary field counts its bytes.
std::string text_of(const FieldSpec& spec, std::size_t length) {
  constexpr std::string_view digits = "1234567890";
  constexpr std::string_view letters = "MERCHANT MOSCOW 0042 ";
  std::string text;
  if (spec.composite == iso8583::Composite::pds) {
    // Tag 4, length 3, value: the elements that clearing records usually have.
    return "0023003NA 0158012MCI0012345670165001M";
  }
  if (spec.kind == FieldKind::xn) text = "C";
  const std::string_view pattern =
      spec.kind == FieldKind::n || spec.kind == FieldKind::xn || spec.kind == FieldKind::z
          ? digits
          : letters;
  while (text.size() < length) text += pattern[text.size() % pattern.size()];
  return text;
}

}  // namespace

void make_sample(const iso8583::Dialect& dialect, Sample& sample) {
  std::span<const UsualField> fields = request_1987;
  sample.message.set_mti("0100");
  if (is_clearing(dialect)) {
    fields = presentment;
    sample.message.set_mti("1240");
  } else if (is_1993(dialect)) {
    fields = request_1993;
    sample.message.set_mti("1100");
  }
  for (const UsualField& field : fields) {
    const FieldSpec* spec = dialect.field(field.number);
    if (spec == nullptr) continue;
    const std::size_t length =
        std::clamp<std::size_t>(field.length, spec->length_min, spec->length_max);
    sample.texts.push_back(text_of(*spec, length));
    sample.message.set(field.number, sample.texts.back());
    ++sample.field_count;
  }
}

}  // namespace bench_codec
