#include "http/file_upload.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/file_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace holdfast::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds step_patience{30};
constexpr std::uint64_t answer_size_max = std::uint64_t{1} << 30;

class Upload {
 public:
  explicit Upload(const UploadTarget& target) : target_(target), stream_(io_) {}

  error_code connect() {
    asio::ip::tcp::resolver resolver(io_);
    error_code failure;
    const auto endpoints = resolver.resolve(target_.address.host, target_.address.port, failure);
    if (failure) return failure;
    failure = run([&](auto done) { stream_.async_connect(endpoints, done); });
    if (failure) return failure;
    error_code ignored;
    // A server that is gone without a word is noticed.
    stream_.socket().set_option(asio::socket_base::keep_alive(true), ignored);
    return failure;
  }

  error_code send(const std::filesystem::path& file, std::span<const Header> headers,
                  const std::function<void(std::uint64_t)>& progress) {
    error_code failure;
    wire::request<wire::file_body> request(wire::verb::post, target_.target, 11);
    request.body().open(file.c_str(), beast::file_mode::scan, failure);
    if (failure) return failure;
    request.set(wire::field::host, target_.address.host + ":" + target_.address.port);
    request.set(wire::field::authorization, "Bearer " + target_.token);
    request.set(wire::field::content_type, "application/octet-stream");
    for (const Header& header : headers) request.set(header.name, header.value);
    request.prepare_payload();
    wire::request_serializer<wire::file_body> serializer(request);
    std::uint64_t sent = 0;
    while (!serializer.is_done() && !failure) {
      std::size_t written = 0;
      failure = run([&](auto done) {
        wire::async_write_some(stream_, serializer, [&written, done](error_code e, std::size_t n) {
          written = n;
          done(e);
        });
      });
      sent += written;
      progress(sent);
    }
    return failure;
  }

  error_code receive(Response& response) {
    wire::response_parser<wire::string_body> parser;
    parser.body_limit(answer_size_max);
    beast::flat_buffer received;
    error_code failure;
    wire::read(stream_, received, parser, failure);  // without a time limit
    if (failure) return failure;
    response.status = static_cast<int>(parser.get().result_int());
    response.idempotent_replay = parser.get()["Idempotent-Replay"] == "true";
    response.body = std::move(parser.get().body());
    return {};
  }

 private:
  // Runs what was started until it is done or its time is over.
  template <typename Start>
  error_code run(Start start) {
    error_code outcome = asio::error::timed_out;
    stream_.expires_after(step_patience);
    start([&outcome](error_code failure, auto&&...) { outcome = failure; });
    io_.restart();
    io_.run();
    return outcome;
  }

  const UploadTarget& target_;
  asio::io_context io_;
  beast::tcp_stream stream_;
};

}  // namespace

boost::system::result<Response, std::string> upload_file(
    const UploadTarget& target, const std::filesystem::path& file, std::span<const Header> headers,
    const std::function<void(std::uint64_t)>& progress) {
  const auto described = [&target](std::string_view what, error_code failure) {
    return fmt::format("{}:{}: {}: {}", target.address.host, target.address.port, what,
                       failure.message());
  };
  error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) {
    return fmt::format("{}: not a file that can be read", file.string());
  }
  Upload upload(target);
  if (failure = upload.connect(); failure) return described("connecting", failure);
  const error_code sending = upload.send(file, headers, progress);
  Response response;
  // A server that refuses early answers before it has everything.
  failure = upload.receive(response);
  if (failure)
    return sending ? described("sending", sending) : described("waiting for the answer", failure);
  return response;
}

}  // namespace holdfast::http
