// What both references are made of: an Asio server on one thread that cuts frames by their
// two-byte length and sends what it is told to.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace reference {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t length_header_size = 2;
constexpr std::size_t frame_size_max = 65'535 + length_header_size;

// How many bytes at the front of `received` are whole frames, their length headers included.
inline std::size_t whole_frames(Bytes received) {
  std::size_t end = 0;
  while (received.size() - end >= length_header_size) {
    const std::size_t payload = std::size_t{received[end]} << 8 | received[end + 1];
    if (received.size() - end - length_header_size < payload) break;
    end += length_header_size + payload;
  }
  return end;
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  // Hears of whole frames; they are gone when it returns.
  using OnFrames = std::function<void(Session&, Bytes frames)>;

  Session(tcp::socket socket, const OnFrames& on_frames)
      : socket_(std::move(socket)), on_frames_(on_frames), received_(2 * frame_size_max) {}

  void read() {
    const auto space = boost::asio::buffer(received_.data() + end_, received_.size() - end_);
    socket_.async_read_some(space, [self = shared_from_this()](error_code error, std::size_t size) {
      if (error) return;
      self->take(size);
      self->read();
    });
  }

  void send(Bytes frames) {
    waiting_.insert(waiting_.end(), frames.begin(), frames.end());
    if (!sending_) write();
  }

 private:
  void take(std::size_t size) {
    end_ += size;
    const std::size_t whole = whole_frames({received_.data(), end_});
    if (whole == 0) return;
    on_frames_(*this, {received_.data(), whole});
    std::memmove(received_.data(), received_.data() + whole, end_ - whole);
    end_ -= whole;
  }

  void write() {
    sending_ = true;
    in_flight_.swap(waiting_);
    waiting_.clear();
    boost::asio::async_write(socket_, boost::asio::buffer(in_flight_),
                             [self = shared_from_this()](error_code error, std::size_t) {
                               self->sending_ = false;
                               if (!error && !self->waiting_.empty()) self->write();
                             });
  }

  tcp::socket socket_;
  const OnFrames& on_frames_;
  std::vector<std::uint8_t> received_;
  std::size_t end_ = 0;
  std::vector<std::uint8_t> waiting_;
  std::vector<std::uint8_t> in_flight_;
  bool sending_ = false;
};

class Server {
 public:
  Server(boost::asio::io_context& io, Session::OnFrames on_frames)
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        signals_(io, SIGINT, SIGTERM),
        on_frames_(std::move(on_frames)) {
    signals_.async_wait([&io](error_code, int) { io.stop(); });
    accept();
  }

  // Tells the bench where to connect.
  void say_ready() const {
    std::printf("ready port=%d\n", static_cast<int>(acceptor_.local_endpoint().port()));
    std::fflush(stdout);
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) return;
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket), on_frames_)->read();
      accept();
    });
  }

  tcp::acceptor acceptor_;
  boost::asio::signal_set signals_;
  const Session::OnFrames on_frames_;
};

}  // namespace reference
