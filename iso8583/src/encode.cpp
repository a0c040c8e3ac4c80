// Message to bytes, in the order of the bitmap.
#include <algorithm>
#include <optional>

#include "bytes.hpp"
#include "content.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/ebcdic.hpp"
#include "iso8583/message.hpp"

namespace iso8583 {
namespace {

// The longest fixed field that a dialect may have, checked when it is loaded.
constexpr std::size_t padded_size_max = 999;
constexpr std::uint64_t top_bit = std::uint64_t{1} << 63;

std::size_t wire_size(const FieldSpec& spec, std::size_t length) {
  if (spec.encoding == Encoding::hex) return 2 * length;
  if (spec.encoding != Encoding::bcd) return length;
  if (spec.kind == FieldKind::xn && length != 0) return 1 + length / 2;
  return (length + 1) / 2;
}

}  // namespace

class Encoder {
 public:
  Encoder(const Dialect& dialect, const Message& message, std::span<std::uint8_t> out)
      : dialect_(dialect),
        wire_(dialect.wire()),
        message_(message),
        begin_(reinterpret_cast<char*>(out.data())),
        end_(begin_ + out.size()) {}

  boost::system::result<std::size_t, CodecError> run();

 private:
  // Each takes the place to write at and returns the one behind, or null to stop. The place is no
  // member: every byte written would make the compiler load it again.
  char* write_mti(char* at);
  char* write_bitmap(char* at, std::uint64_t bits);
  char* write_bitmaps(char* at);
  char* write_field(char* at, int number, const FieldSpec& spec, std::string_view text);
  bool pad(const FieldSpec& spec, std::string_view& text);
  char* write_special(char* at, int number, const FieldSpec& spec, std::string_view text);
  static char* write_count(char* at, const FieldSpec& spec, std::size_t count);
  static void write_packed(char* to, const FieldSpec& spec, std::string_view text);

  std::size_t left(const char* at) const { return static_cast<std::size_t>(end_ - at); }
  char* stop(CodecErrorCode code, int field, const char* at);
  char* stop_at_content(const char* at, int number, const FieldSpec& spec, std::string_view text);

  const Dialect& dialect_;
  const WireFormat& wire_;
  const Message& message_;
  char* const begin_;
  char* const end_;
  CodecError error_{};
  std::array<char, padded_size_max> padded_;
};

boost::system::result<std::size_t, CodecError> Encoder::run() {
  char* at = write_mti(begin_);
  if (at != nullptr) at = write_bitmaps(at);
  if (at == nullptr) return error_;
  const auto& specs = dialect_.table_.fields;
  for (std::size_t word = 0; word < Message::word_count; ++word) {
    std::uint64_t bits = message_.presence_[word];
    while (bits != 0) {
      const auto index = static_cast<unsigned>(std::countl_zero(bits));
      bits ^= top_bit >> index;
      const std::size_t number = word * 64 + index + 1;
      const Message::View& view = message_.views_[number];
      at = write_field(at, static_cast<int>(number), specs[number], {view.data, view.size});
      if (at == nullptr) return error_;
    }
  }
  return static_cast<std::size_t>(at - begin_);
}

[[gnu::cold, gnu::noinline]] char* Encoder::stop(CodecErrorCode code, int field, const char* at) {
  error_ = {code, field, static_cast<std::size_t>(at - begin_)};
  return nullptr;
}

[[gnu::cold, gnu::noinline]] char* Encoder::stop_at_content(const char* at, int number,
                                                            const FieldSpec& spec,
                                                            std::string_view text) {
  return stop(find_content_fault(spec.kind, text).code, number, at);
}

char* Encoder::write_mti(char* at) {
  const std::string_view mti = message_.mti();
  if (mti.size() != 4 || !is_numeric(mti)) return stop(CodecErrorCode::bad_mti, 0, at);
  const std::size_t size = wire_.mti == Encoding::bcd ? 2 : 4;
  if (left(at) < size) return stop(CodecErrorCode::no_space, 0, at);
  for (std::size_t i = 0; i < size; ++i) {
    switch (wire_.mti) {
      case Encoding::bcd:
        at[i] = static_cast<char>((mti[2 * i] - '0') << 4 | (mti[2 * i + 1] - '0'));
        break;
      case Encoding::ebcdic:
        at[i] = static_cast<char>(latin1_to_cp500[as_byte(mti[i])]);
        break;
      default:
        at[i] = mti[i];
    }
  }
  return at + size;
}

char* Encoder::write_bitmap(char* at, std::uint64_t bits) {
  const std::size_t size = wire_.bitmap == Encoding::hex ? 16 : 8;
  if (left(at) < size) return stop(CodecErrorCode::no_space, 1, at);
  const std::array<std::uint32_t, 2> halves = {
      __builtin_bswap32(static_cast<std::uint32_t>(bits >> 32)),
      __builtin_bswap32(static_cast<std::uint32_t>(bits))};
  if (wire_.bitmap == Encoding::hex) {
    const std::array<std::uint64_t, 2> hex = {bytes_to_8_hex(halves[0]), bytes_to_8_hex(halves[1])};
    std::memcpy(at, hex.data(), 16);
  } else {
    std::memcpy(at, halves.data(), 8);
  }
  return at + size;
}

char* Encoder::write_bitmaps(char* at) {
  std::uint64_t first = message_.presence_[0];
  std::uint64_t second = message_.presence_[1];
  const std::uint64_t third = message_.presence_[2];
  if (third != 0) second |= top_bit;
  if (wire_.first_bit == FirstBit::always ||
      (wire_.first_bit == FirstBit::when_secondary && second != 0)) {
    first |= top_bit;
  }
  at = write_bitmap(at, first);
  if (at != nullptr && (second != 0 || wire_.bitmap_is_fixed)) at = write_bitmap(at, second);
  if (at != nullptr && third != 0) at = write_bitmap(at, third);
  return at;
}

[[gnu::always_inline]] inline char* Encoder::write_field(char* at, int number,
                                                         const FieldSpec& spec,
                                                         std::string_view text) {
  const std::size_t size = text.size();
  const bool is_usual = spec.is_plain && size >= spec.length_min && size <= spec.length_max &&
                        left(at) >= spec.length_size + size;
  if (!is_usual) return write_special(at, number, spec, text);
  char* const content = spec.is_fixed() ? at : write_count(at, spec, size);
  const bool fits = with_finder(
      spec.kind, [content, text](auto finder) { return copy_if_none(content, text, finder); });
  return fits ? content + size : stop_at_content(at, number, spec, text);
}

// Every other field, and every error that is seen before a byte is written.
[[gnu::noinline]] char* Encoder::write_special(char* at, int number, const FieldSpec& spec,
                                               std::string_view text) {
  if (spec.kind == FieldKind::none) return stop(CodecErrorCode::not_defined, number, at);
  if (text.size() > spec.length_max) return stop(CodecErrorCode::too_long, number, at);
  if (text.size() < spec.length_min && !(spec.is_fixed() && pad(spec, text))) {
    return stop(CodecErrorCode::too_short, number, at);
  }
  if (!is_content(spec.kind, text, wire_)) return stop_at_content(at, number, spec, text);
  const std::size_t size = wire_size(spec, text.size());
  if (left(at) < spec.length_size + size) return stop(CodecErrorCode::no_space, number, at);
  if (!spec.is_fixed()) {
    at = write_count(at, spec, spec.length_unit == LengthUnit::wire ? size : text.size());
  }
  switch (spec.encoding) {
    case Encoding::ascii:
    case Encoding::binary:
      text.copy(at, size);
      break;
    case Encoding::ebcdic:
      for (std::size_t i = 0; i < size; ++i) {
        at[i] = static_cast<char>(latin1_to_cp500[as_byte(text[i])]);
      }
      break;
    case Encoding::hex:
      bytes_to_hex(text.data(), text.size(), at);
      break;
    case Encoding::bcd:
      write_packed(at, spec, text);
      break;
  }
  return at + size;
}

// Makes a fixed field as long as it must be; bytes and tracks have no filling.
[[gnu::noinline]] bool Encoder::pad(const FieldSpec& spec, std::string_view& text) {
  const std::size_t missing = spec.length_max - text.size();
  char* const begin = padded_.data();
  switch (spec.kind) {
    case FieldKind::n:
      std::fill_n(begin, missing, '0');
      text.copy(begin + missing, text.size());
      break;
    case FieldKind::xn:
      if (text.empty()) return false;
      begin[0] = text[0];
      std::fill_n(begin + 1, missing, '0');
      text.substr(1).copy(begin + 1 + missing, text.size() - 1);
      break;
    case FieldKind::a:
    case FieldKind::an:
    case FieldKind::ans:
      text.copy(begin, text.size());
      std::fill_n(begin + text.size(), missing, ' ');
      break;
    case FieldKind::z:
    case FieldKind::b:
    case FieldKind::none:
      return false;
  }
  text = {begin, spec.length_max};
  return true;
}

// The dialect's loader has made sure that the prefix can hold the longest field.
inline char* Encoder::write_count(char* at, const FieldSpec& spec, std::size_t count) {
  if (spec.length_encoding == Encoding::ascii && spec.length_size == 2) {
    // By far the most frequent prefix.
    at[0] = static_cast<char>('0' + count / 10);
    at[1] = static_cast<char>('0' + count % 10);
    return at + 2;
  }
  for (std::size_t i = spec.length_size; i-- > 0;) {
    switch (spec.length_encoding) {
      case Encoding::bcd:
        at[i] = static_cast<char>(count / 10 % 10 << 4 | count % 10);
        count /= 100;
        break;
      case Encoding::binary:
        at[i] = static_cast<char>(count & 0xFF);
        count >>= 8;
        break;
      default:
        at[i] =
            static_cast<char>((spec.length_encoding == Encoding::ascii ? 0x30 : 0xF0) + count % 10);
        count /= 10;
    }
  }
  return at + spec.length_size;
}

void Encoder::write_packed(char* to, const FieldSpec& spec, std::string_view text) {
  if (spec.kind == FieldKind::xn && !text.empty()) {
    *to++ = text[0];
    text.remove_prefix(1);
  }
  // A track's separator `=` has the low nibble that `D` is in hex; the letter itself has not.
  const auto nibble = [](char c) { return c == 'D' ? 0xD : c & 15; };
  if (text.size() % 2 != 0 && spec.padding == Padding::left_zero) {
    *to++ = static_cast<char>(nibble(text[0]));
    text.remove_prefix(1);
  }
  while (text.size() >= 8 && spec.kind != FieldKind::z) {
    const std::uint32_t packed = pack_8(load_8(text.data()));
    std::memcpy(to, &packed, 4);
    to += 4;
    text.remove_prefix(8);
  }
  for (; text.size() >= 2; text.remove_prefix(2)) {
    *to++ = static_cast<char>(nibble(text[0]) << 4 | nibble(text[1]));
  }
  if (!text.empty()) {
    const int spare = spec.padding == Padding::right_f ? 0xF : 0;
    *to = static_cast<char>(nibble(text[0]) << 4 | spare);
  }
}

boost::system::result<std::size_t, CodecError> encode(const Dialect& dialect,
                                                      const Message& message,
                                                      std::span<std::uint8_t> out) {
  return Encoder(dialect, message, out).run();
}

}  // namespace iso8583
