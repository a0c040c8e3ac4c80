// Checks and conversions of eight characters at a time: a message is mostly short runs of
// digits, and a byte at a time would cost as much as everything else together.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace iso8583 {

static_assert(std::endian::native == std::endian::little, "the tricks below count on it");

constexpr std::uint64_t repeat_byte(std::uint8_t byte) {
  return 0x0101010101010101u * byte;
}

inline std::uint64_t load_8(const char* p) {
  std::uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline std::uint32_t load_4(const char* p) {
  std::uint32_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline const char* as_chars(const std::uint8_t* p) {
  return reinterpret_cast<const char*>(p);
}
inline std::uint8_t as_byte(char c) {
  return static_cast<std::uint8_t>(c);
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What follows finds bytes that do not belong: in the result, the top bit of each such byte is
// set; the other bits mean nothing. They are objects, not functions, so that the compiler takes
// them in where they are used.

// Not in '0' to '9'. A sum may run over into the next byte, but only from one that is found wrong
// itself.
struct NotDigits {
  std::uint64_t operator()(std::uint64_t v) const {
    return (v + repeat_byte(0x46)) | (v - repeat_byte(0x30));
  }
};

inline bool is_printable_char(char c) {
  return as_byte(c) >= 0x20 && c != 0x7F;
}

// Below a blank, or 0x7F. Bytes from 0x80 on are letters of latin-1 or of whatever code page the
// peer uses, and pass.
struct NotPrintable {
  std::uint64_t operator()(std::uint64_t v) const {
    const std::uint64_t low = v & ~repeat_byte(0x80);
    const std::uint64_t at_least_blank = low + repeat_byte(0x60);  // top bit set from 0x20 on
    const std::uint64_t is_delete = low + repeat_byte(0x01);       // top bit set for 0x7F
    return ~(v | (at_least_blank & ~is_delete));
  }
};

// The top bit of every byte that lies between the two characters; all bytes are below 0x80.
inline std::uint64_t bytes_between(std::uint64_t v, char first, char last) {
  return (v + repeat_byte(as_byte(static_cast<char>(0x80 - first)))) &
         ~(v + repeat_byte(as_byte(static_cast<char>(0x7F - last))));
}

struct NotLetters {  // or blanks
  std::uint64_t operator()(std::uint64_t v) const {
    const std::uint64_t low = v & ~repeat_byte(0x80);
    return v | ~(bytes_between(low | repeat_byte(0x20), 'a', 'z') | bytes_between(low, ' ', ' '));
  }
};

struct NotAlphanumeric {  // or blanks
  std::uint64_t operator()(std::uint64_t v) const {
    const std::uint64_t low = v & ~repeat_byte(0x80);
    return v | ~(bytes_between(low | repeat_byte(0x20), 'a', 'z') | bytes_between(low, '0', '9') |
                 bytes_between(low, ' ', ' '));
  }
};

struct NotTrack {
  std::uint64_t operator()(std::uint64_t v) const {
    const std::uint64_t low = v & ~repeat_byte(0x80);
    return v | ~(bytes_between(low, '0', '?') | bytes_between(low, 'D', 'D'));
  }
};

// True when `wrong` finds nothing in the text. Where the size is no multiple of eight some bytes
// are looked at twice: cheaper than a loop over the rest.
template <class Wrong>
[[gnu::always_inline]] inline bool has_none(std::string_view text, Wrong wrong) {
  const char* const p = text.data();
  const std::size_t size = text.size();
  std::uint64_t found = 0;
  if (size >= 8) {
    found = wrong(load_8(p)) | wrong(load_8(p + size - 8));
    for (std::size_t i = 8; i + 8 < size; i += 8) found |= wrong(load_8(p + i));
  } else if (size >= 4) {
    found = wrong(load_4(p) | std::uint64_t{load_4(p + size - 4)} << 32);
  } else if (size != 0) {
    // The first, the last and the middle one, again and again.
    const std::uint64_t first = as_byte(p[0]);
    const std::uint64_t middle = as_byte(p[size / 2]);
    const std::uint64_t last = as_byte(p[size - 1]);
    found = wrong(first * 0x0001000100010001u | middle << 8 | last * 0x0100010001000000u);
  }
  return (found & repeat_byte(0x80)) == 0;
}

// The same while the text is copied: each word is loaded once.
template <class Wrong>
[[gnu::always_inline]] inline bool copy_if_none(char* to, std::string_view text, Wrong wrong) {
  const char* const p = text.data();
  const std::size_t size = text.size();
  std::uint64_t found = 0;
  if (size >= 8) {
    const std::uint64_t first = load_8(p);
    const std::uint64_t last = load_8(p + size - 8);
    found = wrong(first) | wrong(last);
    std::memcpy(to, &first, 8);
    for (std::size_t i = 8; i + 8 < size; i += 8) {
      const std::uint64_t next = load_8(p + i);
      found |= wrong(next);
      std::memcpy(to + i, &next, 8);
    }
    std::memcpy(to + size - 8, &last, 8);
  } else if (size >= 4) {
    const std::uint32_t first = load_4(p);
    const std::uint32_t last = load_4(p + size - 4);
    found = wrong(first | std::uint64_t{last} << 32);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
  } else if (size != 0) {
    const std::uint64_t first = as_byte(p[0]);
    const std::uint64_t middle = as_byte(p[size / 2]);
    const std::uint64_t last = as_byte(p[size - 1]);
    found = wrong(first * 0x0001000100010001u | middle << 8 | last * 0x0100010001000000u);
    to[size / 2] = static_cast<char>(middle);
    to[0] = static_cast<char>(first);
    to[size - 1] = static_cast<char>(last);
  }
  return (found & repeat_byte(0x80)) == 0;
}

inline bool is_numeric(std::string_view text) {
  return has_none(text, NotDigits{});
}

// Takes the low byte of each 16-bit lane, the first lane into the lowest byte.
inline std::uint32_t gather_lanes(std::uint64_t v) {
  v = (v | v >> 8) & 0x0000FFFF0000FFFFu;
  return static_cast<std::uint32_t>(v | v >> 16);
}

// The other way round: each byte into the low half of a 16-bit lane.
inline std::uint64_t spread_lanes(std::uint32_t v) {
  std::uint64_t lanes = (v | std::uint64_t{v} << 16) & 0x0000FFFF0000FFFFu;
  return (lanes | lanes << 8) & 0x00FF00FF00FF00FFu;
}

// Eight characters of packed nibbles, 0x30 + the nibble: digits, and above them the other
// characters of a track, where the separator `=` is 0xD.
inline std::uint64_t unpack_8(std::uint32_t packed) {
  const std::uint64_t lanes = spread_lanes(packed);
  const std::uint64_t low = 0x000F000F000F000Fu;
  return ((lanes >> 4 & low) | (lanes & low) << 8) + repeat_byte(0x30);
}

inline std::uint32_t pack_8(std::uint64_t characters) {
  const std::uint64_t nibbles = characters & repeat_byte(0x0F);
  return gather_lanes((nibbles << 4 | nibbles >> 8) & 0x00FF00FF00FF00FFu);
}

// Eight hex characters, of either case, to four bytes.
inline bool hex_to_4_bytes(std::uint64_t characters, std::uint32_t& bytes) {
  const std::uint64_t is_letter = characters >> 6 & repeat_byte(0x01);
  const std::uint64_t nibbles = (characters & repeat_byte(0x0F)) + 9 * is_letter;
  // What these nibbles look like in lower case must be what stands there in lower case.
  const std::uint64_t above_9 = (nibbles + repeat_byte(0x06)) >> 4 & repeat_byte(0x01);
  const std::uint64_t expected = nibbles + repeat_byte(0x30) + 39 * above_9;
  bytes = pack_8(nibbles);
  return expected == (characters | is_letter << 5) && (nibbles & repeat_byte(0x10)) == 0;
}

inline std::uint64_t bytes_to_8_hex(std::uint32_t bytes) {
  const std::uint64_t characters = unpack_8(bytes);
  const std::uint64_t above_9 =
      (characters - repeat_byte(0x30) + repeat_byte(0x06)) >> 4 & repeat_byte(0x01);
  return characters + 7 * above_9;
}

// Writes size/2 bytes; false, with nothing of use written, when a character is not hex.
// `size` is even.
bool hex_to_bytes(const char* hex, std::size_t size, char* bytes);

// Writes 2 * size upper-case characters.
void bytes_to_hex(const char* bytes, std::size_t size, char* hex);

// Writes 2 * size characters, as unpack_8() does.
void unpack(const char* packed, std::size_t size, char* characters);

// The value of a hex character, 0xFF for all others.
std::uint8_t hex_value(char c);

std::string to_hex(std::string_view bytes);

std::string_view trim_blanks(std::string_view text);

}  // namespace iso8583
