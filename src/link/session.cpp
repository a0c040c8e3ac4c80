#include "link/session.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "link/link_server.hpp"

namespace holdfast {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t read_size = std::size_t{64} << 10;
// Replies that a peer has not taken: beyond this nothing more is read from it.
constexpr std::size_t outbox_bytes_max = std::size_t{256} << 10;
constexpr std::chrono::seconds write_patience{30};
constexpr std::chrono::seconds close_patience{2};
// What a burst needed is given back; what the usual traffic needs is kept.
constexpr std::size_t idle_exchanges_max = 32;

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
  co_await close();
  while (writing_) co_await wait();
  server_.ended(*this);
}

// Closing with input unread would reset the connection, and the peer lose replies that are on
// their way: what it still sends is thrown away until it has seen the end.
asio::awaitable<void> Session::close() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  asio::steady_timer patience(socket_.get_executor(), close_patience);
  patience.async_wait([self = shared_from_this()](error_code cancelled) {
    if (!cancelled) self->socket_.close(cancelled);
  });
  std::array<char, 4096> ignored;
  while (!error) {
    co_await socket_.async_read_some(asio::buffer(ignored),
                                     asio::redirect_error(asio::use_awaitable, error));
  }
  patience.cancel();
  socket_.close(error);
}

asio::awaitable<void> Session::read_frames() {
  while (reading_ && !broken_) {
    const std::span<std::uint8_t> space = reader_.prepare(read_size);
    error_code error;
    const std::size_t size = co_await socket_.async_read_some(
        asio::buffer(space.data(), space.size()),
        asio::bind_cancellation_slot(stop_reading_.slot(),
                                     asio::redirect_error(asio::use_awaitable, error)));
    if (error || !reading_) co_return;
    // Every whole frame in the reader ends in these bytes: earlier ones were handled.
    received_at_ = std::chrono::steady_clock::now();
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
      if (!has_room() && !broken_) co_await wait();
    }
    if (broken_) co_return false;
    handle(**frame);
  }
}

bool Session::has_room() const {
  return in_flight_ < server_.config().in_flight_max && outbox_.size() < outbox_bytes_max;
}

void Session::handle(const iso8583::Frame& frame) {
  if (in_flight_ == exchanges_.size()) {
    exchanges_.push_back(std::make_unique<OwnedExchange>(*this, in_flight_));
  }
  OwnedExchange& exchange = *exchanges_[in_flight_];
  exchange.received_at = received_at_;
  exchange.header.assign(frame.header.begin(), frame.header.end());
  exchange.payload.assign(frame.payload.begin(), frame.payload.end());
  if (server_.handler().handle(exchange, signed_on_, server_, outbox_) == Handled::submitted) {
    ++in_flight_;
    server_.wake_engine_soon();
  }
}

void Session::finish(Exchange& exchange) {
  server_.handler().finish(exchange, outbox_);
  const std::size_t place = static_cast<OwnedExchange&>(exchange).place;
  --in_flight_;
  std::swap(exchanges_[place], exchanges_[in_flight_]);
  exchanges_[place]->place = place;
  exchanges_[in_flight_]->place = in_flight_;
  if (exchanges_.size() - in_flight_ > idle_exchanges_max) exchanges_.pop_back();
}

void Session::flush() {
  if (broken_) outbox_.clear();
  if (!writing_ && !outbox_.empty() && !send_at_once()) {
    writing_ = true;
    asio::co_spawn(socket_.get_executor(), write_replies(), asio::detached);
  }
  wake();
}

bool Session::send_at_once() {
  error_code error;
  const std::size_t sent = socket_.write_some(asio::buffer(outbox_), error);
  outbox_.erase(outbox_.begin(), outbox_.begin() + static_cast<std::ptrdiff_t>(sent));
  if (error && error != asio::error::would_block) {
    broken_ = true;
    outbox_.clear();
  }
  return outbox_.empty();
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
  stop_reading_.emit(asio::cancellation_type::terminal);
}

}  // namespace holdfast
