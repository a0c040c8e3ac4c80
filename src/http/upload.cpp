#include "http/upload.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "security/secret_file.hpp"

namespace holdfast::http {

Outcome<UploadWriter> UploadWriter::create(const std::filesystem::path& folder, bool hashes) {
  // O_TMPFILE does the same in one step, but not on every file system.
  const std::filesystem::path path = folder / (random_hex(8) + ".upload");
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return Error{fmt::format("{}: {}", path.string(), std::strerror(errno))};
  UploadWriter writer(folder, descriptor);
  if (::unlink(path.c_str()) != 0) {
    return Error{fmt::format("{}: {}", path.string(), std::strerror(errno))};
  }
  if (hashes) {
    writer.hash_.reset(EVP_MD_CTX_new());
    if (EVP_DigestInit_ex(writer.hash_.get(), EVP_sha256(), nullptr) != 1) {
      return Error{"SHA-256 is not available"};
    }
  }
  return writer;
}

UploadWriter::UploadWriter(std::filesystem::path folder, int descriptor)
    : folder_(std::move(folder)), descriptor_(descriptor) {}

UploadWriter::UploadWriter(UploadWriter&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      hash_(std::move(other.hash_)) {}

UploadWriter::~UploadWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Outcome<void> UploadWriter::write(std::string_view bytes) {
  if (hash_) EVP_DigestUpdate(hash_.get(), bytes.data(), bytes.size());
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error{fmt::format("{}: {}", folder_.string(), std::strerror(errno))};
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

UploadedFile UploadWriter::finish() {
  std::string content_hash;
  if (hash_) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(hash_.get(), digest, &size);
    for (unsigned i = 0; i < size; ++i) content_hash += fmt::format("{:02x}", digest[i]);
  }
  return {std::exchange(descriptor_, -1), std::move(content_hash)};
}

}  // namespace holdfast::http
