#include "security/card_tokenizer.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include <charconv>
#include <cstring>
#include <stdexcept>

#include "security/secret_file.hpp"

namespace holdfast {
namespace {

void require_hmac(bool done) {
  if (!done) throw std::runtime_error("HMAC-SHA-256 is not available");
}

}  // namespace

Outcome<PanKey> load_pan_key(const std::filesystem::path& file, bool may_create) {
  if (!std::filesystem::exists(file)) {
    if (!may_create) {
      return Error{fmt::format("{}: the PAN key is gone, but there is data that was made with it",
                               file.string())};
    }
    if (auto written = write_secret_file(file, random_hex(PanKey{}.size()) + "\n"); !written) {
      return written.error();
    }
  }
  auto content = read_small_file(file);
  if (!content) return content.error();
  while (!content->empty() && (content->back() == '\n' || content->back() == '\r')) {
    content->pop_back();
  }
  PanKey key{};
  bool sound = content->size() == key.size() * 2;
  for (std::size_t i = 0; sound && i < key.size(); ++i) {
    const char* const digits = content->data() + 2 * i;
    sound = std::from_chars(digits, digits + 2, key[i], 16).ptr == digits + 2;
  }
  if (!sound) return Error{fmt::format("{}: not a key of 64 hex digits", file.string())};
  return key;
}

CardTokenizer::CardTokenizer(const PanKey& key) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require_hmac(mac != nullptr);
  context_.reset(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_END};
  require_hmac(context_ && EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) == 1);
}

engine::CardToken CardTokenizer::token(std::string_view pan) {
  // Without a key, init starts again with the one it has.
  require_hmac(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  require_hmac(EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(pan.data()),
                              pan.size()) == 1);
  unsigned char hash[32];
  std::size_t size = 0;
  require_hmac(EVP_MAC_final(context_.get(), hash, &size, sizeof hash) == 1);
  engine::CardToken token;
  std::memcpy(token.bytes.data(), hash, token.bytes.size());
  return token;
}

}  // namespace holdfast
