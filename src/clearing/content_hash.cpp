#include "clearing/content_hash.hpp"

#include <fmt/format.h>

#include <array>

namespace holdfast::clearing {

using boost::system::result;

namespace {

FileError hash_failed() {
  return FileError{FileErrorCode::unreadable, 0, "the file's content could not be hashed"};
}

}  // namespace

HashingSource::HashingSource(ByteSource& source) : source_(&source), context_(EVP_MD_CTX_new()) {
  // A failure here shows as a failed update.
  if (context_) EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}

result<std::size_t, FileError> HashingSource::read(std::span<std::uint8_t> out) {
  const auto count = source_->read(out);
  if (!count) return count.error();
  if (!context_ || EVP_DigestUpdate(context_.get(), out.data(), *count) != 1) return hash_failed();
  return *count;
}

result<void, FileError> HashingSource::rewind() {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
    return hash_failed();
  }
  return source_->rewind();
}

result<std::string, FileError> HashingSource::content_hash() {
  std::array<std::uint8_t, 16 * 1024> rest{};
  for (;;) {
    const auto count = read(rest);
    if (!count) return count.error();
    if (*count == 0) break;
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context_.get(), hash.data(), &size) != 1) return hash_failed();
  std::string text = "sha256:";
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", hash[i]);
  return text;
}

}  // namespace holdfast::clearing
