// What a call to the API says and what it is answered, without the bytes of HTTP.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

// A body that was written to a file because it may be larger than memory. The file is gone when
// this is.
class UploadedFile {
 public:
  UploadedFile(std::filesystem::path path, std::string content_hash)
      : path_(std::move(path)), content_hash_(std::move(content_hash)) {}
  UploadedFile(UploadedFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), content_hash_(std::move(other.content_hash_)) {}
  UploadedFile& operator=(UploadedFile&&) = delete;
  ~UploadedFile() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  // SHA-256 as hex; empty when nobody asked for it.
  const std::string& content_hash() const { return content_hash_; }

 private:
  std::filesystem::path path_;
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
  std::string code;       // of a problem, also for the log; empty when it went well
  std::string allow;      // the methods that a 405 names
  bool replayed = false;  // the first answer to a repeated Idempotency-Key

  bool is_problem() const { return !code.empty(); }
};

}  // namespace holdfast::http
