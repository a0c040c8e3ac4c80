#include "http/client.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/version.hpp>
#include <fstream>
#include <optional>

#include "http/running_switch.hpp"

namespace holdfast::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::uint64_t body_size_max = 1ULL << 30;

std::optional<HostAndPort> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  while (url.ends_with('/')) url.remove_suffix(1);
  return parse_host_and_port(url);
}

std::optional<std::string> read_token(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string token;
  if (!stream || !std::getline(stream, token) || token.empty()) return std::nullopt;
  return token;
}

}  // namespace

struct ApiClient::Connection {
  HostAndPort address;
  std::string token;
  std::chrono::milliseconds timeout{30'000};
  asio::io_context io;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer received;

  // Runs what was started until it is done or its time is over.
  template <typename Start>
  error_code run(Start start) {
    error_code outcome = asio::error::timed_out;
    stream->expires_after(timeout);
    start([&outcome](error_code failure, auto&&...) { outcome = failure; });
    io.restart();
    io.run();
    return outcome;
  }

  // A kept connection that the server has closed meanwhile is seen before anything is sent on it.
  bool is_open() {
    if (!stream) return false;
    error_code failure;
    stream->socket().non_blocking(true, failure);
    char byte = 0;
    stream->socket().receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, failure);
    return failure == asio::error::would_block;
  }

  error_code open() {
    asio::ip::tcp::resolver resolver(io);
    error_code failure;
    const auto endpoints = resolver.resolve(address.host, address.port, failure);
    if (failure) return failure;
    received.clear();
    stream.emplace(io);
    failure = run([&](auto done) { stream->async_connect(endpoints, done); });
    if (failure) return failure;
    stream->socket().set_option(asio::ip::tcp::no_delay(true), failure);
    return failure;
  }

  std::string failure_text(std::string_view what, error_code failure) {
    stream.reset();
    return fmt::format("{}:{}: {}: {}", address.host, address.port, what, failure.message());
  }
};

ApiClient::ApiClient(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;
ApiClient::~ApiClient() = default;

boost::system::result<ApiClient, std::string> ApiClient::from_config(
    const std::filesystem::path& config_file) {
  auto running = find_running_switch(config_file);
  if (!running) return running.error();
  return connect("http://" + running->api_address, running->token_file);
}

boost::system::result<ApiClient, std::string> ApiClient::connect(
    std::string_view url, const std::filesystem::path& token_file) {
  auto address = parse_url(url);
  if (!address) return fmt::format("'{}' is not an address such as http://127.0.0.1:8583", url);
  auto token = read_token(token_file);
  if (!token) return fmt::format("{}: no API token can be read", token_file.string());
  auto connection = std::make_unique<Connection>();
  connection->address = std::move(*address);
  connection->token = std::move(*token);
  return ApiClient(std::move(connection));
}

void ApiClient::set_timeout(std::chrono::milliseconds timeout) {
  connection_->timeout = timeout;
}

boost::system::result<Response, std::string> ApiClient::request(std::string_view method,
                                                                std::string_view target,
                                                                std::string_view body,
                                                                std::span<const Header> headers) {
  Connection& c = *connection_;
  if (!c.is_open()) {
    if (const error_code failure = c.open()) return c.failure_text("connecting", failure);
  }
  beast::http::request<beast::http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(beast::http::field::host, c.address.host + ":" + c.address.port);
  request.set(beast::http::field::authorization, "Bearer " + c.token);
  if (!body.empty()) request.set(beast::http::field::content_type, "application/json");
  for (const Header& header : headers) request.set(header.name, header.value);
  request.body() = body;
  request.prepare_payload();
  error_code failure =
      c.run([&](auto done) { beast::http::async_write(*c.stream, request, done); });
  if (failure) return c.failure_text("sending", failure);

  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(body_size_max);
  failure = c.run([&](auto done) { beast::http::async_read(*c.stream, c.received, parser, done); });
  if (failure) return c.failure_text("waiting for the answer", failure);
  auto& message = parser.get();
  Response response;
  response.status = static_cast<int>(message.result_int());
  response.idempotent_replay = message["Idempotent-Replay"] == "true";
  response.body = std::move(message.body());
  if (!message.keep_alive()) c.stream.reset();
  return response;
}

}  // namespace holdfast::http
