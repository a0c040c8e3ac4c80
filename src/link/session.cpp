#include "link/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "link/link_server.hpp"

namespace holdfast {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_size = std::size_t{64} << 10;
// Replies that a peer has not taken: beyond this nothing more is read from it.
constexpr std::size_t outbox_bytes_max = std::size_t{256} << 10;
constexpr std::chrono::seconds write_patience{30};

}  // namespace

Session::Session(LinkServer& server, asio::ip::tcp::socket socket)
    : server_(server),
      socket_(std::move(socket)),
      reader_(server.config().framing),
      changed_(socket_.get_executor(), asio::steady_timer::time_point::max()),
      write_stall_(socket_.get_executor()) {}

asio::awaitable<void> Session::run() {
  const auto self = shared_from_this();
  co_await read_frames();
  reading_ = false;
  // The engine still holds exchanges that view this session's memory.
  while (in_flight_ > 0 || (writing_ && !broken_)) co_await wait();
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  while (writing_) co_await wait();
  server_.ended(*this);
}

asio::awaitable<void> Session::read_frames() {
  while (reading_ && !broken_) {
    const std::span<std::uint8_t> space = reader_.prepare(read_size);
    error_code error;
    const std::size_t size = co_await socket_.async_read_some(
        asio::buffer(space.data(), space.size()), asio::redirect_error(asio::use_awaitable, error));
    if (error || !reading_) co_return;
    reader_.commit(size);
    const bool sound = co_await handle_frames();
    flush();
    if (!sound) co_return;
  }
}

asio::awaitable<bool> Session::handle_frames() {
  for (;;) {
    const auto frame = reader_.next();
    if (!frame) {
      spdlog::warn("link {}: closing a connection: {}", server_.config().name,
                   iso8583::describe(frame.error()));
      co_return false;
    }
    if (!*frame) co_return true;
    while (!has_room() && !broken_) {
      flush();
      co_await wait();
    }
    if (broken_) co_return false;
    handle(**frame);
  }
}

bool Session::has_room() const {
  return in_flight_ < server_.config().in_flight_max && outbox_.size() < outbox_bytes_max;
}

void Session::handle(const iso8583::Frame& frame) {
  if (free_exchanges_.empty()) {
    exchanges_.push_back(std::make_unique<OwnedExchange>(*this));
    free_exchanges_.push_back(exchanges_.back().get());
  }
  OwnedExchange& exchange = *free_exchanges_.back();
  exchange.header.assign(frame.header.begin(), frame.header.end());
  exchange.payload.assign(frame.payload.begin(), frame.payload.end());
  if (server_.handler().handle(exchange, signed_on_, server_, outbox_) == Handled::submitted) {
    free_exchanges_.pop_back();
    ++in_flight_;
  }
}

void Session::finish(Exchange& exchange) {
  server_.handler().finish(exchange, outbox_);
  free_exchanges_.push_back(static_cast<OwnedExchange*>(&exchange));
  --in_flight_;
}

void Session::flush() {
  if (broken_) outbox_.clear();
  if (!writing_ && !outbox_.empty()) {
    writing_ = true;
    asio::co_spawn(socket_.get_executor(), write_replies(), asio::detached);
  }
  wake();
}

asio::awaitable<void> Session::write_replies() {
  const auto self = shared_from_this();
  while (!outbox_.empty() && !broken_) {
    sending_.swap(outbox_);
    outbox_.clear();
    write_stall_.expires_after(write_patience);
    write_stall_.async_wait([self](error_code error) {
      if (error) return;
      spdlog::warn("link {}: closing a connection that takes no replies",
                   self->server_.config().name);
      error_code ignored;
      self->socket_.close(ignored);
    });
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(sending_),
                               asio::redirect_error(asio::use_awaitable, error));
    write_stall_.cancel();
    if (error) broken_ = true;
  }
  writing_ = false;
  wake();
}

asio::awaitable<void> Session::wait() {
  error_code ignored;
  co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Session::stop() {
  reading_ = false;
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_receive, ignored);
}

}  // namespace holdfast
