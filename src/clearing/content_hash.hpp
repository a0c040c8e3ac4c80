// Passes a source's bytes through while it hashes them: what identifies a file that has no id.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

#include "clearing/byte_source.hpp"

namespace holdfast::clearing {

class HashingSource final : public ByteSource {
 public:
  explicit HashingSource(ByteSource& source);

  boost::system::result<std::size_t, FileError> read(std::span<std::uint8_t> out) override;
  boost::system::result<void, FileError> rewind() override;
  std::uint64_t size() const override { return source_->size(); }

  // "sha256:" and the hash, in lower-case hex, of the source's whole content: what the reader
  // above left unread is read here.
  boost::system::result<std::string, FileError> content_hash();

 private:
  struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  ByteSource* source_;
  std::unique_ptr<EVP_MD_CTX, ContextDeleter> context_;
};

}  // namespace holdfast::clearing
