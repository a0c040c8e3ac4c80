// Start here. A Message is the logical content of one ISO 8583 message: an MTI and numbered
// fields, each a view of its *logical* text (digits, characters, or raw bytes for binary
// fields), whatever the dialect's encoding on the wire is.
//
//   Dialect dialect = ...;                       // dialect.hpp: the field table, loaded once
//   Message request;                             // reused: decode() resets it
//   auto result = decode(dialect, frame, request);
//   Message response;
//   response.set_mti("0110");
//   response.set(39, "00");                      // a view: the caller keeps the text alive
//   auto size = encode(dialect, response, out);
#pragma once

#include <array>
#include <bit>
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "iso8583/error.hpp"

namespace iso8583 {

class Dialect;

inline constexpr int field_number_min = 2;  // field 1 is the bitmap's own
inline constexpr int field_number_max = 192;

// Not copyable: its views may point into its own scratch memory. A moved-from message is empty.
class Message {
 public:
  Message() = default;
  Message(Message&& other) noexcept;
  Message& operator=(Message&& other) noexcept;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  ~Message() = default;

  // The four digits of the MTI; empty when it could not be read.
  std::string_view mti() const { return {mti_.data(), mti_size_}; }
  // Copies the four characters; anything else than four leaves the message without an MTI.
  void set_mti(std::string_view mti);

  bool has(int field) const {
    return is_field(field) && (presence_[word_of(field)] & bit_of(field)) != 0;
  }
  // The logical text of a field; empty when it is absent (ask has() to tell from empty).
  std::string_view get(int field) const {
    if (!has(field)) return {};
    const View& view = views_[static_cast<std::size_t>(field)];
    return {view.data, view.size};
  }
  // Keeps a view of `text`, which must outlive the message or the next reset().
  // `field` is 2 to 192; another number is a bug of the caller and ends the process.
  void set(int field, std::string_view text);
  void erase(int field);
  void reset();

  // The next field that is present above `field`, 0 when there is none:
  //   for (int field = m.next_field(0); field != 0; field = m.next_field(field))
  int next_field(int field) const;

 private:
  friend class Decoder;
  friend class Encoder;

  struct View {
    const char* data;
    std::size_t size;
  };
  static constexpr std::size_t word_count = field_number_max / 64;

  static constexpr bool is_field(int field) {
    return field >= field_number_min && field <= field_number_max;
  }
  // The words are bitmaps as on the wire: the highest bit of the first word is field 1.
  static constexpr std::size_t word_of(int field) {
    return static_cast<std::size_t>(field - 1) / 64;
  }
  static constexpr std::uint64_t bit_of(int field) {
    return std::uint64_t{1} << (63 - static_cast<unsigned>(field - 1) % 64);
  }
  // Memory for converted fields, at least `size` bytes; kept and reused by later decodes.
  char* scratch(std::size_t size);

  std::array<std::uint64_t, word_count> presence_{};
  std::array<char, 4> mti_{};
  std::uint8_t mti_size_ = 0;
  std::size_t scratch_size_ = 0;
  std::unique_ptr<char[]> scratch_;
  // Valid only where presence_ says so: clearing 3 KB for each message would cost more than
  // decoding it.
  std::array<View, field_number_max + 1> views_;
};

// Reads one frame's payload (behind length header and network header). On success `message`
// views `frame` and the message's own scratch memory, which is at most twice the frame.
// On an error `message` still holds every field that was read: content errors (a letter in a
// numeric field) leave that field out and do not stop the walk, length errors and undefined
// fields do; the first error is returned. No input throws or reads outside `frame`.
boost::system::result<void, CodecError> decode(const Dialect& dialect,
                                               std::span<const std::uint8_t> frame,
                                               Message& message);

// Writes the message; the number of bytes written, or the first field that does not fit.
// Fixed fields that are too short are padded: n with zeros on the left, a, an and ans with
// blanks on the right. After an error `out` holds bytes of no use.
boost::system::result<std::size_t, CodecError> encode(const Dialect& dialect,
                                                      const Message& message,
                                                      std::span<std::uint8_t> out);

}  // namespace iso8583
