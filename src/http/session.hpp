// One connection of the API: reads a request, answers it, and so on while the peer keeps it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

#include "http/api.hpp"
#include "http/routes.hpp"

namespace holdfast::http {

class Session {
 public:
  // `token` and `api` outlive the session.
  Session(boost::asio::ip::tcp::socket socket, Api& api, const std::string& token);

  // Until the peer leaves, a limit is passed, or stop().
  boost::asio::awaitable<void> run();
  // Takes no other request: a call that is being worked on is answered, anything else ends now.
  void stop();

 private:
  using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> refuse_head(boost::system::error_code failure);
  // What is against the request before its body is read.
  std::optional<ApiResponse> check_head(const HeadParser& head, ApiRequest& request,
                                        const Route*& route);
  // What went wrong, or nothing: the body stands in the request.
  boost::asio::awaitable<std::optional<ApiResponse>> read_body(HeadParser& head, BodyKind kind,
                                                               ApiRequest& request);
  boost::asio::awaitable<std::optional<ApiResponse>> read_text(HeadParser& head,
                                                               ApiRequest& request);
  boost::asio::awaitable<std::optional<ApiResponse>> read_file(HeadParser& head,
                                                               ApiRequest& request);
  boost::asio::awaitable<ApiResponse> call(const Route& route, const ApiRequest& request);
  // False when the connection cannot be used any more.
  boost::asio::awaitable<bool> write(const ApiResponse& response, bool keep_alive);
  boost::asio::awaitable<void> close();
  bool is_authorized(std::string_view authorization) const;

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  Api& api_;
  const std::string& token_;
  bool is_stopping_ = false;
  bool is_reading_ = true;  // stop() may cut it here: nothing has happened yet
};

}  // namespace holdfast::http
