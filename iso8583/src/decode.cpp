// Bytes to Message: one walk over the frame, in the order of the bitmap.
#include <optional>

#include "bytes.hpp"
#include "content.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/ebcdic.hpp"
#include "iso8583/message.hpp"

namespace iso8583 {

namespace {

constexpr std::uint64_t top_bit = std::uint64_t{1} << 63;

// The fields that can be read: behind one that is not defined nothing can be found.
std::uint64_t fields_before_unknown(std::uint64_t wanted, std::uint64_t defined) {
  const std::uint64_t unknown = wanted & ~defined;
  return unknown == 0 ? wanted : wanted & ~(~std::uint64_t{0} >> std::countl_zero(unknown));
}

}  // namespace

// The work for a plain field is inline: eighteen calls would be a third of a whole decode.
class Decoder {
 public:
  Decoder(const Dialect& dialect, std::span<const std::uint8_t> frame, Message& message)
      : dialect_(dialect),
        wire_(dialect.wire()),
        message_(message),
        begin_(as_chars(frame.data())),
        end_(begin_ + frame.size()) {}

  boost::system::result<void, CodecError> run();

 private:
  // Each takes the place to read at and returns the one behind, or null to stop the walk. The
  // place is no member: every store to the message would make the compiler load it again.
  const char* read_mti(const char* at);
  const char* read_bitmap(const char* at, std::uint64_t& bits);
  const char* read_bitmaps(const char* at);
  const char* read_field(const char* at, int number, const FieldSpec& spec);
  static std::optional<std::size_t> read_count(const char* at, const FieldSpec& spec);
  const char* read_length(const char* at, int number, const FieldSpec& spec, std::size_t& length);
  const char* read_special(const char* at, int number, const FieldSpec& spec);
  const char* read_ebcdic(const char* at, int number, const FieldSpec& spec, std::size_t length);
  const char* read_packed(const char* at, int number, const FieldSpec& spec, std::size_t length);
  const char* read_hex(const char* at, int number, std::size_t length);

  void store(int number, std::string_view text) {
    message_.views_[static_cast<std::size_t>(number)] = {text.data(), text.size()};
  }
  void check_and_store(int number, const FieldSpec& spec, std::string_view text, const char* source,
                       std::size_t source_size);
  void note_content(int number, const FieldSpec& spec, std::string_view text, const char* source,
                    std::size_t source_size);
  // Memory for a converted field. Every conversion writes at most two characters for a byte, so
  // one block of twice the frame serves all of them and the views never move.
  char* take_scratch(std::size_t size);

  std::size_t left(const char* at) const { return static_cast<std::size_t>(end_ - at); }
  const char* stop(CodecErrorCode code, int field, const char* at);
  const char* stop(CodecErrorCode code, int field) { return stop(code, field, element_); }
  // Keeps the first error only.
  void note(CodecErrorCode code, int field, const char* at);
  // An error in a field's content: the message goes without that field.
  void leave_out(CodecErrorCode code, int field, const char* at);

  const Dialect& dialect_;
  const WireFormat& wire_;
  Message& message_;
  const char* const begin_;
  const char* const end_;
  const char* element_ = nullptr;  // where the field being read begins, with its length
  char* scratch_ = nullptr;
  std::array<std::uint64_t, Message::word_count> wanted_{};
  std::array<std::uint64_t, Message::word_count> left_out_{};
  std::optional<CodecError> error_;
};

boost::system::result<void, CodecError> Decoder::run() {
  const char* at = read_mti(begin_);
  if (at != nullptr) at = read_bitmaps(at);
  if (at == nullptr) return *error_;
  const auto& specs = dialect_.table_.fields;
  for (std::size_t word = 0; word < wanted_.size(); ++word) {
    const std::uint64_t wanted = wanted_[word];
    std::uint64_t bits = fields_before_unknown(wanted, dialect_.defined_[word]);
    const std::uint64_t unknown = wanted & ~bits;
    while (bits != 0) {
      const auto index = static_cast<unsigned>(std::countl_zero(bits));
      const std::uint64_t bit = top_bit >> index;
      const std::size_t number = word * 64 + index + 1;
      at = read_field(at, static_cast<int>(number), specs[number]);
      if (at == nullptr) {
        message_.presence_[word] = wanted & ~left_out_[word] & ~(bits | unknown);
        return *error_;
      }
      bits ^= bit;
    }
    message_.presence_[word] = wanted & ~left_out_[word] & ~unknown;
    if (unknown != 0) {
      const int number = static_cast<int>(word) * 64 + std::countl_zero(unknown) + 1;
      note(CodecErrorCode::not_defined, number, at);
      return *error_;
    }
  }
  if (at != end_) note(CodecErrorCode::trailing_bytes, 0, at);
  if (error_) return *error_;
  return {};
}

[[gnu::cold, gnu::noinline]] const char* Decoder::stop(CodecErrorCode code, int field,
                                                       const char* at) {
  note(code, field, at);
  return nullptr;
}

[[gnu::cold, gnu::noinline]] void Decoder::note(CodecErrorCode code, int field, const char* at) {
  if (!error_) error_ = CodecError{code, field, static_cast<std::size_t>(at - begin_)};
}

void Decoder::leave_out(CodecErrorCode code, int field, const char* at) {
  note(code, field, at);
  left_out_[Message::word_of(field)] |= Message::bit_of(field);
}

const char* Decoder::read_mti(const char* at) {
  const std::size_t size = wire_.mti == Encoding::bcd ? 2 : 4;
  if (left(at) < size) return stop(CodecErrorCode::truncated, 0, at);
  std::array<char, 4>& mti = message_.mti_;
  for (std::size_t i = 0; i < 4; ++i) {
    switch (wire_.mti) {
      case Encoding::bcd:
        mti[i] = static_cast<char>('0' + (i % 2 == 0 ? as_byte(at[i / 2]) >> 4 : at[i / 2] & 15));
        break;
      case Encoding::ebcdic:
        mti[i] = static_cast<char>(cp500_to_latin1[as_byte(at[i])]);
        break;
      default:
        mti[i] = at[i];
    }
  }
  if (is_numeric({mti.data(), mti.size()})) {
    message_.mti_size_ = 4;
  } else {
    note(CodecErrorCode::bad_mti, 0, at);
  }
  return at + size;
}

const char* Decoder::read_bitmap(const char* at, std::uint64_t& bits) {
  const std::size_t size = wire_.bitmap == Encoding::hex ? 16 : 8;
  if (left(at) < size) return stop(CodecErrorCode::truncated, 1, at);
  std::array<std::uint32_t, 2> halves;
  if (wire_.bitmap == Encoding::hex) {
    if (!hex_to_4_bytes(load_8(at), halves[0]) || !hex_to_4_bytes(load_8(at + 8), halves[1])) {
      return stop(CodecErrorCode::bad_bitmap, 1, at);
    }
  } else {
    halves = {load_4(at), load_4(at + 4)};
  }
  bits = std::uint64_t{__builtin_bswap32(halves[0])} << 32 | __builtin_bswap32(halves[1]);
  return at + size;
}

// Leaves in wanted_ the bits of fields only: what announces another bitmap is taken out.
const char* Decoder::read_bitmaps(const char* at) {
  at = read_bitmap(at, wanted_[0]);
  if (at == nullptr) return nullptr;
  const bool has_secondary = wire_.bitmap_is_fixed || (wanted_[0] & top_bit) != 0;
  wanted_[0] &= ~top_bit;
  if (!has_secondary) return at;
  at = read_bitmap(at, wanted_[1]);
  if (at == nullptr) return nullptr;
  if (dialect_.field_highest_ > 128 && (wanted_[1] & top_bit) != 0) {
    wanted_[1] &= ~top_bit;
    return read_bitmap(at, wanted_[2]);
  }
  return at;
}

[[gnu::always_inline]] inline const char* Decoder::read_field(const char* at, int number,
                                                              const FieldSpec& spec) {
  if (!spec.is_plain) return read_special(at, number, spec);
  element_ = at;
  std::size_t length = spec.length_max;
  if (!spec.is_fixed()) {
    at = read_length(at, number, spec, length);
    if (at == nullptr) return nullptr;
  }
  if (left(at) < length) return stop(CodecErrorCode::truncated, number);
  const std::string_view text(at, length);
  store(number, text);
  const bool fits = with_finder(spec.kind, [text](auto finder) { return has_none(text, finder); });
  if (!fits) note_content(number, spec, text, at, length);
  return at + length;
}

[[gnu::noinline]] const char* Decoder::read_special(const char* at, int number,
                                                    const FieldSpec& spec) {
  element_ = at;
  std::size_t length = spec.length_max;
  if (!spec.is_fixed()) {
    at = read_length(at, number, spec, length);
    if (at == nullptr) return nullptr;
  }
  switch (spec.encoding) {
    case Encoding::ebcdic:
      return read_ebcdic(at, number, spec, length);
    case Encoding::bcd:
      return read_packed(at, number, spec, length);
    case Encoding::hex:
      return read_hex(at, number, length);
    case Encoding::ascii:
    case Encoding::binary:
      break;
  }
  if (left(at) < length) return stop(CodecErrorCode::truncated, number);
  check_and_store(number, spec, {at, length}, at, length);
  return at + length;
}

// What the prefix says, in its own unit; nothing when it is no number. The bytes are there.
std::optional<std::size_t> Decoder::read_count(const char* at, const FieldSpec& spec) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < spec.length_size; ++i) {
    std::uint8_t byte = as_byte(at[i]);
    switch (spec.length_encoding) {
      case Encoding::bcd:
        if (byte >> 4 > 9 || (byte & 15) > 9) return std::nullopt;
        count = count * 100 + std::size_t{10} * (byte >> 4) + (byte & 15);
        break;
      case Encoding::binary:
        count = count << 8 | byte;
        break;
      case Encoding::ebcdic:
        byte = cp500_to_latin1[byte];
        [[fallthrough]];
      default:
        if (!is_digit(static_cast<char>(byte))) return std::nullopt;
        count = count * 10 + (byte - std::size_t{'0'});
    }
  }
  return count;
}

// Steps over the prefix; `length` becomes the size of the logical text.
[[gnu::always_inline]] inline const char* Decoder::read_length(const char* at, int number,
                                                               const FieldSpec& spec,
                                                               std::size_t& length) {
  if (left(at) < spec.length_size) return stop(CodecErrorCode::truncated, number);
  if (spec.length_encoding == Encoding::ascii && spec.length_size == 2 && is_digit(at[0]) &&
      is_digit(at[1])) {
    // By far the most frequent prefix.
    length =
        std::size_t{10} * (as_byte(at[0]) - std::size_t{'0'}) + (as_byte(at[1]) - std::size_t{'0'});
  } else {
    const std::optional<std::size_t> count = read_count(at, spec);
    if (!count) return stop(CodecErrorCode::bad_length, number);
    length = *count;
  }
  at += spec.length_size;
  if (spec.length_unit == LengthUnit::wire) {
    if (spec.encoding == Encoding::hex) {
      if (length % 2 != 0) return stop(CodecErrorCode::bad_length, number);
      length /= 2;
    } else {
      length *= 2;
      // The last of an odd number of digits is only known by its padding.
      const bool ends_in_padding = spec.padding == Padding::right_f && length != 0 &&
                                   left(at) >= length / 2 && (at[length / 2 - 1] & 15) == 15;
      if (ends_in_padding) --length;
    }
  }
  if (length > spec.length_max) return stop(CodecErrorCode::too_long, number);
  if (length < spec.length_min) return stop(CodecErrorCode::too_short, number);
  return at;
}

const char* Decoder::read_ebcdic(const char* at, int number, const FieldSpec& spec,
                                 std::size_t length) {
  if (left(at) < length) return stop(CodecErrorCode::truncated, number);
  char* const text = take_scratch(length);
  for (std::size_t i = 0; i < length; ++i) {
    text[i] = static_cast<char>(cp500_to_latin1[as_byte(at[i])]);
  }
  check_and_store(number, spec, {text, length}, at, length);
  return at + length;
}

// Packed digits; in an x+n one byte of sign stands before them.
const char* Decoder::read_packed(const char* at, int number, const FieldSpec& spec,
                                 std::size_t length) {
  const std::size_t sign = spec.kind == FieldKind::xn && length != 0 ? 1 : 0;
  const std::size_t digits = length - sign;
  const std::size_t packed_size = (digits + 1) / 2;
  const std::size_t size = sign + packed_size;
  if (left(at) < size) return stop(CodecErrorCode::truncated, number);
  // The sign has two characters too, so that it can stand right in front of the digits.
  char* const unpacked = take_scratch(2 * size) + 2 * sign;
  unpack(at + sign, packed_size, unpacked);
  char* text = unpacked;
  if (digits % 2 != 0) {
    const bool is_left = spec.padding == Padding::left_zero;
    const char spare = is_left ? unpacked[0] : unpacked[digits];
    if (spare != (spec.padding == Padding::right_f ? '?' : '0')) {
      leave_out(CodecErrorCode::bad_padding, number, is_left ? at + sign : at + size - 1);
      return at + size;
    }
    if (is_left) ++text;
  }
  if (sign != 0) *--text = at[0];
  check_and_store(number, spec, {text, length}, at, size);
  return at + size;
}

const char* Decoder::read_hex(const char* at, int number, std::size_t length) {
  if (left(at) < 2 * length) return stop(CodecErrorCode::truncated, number);
  char* const bytes = take_scratch(length);
  if (hex_to_bytes(at, 2 * length, bytes)) {
    store(number, {bytes, length});
  } else {
    const char* wrong = at;
    while (hex_value(*wrong) != 0xFF) ++wrong;
    leave_out(CodecErrorCode::not_hex, number, wrong);
  }
  return at + 2 * length;
}

// `source` is where the text stands in the frame, with a byte for each character or, packed, for
// each two.
void Decoder::check_and_store(int number, const FieldSpec& spec, std::string_view text,
                              const char* source, std::size_t source_size) {
  store(number, text);
  if (!is_content(spec.kind, text, wire_)) note_content(number, spec, text, source, source_size);
}

[[gnu::cold, gnu::noinline]] void Decoder::note_content(int number, const FieldSpec& spec,
                                                        std::string_view text, const char* source,
                                                        std::size_t source_size) {
  ContentFault fault = find_content_fault(spec.kind, text);
  const std::size_t sign = spec.kind == FieldKind::xn ? 1 : 0;
  if (source_size != text.size() && fault.index >= sign) {
    const bool has_spare_in_front =
        spec.padding == Padding::left_zero && (text.size() - sign) % 2 != 0;
    fault.index = sign + (fault.index - sign + (has_spare_in_front ? 1 : 0)) / 2;
  }
  leave_out(fault.code, number, source + fault.index);
}

char* Decoder::take_scratch(std::size_t size) {
  if (scratch_ == nullptr) {
    scratch_ = message_.scratch(2 * static_cast<std::size_t>(end_ - begin_));
  }
  char* const taken = scratch_;
  scratch_ += size;
  return taken;
}

boost::system::result<void, CodecError> decode(const Dialect& dialect,
                                               std::span<const std::uint8_t> frame,
                                               Message& message) {
  message.reset();
  return Decoder(dialect, frame, message).run();
}

}  // namespace iso8583
