#include "trace/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace holdfast::trace {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
constexpr std::size_t read_size = 16 * 1024;
constexpr int send_patience_ms = 30'000;

}  // namespace

struct Connection::State {
  explicit State(const iso8583::FramingOptions& framing) : reader(framing), socket(io) {}

  iso8583::FrameReader reader;
  asio::io_context io;
  asio::ip::tcp::socket socket;
  std::vector<ReceivedFrame> frames;
  bool closed = false;
  std::string closed_because;

  void close(std::string reason) {
    if (closed) return;
    closed = true;
    closed_because = std::move(reason);
  }

  // Reads what is there without waiting.
  void receive() {
    while (!closed) {
      const auto space = reader.prepare(read_size);
      error_code failure;
      const std::size_t size = socket.read_some(asio::buffer(space.data(), space.size()), failure);
      if (failure == asio::error::would_block) return;
      if (failure == asio::error::eof) return close("closed by the peer");
      if (failure) return close(failure.message());
      reader.commit(size);
      take_frames_of_reader();
    }
  }

  void take_frames_of_reader() {
    const SteadyTime now = std::chrono::steady_clock::now();
    for (;;) {
      const auto frame = reader.next();
      if (!frame) {
        const std::string_view reason = iso8583::describe(frame.error());
        return close(fmt::format("what it sent is no frame: {}", reason));
      }
      if (!*frame) return;
      const auto payload = (*frame)->payload;
      frames.push_back({std::string(payload.begin(), payload.end()), now});
    }
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

boost::system::result<Connection, Reason> Connection::open(const http::HostAndPort& address,
                                                           const iso8583::FramingOptions& framing) {
  auto state = std::make_unique<State>(framing);
  error_code failure;
  asio::ip::tcp::resolver resolver(state->io);
  const auto endpoints = resolver.resolve(address.host, address.port, failure);
  if (!failure) asio::connect(state->socket, endpoints, failure);
  if (!failure) state->socket.set_option(asio::ip::tcp::no_delay(true), failure);
  if (!failure) state->socket.non_blocking(true, failure);
  if (failure) return because("{}:{}: {}", address.host, address.port, failure.message());
  return Connection(std::move(state));
}

boost::system::result<void, Reason> Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    error_code failure;
    const std::size_t size =
        state_->socket.write_some(asio::buffer(bytes.data(), bytes.size()), failure);
    bytes.remove_prefix(size);
    if (!failure) continue;
    if (failure != asio::error::would_block) return Reason::of(failure.message());
    pollfd handle{state_->socket.native_handle(), POLLIN | POLLOUT, 0};
    if (::poll(&handle, 1, send_patience_ms) == 0) return because("nothing can be sent");
    state_->receive();
  }
  return {};
}

boost::system::result<void, Reason> Connection::send_frame(std::string_view payload) {
  const iso8583::FramingOptions& framing = state_->reader.options();
  std::vector<std::uint8_t> frame(iso8583::frame_header_size(framing) + payload.size());
  const std::vector<std::uint8_t> fixed_header(framing.fixed_header_length);
  const auto header = iso8583::write_frame_header(framing, fixed_header, payload.size(), frame);
  if (!header) return because("{}", iso8583::describe(header.error()));
  std::copy(payload.begin(), payload.end(), frame.begin() + static_cast<std::ptrdiff_t>(*header));
  return send(std::string(frame.begin(), frame.end()));
}

std::uint16_t Connection::port() const {
  error_code ignored;
  return state_->socket.local_endpoint(ignored).port();
}

void Connection::finish_sending() {
  error_code ignored;
  state_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

std::vector<ReceivedFrame> Connection::take_frames() {
  return std::exchange(state_->frames, {});
}
bool Connection::is_closed() const {
  return state_->closed;
}
const std::string& Connection::closed_because() const {
  return state_->closed_because;
}

void wait_for_frames(std::span<Connection*> connections, SteadyTime deadline) {
  std::vector<pollfd> handles;
  for (Connection* connection : connections) {
    if (connection->is_closed()) continue;
    handles.push_back({connection->state_->socket.native_handle(), POLLIN, 0});
  }
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  ::poll(handles.data(), handles.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  for (Connection* connection : connections) connection->state_->receive();
}

}  // namespace holdfast::trace
