// What a call to the API says and what it is answered, without the bytes of HTTP.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

// A body that was written to a file because it may be larger than memory. The file has no name in
// its folder: it is gone when this is, and after a crash too.
class UploadedFile {
 public:
  UploadedFile(int descriptor, std::string content_hash)
      : descriptor_(descriptor), content_hash_(std::move(content_hash)) {}
  UploadedFile(UploadedFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        content_hash_(std::move(other.content_hash_)) {}
  UploadedFile& operator=(UploadedFile&&) = delete;
  ~UploadedFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // Opens it again, from its beginning.
  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  // SHA-256 as hex; empty when nobody asked for it.
  const std::string& content_hash() const { return content_hash_; }

 private:
  int descriptor_;
  std::string content_hash_;
};

struct ApiRequest {
  std::string method;
  std::string_view route;  // the table's path, such as "/v1/accounts/{id}"
  std::string path;        // as it was asked for, without the query
  std::string parameter;   // what stands in the path for {…}
  std::vector<std::pair<std::string, std::string>> query;
  std::string idempotency_key;  // empty: none
  std::string body;
  std::optional<UploadedFile> file;  // instead of `body`, where the route takes one

  // Empty when the query does not have it.
  std::string_view query_value(std::string_view name) const {
    for (const auto& [key, value] : query) {
      if (key == name) return value;
    }
    return {};
  }
};

struct ApiResponse {
  unsigned status = 200;
  std::string body;
  std::string code;               // of a problem, also for the log; empty when it went well
  std::string allow;              // the methods that a 405 names
  std::string_view content_type;  // empty: JSON
  bool replayed = false;          // the first answer to a repeated Idempotency-Key

  bool is_problem() const { return !code.empty(); }
};

}  // namespace holdfast::http
