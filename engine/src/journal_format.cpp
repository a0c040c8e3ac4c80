#include "journal_format.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <cstring>

#include "assertion.hpp"

namespace engine {

bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

HeaderBytes encode_header(const BatchHeader& header) {
  using namespace boost::endian;
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), batch_magic, sizeof batch_magic);
  store_little_u16(bytes.data() + 4, journal_format_version);
  store_little_u16(bytes.data() + 6, header.partition);
  store_little_u64(bytes.data() + 8, header.epoch);
  store_little_u64(bytes.data() + 16, header.first_sequence);
  store_little_u32(bytes.data() + 24, header.event_count);
  store_little_u32(bytes.data() + 28, header.length);
  std::memcpy(bytes.data() + 32, header.previous.data(), header.previous.size());
  return bytes;
}

bool decode_header(std::span<const std::uint8_t> bytes, BatchHeader& header) {
  using namespace boost::endian;
  if (bytes.size() < batch_header_size) return false;
  if (std::memcmp(bytes.data(), batch_magic, sizeof batch_magic) != 0) return false;
  if (load_little_u16(bytes.data() + 4) != journal_format_version) return false;
  header.partition = load_little_u16(bytes.data() + 6);
  header.epoch = load_little_u64(bytes.data() + 8);
  header.first_sequence = load_little_u64(bytes.data() + 16);
  header.event_count = load_little_u32(bytes.data() + 24);
  header.length = load_little_u32(bytes.data() + 28);
  std::memcpy(header.previous.data(), bytes.data() + 32, header.previous.size());
  return true;
}

Sha256::Sha256() : digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  ENGINE_ASSERT(digest_ && context_);
}

BatchHash Sha256::operator()(std::span<const std::uint8_t> bytes) {
  BatchHash hash;
  ENGINE_ASSERT(EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr) == 1);
  ENGINE_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  ENGINE_ASSERT(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
  return hash;
}

}  // namespace engine
