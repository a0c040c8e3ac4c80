// A journal batch as bytes. All integers little-endian; docs/journal.md has a worked example.
//
//   offset size
//        0    4  magic "HFJB"
//        4    2  format version
//        6    2  partition
//        8    8  epoch of the writer
//       16    8  sequence number of the first event
//       24    4  count of events
//       28    4  length of the events in bytes
//       32   32  SHA-256 of the batch before this one; zero for the first
//       64    n  events
//     64+n   32  SHA-256 over everything above
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace engine {

inline constexpr std::uint8_t batch_magic[4] = {'H', 'F', 'J', 'B'};
inline constexpr std::uint16_t journal_format_version = 4;
inline constexpr std::size_t batch_header_size = 64;
inline constexpr std::size_t batch_hash_size = 32;

using BatchHash = std::array<std::uint8_t, batch_hash_size>;

struct BatchHeader {
  std::uint16_t partition = 0;
  std::uint64_t epoch = 0;
  std::uint64_t first_sequence = 0;
  std::uint32_t event_count = 0;
  std::uint32_t length = 0;
  BatchHash previous{};
};

inline std::size_t batch_size(const BatchHeader& header) {
  return batch_header_size + header.length + batch_hash_size;
}

using HeaderBytes = std::array<std::uint8_t, batch_header_size>;
HeaderBytes encode_header(const BatchHeader& header);
// False when magic or version are not ours.
bool decode_header(std::span<const std::uint8_t> bytes, BatchHeader& header);

// Of what was never written: segments are made of zeros.
bool all_zero(std::span<const std::uint8_t> bytes);

// SHA-256 with a context that is made once.
class Sha256 {
 public:
  Sha256();
  BatchHash operator()(std::span<const std::uint8_t> bytes);

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  };
  std::unique_ptr<EVP_MD, Free> digest_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace engine
