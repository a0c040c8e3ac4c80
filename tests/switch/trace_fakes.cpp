#include "trace_fakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "trace/wire.hpp"

namespace holdfast::trace::test {

namespace asio = boost::asio;
using asio::ip::tcp;

std::shared_ptr<const iso8583::Dialect> link_dialect() {
  static const auto dialect = std::make_shared<const iso8583::Dialect>(
      *iso8583::load_dialect(HOLDFAST_SOURCE_DIR "/config/dialects/iso87-ascii.toml"));
  return dialect;
}

struct FakeServer::State {
  explicit State(Answer answer_) : answer(std::move(answer_)) {}

  Answer answer;
  asio::io_context io;
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  std::mutex mutex;
  bool stopping = false;
  std::list<tcp::socket> sockets;
  std::vector<std::thread> threads;
  std::thread acceptor_thread;

  void accept_until_stopped() {
    for (;;) {
      boost::system::error_code failure;
      tcp::socket socket = acceptor.accept(failure);
      const std::lock_guard lock(mutex);
      if (failure || stopping) return;
      sockets.push_back(std::move(socket));
      threads.emplace_back([this, &accepted = sockets.back()] { serve(accepted); });
    }
  }

  void serve(tcp::socket& socket) {
    std::string received;
    for (;;) {
      std::array<char, 65536> buffer{};
      boost::system::error_code failure;
      const std::size_t size = socket.read_some(asio::buffer(buffer), failure);
      if (failure) return;
      received.append(buffer.data(), size);
      Turn turn{received, false};
      const std::string out = answer(turn);
      asio::write(socket, asio::buffer(out), failure);
      if (!turn.close) continue;
      socket.shutdown(tcp::socket::shutdown_both, failure);
      return;
    }
  }
};

FakeServer::FakeServer(Answer answer) : state_(std::make_unique<State>(std::move(answer))) {
  state_->acceptor_thread = std::thread([this] { state_->accept_until_stopped(); });
}

FakeServer::~FakeServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    boost::system::error_code ignored;
    for (tcp::socket& socket : state_->sockets) {
      socket.shutdown(tcp::socket::shutdown_both, ignored);
    }
  }
  // A blocking accept is woken by a last connection.
  tcp::socket last(state_->io);
  boost::system::error_code ignored;
  last.connect(state_->acceptor.local_endpoint(), ignored);
  state_->acceptor_thread.join();
  for (std::thread& thread : state_->threads) thread.join();
}

std::string FakeServer::port() const {
  return std::to_string(state_->acceptor.local_endpoint().port());
}

FakeServer::Answer answering_frames(Reply reply) {
  return [reply = std::move(reply)](FakeServer::Turn& turn) {
    std::vector<std::string> frames;
    while (turn.received.size() >= 2) {
      const auto size =
          static_cast<std::size_t>(static_cast<unsigned char>(turn.received[0])) * 256 +
          static_cast<unsigned char>(turn.received[1]);
      if (turn.received.size() < 2 + size) break;
      const auto request =
          decode_message(*link_dialect(), std::string_view(turn.received).substr(2, size)).message;
      turn.received.erase(0, 2 + size);
      for (const TraceMessage& message : reply(request)) {
        if (message.mti == "close") turn.close = true;
        if (message.mti.size() != 4) continue;
        const std::string bytes = *encode_message(*link_dialect(), message);
        frames.push_back(
            {static_cast<char>(bytes.size() / 256), static_cast<char>(bytes.size() % 256)});
        frames.back() += bytes;
      }
    }
    std::reverse(frames.begin(), frames.end());
    std::string out;
    for (const std::string& frame : frames) out += frame;
    return out;
  };
}

FakeServer::Answer answering_http(Handle handle) {
  return [handle = std::move(handle)](FakeServer::Turn& turn) -> std::string {
    const auto head_end = turn.received.find("\r\n\r\n");
    if (head_end == std::string::npos) return {};
    const std::string head = turn.received.substr(0, head_end);
    std::size_t length = 0;
    if (const auto at = head.find("Content-Length: "); at != std::string::npos) {
      length = std::stoul(head.substr(at + 16));
    }
    if (turn.received.size() < head_end + 4 + length) return {};
    const std::string body = turn.received.substr(head_end + 4, length);
    turn.received.erase(0, head_end + 4 + length);
    const std::string request_line = head.substr(0, head.find(" HTTP/1.1"));
    const FakeResponse response = handle(request_line, body, head);
    if (response.status == "close") {
      turn.close = true;
      return {};
    }
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", response.status, response.body.size(),
        request_line.starts_with("POST /v1/again") ? "Idempotent-Replay: true\r\n" : "",
        response.body);
  };
}

}  // namespace holdfast::trace::test
