#include "security/sha256.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace holdfast {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("SHA-256 is not available");
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<std::uint8_t, 32> hash{};
  require(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  std::string hex;
  for (const std::uint8_t byte : hash) hex += fmt::format("{:02x}", byte);
  return hex;
}

Sha256::Sha256() : digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  require(digest_ && context_);
}

std::array<std::uint8_t, 32> Sha256::operator()(std::initializer_list<std::string_view> parts) {
  require(EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr) == 1);
  for (std::string_view part : parts) {
    const auto size = static_cast<std::uint32_t>(part.size());
    require(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
    require(EVP_DigestUpdate(context_.get(), &size, sizeof size) == 1);
  }
  std::array<std::uint8_t, 32> hash{};
  require(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
  return hash;
}

}  // namespace holdfast
