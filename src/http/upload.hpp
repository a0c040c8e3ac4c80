// Writes a body to a file while it comes: it may be larger than memory.
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
  // A new file in `folder`, readable by its owner alone; removed again unless finish() hands it
  // on. With `hashes`, the content's SHA-256 is taken along.
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
  UploadWriter(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_ = 0;
  std::unique_ptr<EVP_MD_CTX, Free> hash_;
};

}  // namespace holdfast::http
