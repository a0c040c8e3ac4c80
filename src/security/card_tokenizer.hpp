// PANs become tokens here: a keyed hash, so that neither the store nor the journal can be turned
// back into card numbers without the key.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/types.hpp"
#include "error.hpp"

namespace holdfast {

using PanKey = std::array<std::uint8_t, 32>;

// Reads the key, or makes a random one (mode 0600) when `may_create` and there is none. A key
// that is gone while there is data is an error: without it no card would be found again.
Outcome<PanKey> load_pan_key(const std::filesystem::path& file, bool may_create);

// HMAC-SHA-256 of the PAN, cut to 16 bytes. One for each thread.
class CardTokenizer {
 public:
  explicit CardTokenizer(const PanKey& key);
  engine::CardToken token(std::string_view pan);

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

}  // namespace holdfast
