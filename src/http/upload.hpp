// Writes a body to a file while it comes: it may be larger than memory. Clearing files hold card
// numbers, so the file loses its name before the first byte is written.
#pragma once

#include <openssl/evp.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "error.hpp"
#include "http/message.hpp"

namespace holdfast::http {

class UploadWriter {
 public:
  // A new file on the disk of `folder`, readable by its owner alone; gone again unless finish()
  // hands it on. With `hashes`, the content's SHA-256 is taken along.
  static Outcome<UploadWriter> create(const std::filesystem::path& folder, bool hashes);
  UploadWriter(UploadWriter&& other) noexcept;
  UploadWriter& operator=(UploadWriter&&) = delete;
  ~UploadWriter();

  Outcome<void> write(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  UploadedFile finish();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  UploadWriter(std::filesystem::path folder, int descriptor);

  std::filesystem::path folder_;
  int descriptor_;
  std::uint64_t size_ = 0;
  std::unique_ptr<EVP_MD_CTX, Free> hash_;
};

}  // namespace holdfast::http
