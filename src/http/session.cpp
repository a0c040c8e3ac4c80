#include "http/session.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "http/upload.hpp"
#include "iso8583/mask.hpp"

namespace holdfast::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t head_size_max = 16 * 1024;
constexpr std::size_t json_size_max = 16 * 1024 * 1024;
constexpr std::size_t idempotency_key_size_max = 255;
constexpr std::size_t piece_size = 256 * 1024;
constexpr std::chrono::seconds idle_patience{75};
constexpr std::chrono::seconds body_patience{30};  // for a JSON body, and for a piece of a file
constexpr std::chrono::seconds write_patience{60};
constexpr std::chrono::seconds close_patience{2};

bool has_body(const wire::request_parser<wire::empty_body>& head) {
  return head.chunked() || head.content_length().value_or(0) > 0;
}

ApiResponse too_large() {
  return problem(413, "body_too_large", "The body is too large.");
}

ApiResponse body_failed(error_code failure) {
  if (failure == wire::error::body_limit) return too_large();
  if (failure == beast::error::timeout) {
    return problem(408, "timeout", "The body did not come in time.");
  }
  return problem(400, "bad_request", "The body could not be read.");
}

// A path that nobody looked into yet may hold a card number, mistyped or written with %34 for a 4.
std::string without_digits(std::string_view path) {
  constexpr std::string_view version = "/v1";
  std::string text(path);
  std::replace_if(
      text.begin() + (path.starts_with(version) ? version.size() : 0), text.end(),
      [](char c) { return c >= '0' && c <= '9'; }, '*');
  return text;
}

// Never what the caller sent, but for a path without its digits.
void log_refusal(const ApiRequest& request, const ApiResponse& response) {
  const std::string path =
      request.route.empty() ? without_digits(request.path) : std::string(request.route);
  spdlog::info("http: {} {} {} {}", request.method, path, response.status, response.code);
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Api& api, const std::string& token)
    : stream_(std::move(socket)), buffer_(piece_size), api_(api), token_(token) {
  error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

asio::awaitable<void> Session::run() {
  bool goes_on = true;
  while (goes_on && !is_stopping_) goes_on = co_await serve_one();
  co_await close();
}

void Session::stop() {
  is_stopping_ = true;
  if (is_reading_) stream_.cancel();
}

asio::awaitable<bool> Session::serve_one() {
  HeadParser head;
  head.header_limit(head_size_max);
  head.body_limit(api_.core.config.http.body_bytes_max);
  is_reading_ = true;
  stream_.expires_after(idle_patience);
  error_code failure;
  co_await wire::async_read_header(stream_, buffer_, head,
                                   asio::redirect_error(asio::use_awaitable, failure));
  if (failure) co_return co_await refuse_head(failure);
  const bool keep_alive = head.keep_alive();
  ApiRequest request;
  const Route* route = nullptr;
  std::optional<ApiResponse> refused = check_head(head, request, route);
  if (refused) {
    // What is left of the request would be taken for the next one; the body of this answer, for
    // the next answer by a peer that asked for a HEAD.
    const bool goes_on = keep_alive && !has_body(head) && request.method != "HEAD";
    log_refusal(request, *refused);
    co_return co_await write(*refused, goes_on);
  }
  refused = co_await read_body(head, route->body, request);
  is_reading_ = false;
  if (refused) {
    log_refusal(request, *refused);
    co_await write(*refused, false);
    co_return false;
  }
  stream_.expires_never();
  const ApiResponse response = co_await call(*route, request);
  if (response.is_problem()) log_refusal(request, response);
  co_return co_await write(response, keep_alive);
}

asio::awaitable<bool> Session::refuse_head(error_code failure) {
  // An error of HTTP itself is answered; a peer that has left or sleeps is not.
  const bool is_syntax =
      failure.category() == make_error_code(wire::error::bad_version).category() &&
      failure != wire::error::end_of_stream && failure != wire::error::partial_message;
  if (!is_syntax) co_return false;
  ApiResponse response = problem(400, "bad_request", "The request is not HTTP/1.1.");
  if (failure == wire::error::body_limit) response = too_large();
  if (failure == wire::error::header_limit) {
    response = problem(431, "head_too_large", "The head of the request is too large.");
  }
  spdlog::info("http: {} {}", response.status, response.code);
  co_await write(response, false);
  co_return false;
}

std::optional<ApiResponse> Session::check_head(const HeadParser& head, ApiRequest& request,
                                               const Route*& route) {
  const auto& message = head.get();
  // Another method than HTTP's own may be any text, and this one is logged.
  request.method = std::string(wire::to_string(message.method()));
  const bool is_decodable = read_target(message.target(), request);
  RouteMatch match = find_route(request.method, request.path);
  route = match.route;
  if ((route == nullptr || !route->is_public) &&
      !is_authorized(message[wire::field::authorization])) {
    return problem(401, "unauthorized", "A bearer token is needed.");
  }
  if (!is_decodable) return problem(400, "bad_query", "The query cannot be decoded.");
  if (route == nullptr && match.allow.empty()) {
    return problem(404, "unknown_route", "There is nothing at this path.");
  }
  if (route == nullptr) {
    ApiResponse response = problem(405, "method_not_allowed", "Not with this method.");
    response.allow = match.allow;
    return response;
  }
  request.route = route->path;
  request.parameter = std::move(match.parameter);
  if (!knows_query(*route, request)) {
    return problem(400, "bad_query", "The query has a key that is not known here.");
  }
  request.idempotency_key = std::string(message["Idempotency-Key"]);
  if (request.idempotency_key.size() > idempotency_key_size_max) {
    return problem(400, "bad_idempotency_key", "An Idempotency-Key has at most 255 bytes.");
  }
  if (route->body == BodyKind::json && head.content_length().value_or(0) > json_size_max) {
    return too_large();
  }
  return std::nullopt;
}

asio::awaitable<std::optional<ApiResponse>> Session::read_body(HeadParser& head, BodyKind kind,
                                                               ApiRequest& request) {
  if (!has_body(head)) co_return std::nullopt;
  if (beast::iequals(head.get()[wire::field::expect], "100-continue")) {
    wire::response<wire::empty_body> go_on(wire::status::continue_, 11);
    error_code failure;
    stream_.expires_after(body_patience);
    co_await wire::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, failure));
    if (failure) co_return body_failed(failure);
  }
  if (kind == BodyKind::file) co_return co_await read_file(head, request);
  co_return co_await read_text(head, request);
}

asio::awaitable<std::optional<ApiResponse>> Session::read_text(HeadParser& head,
                                                               ApiRequest& request) {
  wire::request_parser<wire::string_body> body(std::move(head));
  body.body_limit(json_size_max);
  error_code failure;
  stream_.expires_after(body_patience);
  co_await wire::async_read(stream_, buffer_, body,
                            asio::redirect_error(asio::use_awaitable, failure));
  if (failure) co_return body_failed(failure);
  request.body = std::move(body.get().body());
  co_return std::nullopt;
}

asio::awaitable<std::optional<ApiResponse>> Session::read_file(HeadParser& head,
                                                               ApiRequest& request) {
  auto writer =
      UploadWriter::create(api_.clearing.upload_folder(), !request.idempotency_key.empty());
  const auto storage_failed = [](const Error& error) {
    spdlog::error("http: a clearing file cannot be taken: {}", error.text);
    return problem(503, "storage_failed", "The file cannot be written.");
  };
  if (!writer) co_return storage_failed(writer.error());
  wire::request_parser<wire::buffer_body> body(std::move(head));
  body.body_limit(api_.core.config.http.body_bytes_max);
  const auto piece = std::make_unique<char[]>(piece_size);
  while (!body.is_done()) {
    body.get().body().data = piece.get();
    body.get().body().size = piece_size;
    body.get().body().more = true;
    error_code failure;
    stream_.expires_after(body_patience);
    co_await wire::async_read(stream_, buffer_, body,
                              asio::redirect_error(asio::use_awaitable, failure));
    if (failure && failure != wire::error::need_buffer) co_return body_failed(failure);
    const std::size_t size = piece_size - body.get().body().size;
    const Outcome<void> written = writer->write({piece.get(), size});
    if (!written) co_return storage_failed(written.error());
  }
  if (writer->size() > 0) request.file.emplace(writer->finish());
  co_return std::nullopt;
}

asio::awaitable<ApiResponse> Session::call(const Route& route, const ApiRequest& request) {
  try {
    co_return co_await route.call(api_, request);
  } catch (const std::exception& exception) {
    spdlog::error("http: {} {}: {}", request.method, request.route, exception.what());
  }
  co_return problem(500, "internal", "The call failed inside; see the log.");
}

asio::awaitable<bool> Session::write(const ApiResponse& response, bool keep_alive) {
  wire::response<wire::string_body> message(static_cast<wire::status>(response.status), 11);
  message.set(wire::field::content_type, !response.content_type.empty() ? response.content_type
                                         : response.is_problem()        ? "application/problem+json"
                                                                        : "application/json");
  message.set(wire::field::cache_control, "no-store");
  if (response.status == 401) message.set(wire::field::www_authenticate, "Bearer");
  if (!response.allow.empty()) message.set(wire::field::allow, response.allow);
  if (response.replayed) message.set("Idempotent-Replay", "true");
  const bool goes_on = keep_alive && !is_stopping_;
  message.keep_alive(goes_on);
  message.body() = response.body;
  message.prepare_payload();
  is_reading_ = false;
  stream_.expires_after(write_patience);
  error_code failure;
  co_await wire::async_write(stream_, message, asio::redirect_error(asio::use_awaitable, failure));
  co_return goes_on && !failure;
}

asio::awaitable<void> Session::close() {
  error_code failure;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failure);
  // A peer that still sends would lose the answer to a reset: what it sends is thrown away.
  is_reading_ = true;
  stream_.expires_after(close_patience);
  while (!failure && !is_stopping_) {
    buffer_.clear();
    co_await stream_.async_read_some(buffer_.prepare(4096),
                                     asio::redirect_error(asio::use_awaitable, failure));
  }
  stream_.close();
}

bool Session::is_authorized(std::string_view authorization) const {
  constexpr std::string_view scheme = "Bearer ";
  if (!beast::iequals(authorization.substr(0, scheme.size()), scheme)) return false;
  const std::string_view given =
      authorization.substr(std::min(scheme.size(), authorization.size()));
  return given.size() == token_.size() &&
         CRYPTO_memcmp(given.data(), token_.data(), token_.size()) == 0;
}

}  // namespace holdfast::http
