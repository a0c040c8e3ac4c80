// A blocking HTTP/1.1 client for the switch's own API: one kept connection, a bearer token, a
// time limit on every call. Not for several threads at once.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::http {

struct Response {
  int status = 0;
  std::string body;
  bool idempotent_replay = false;  // the server answered with `Idempotent-Replay: true`
};

struct Header {
  std::string name;
  std::string value;
};

class ApiClient {
 public:
  // The running switch of a config file: its address from `data_dir/endpoints.json`, its token
  // from `[http] token_file`. The connection is made by the first request.
  static boost::system::result<ApiClient, std::string> from_config(
      const std::filesystem::path& config_file);

  // `url` is "http://HOST:PORT", the token is the first line of `token_file`.
  static boost::system::result<ApiClient, std::string> connect(
      std::string_view url, const std::filesystem::path& token_file);

  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;
  ~ApiClient();

  // Of each request from now on; 30 seconds at first.
  void set_timeout(std::chrono::milliseconds timeout);

  // Sends one request and reads its whole answer, whatever its status is. `target` begins with
  // "/v1". A body goes as application/json unless `headers` say otherwise. Nothing is sent twice:
  // after an error the caller does not know whether the server acted, and an Idempotency-Key
  // makes it safe to ask again. The error is one line for people.
  boost::system::result<Response, std::string> request(std::string_view method,
                                                       std::string_view target,
                                                       std::string_view body = {},
                                                       std::span<const Header> headers = {});

 private:
  struct Connection;
  explicit ApiClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace holdfast::http
