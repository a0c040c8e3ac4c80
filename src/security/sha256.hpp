// SHA-256.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast {

// Of the bytes alone, as lower-case hex: what sha256sum prints.
std::string sha256_hex(std::string_view bytes);

// Of parts, each with its length behind it, so that no two lists hash alike. Keeps its context: one
// for each thread.
class Sha256 {
 public:
  Sha256();
  std::array<std::uint8_t, 32> operator()(std::initializer_list<std::string_view> parts);

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  };
  std::unique_ptr<EVP_MD, Free> digest_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace holdfast
