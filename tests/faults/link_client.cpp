#include "link_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace faults {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

int milliseconds_until(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

}  // namespace

LinkClient::LinkClient(const iso8583::Dialect& dialect, const std::string& address)
    : dialect_(dialect) {
  const std::size_t colon = address.rfind(':');
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

LinkClient::~LinkClient() {
  if (socket_ >= 0) ::close(socket_);
}

std::vector<std::uint8_t> LinkClient::encode(const Fields& fields) const {
  iso8583::Message message;
  for (const auto& [field, value] : fields) {
    if (field == 0) {
      message.set_mti(value);
    } else {
      message.set(field, value);
    }
  }
  std::vector<std::uint8_t> payload(4096);
  const auto size = iso8583::encode(dialect_, message, payload);
  payload.resize(size ? *size : 0);
  return payload;
}

bool LinkClient::send_payload(const std::vector<std::uint8_t>& payload) {
  std::vector<std::uint8_t> frame{static_cast<std::uint8_t>(payload.size() >> 8),
                                  static_cast<std::uint8_t>(payload.size() & 0xff)};
  frame.insert(frame.end(), payload.begin(), payload.end());
  return send_bytes(frame);
}

bool LinkClient::send_bytes(const std::vector<std::uint8_t>& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

bool LinkClient::fill(std::size_t size, steady_clock::time_point deadline) {
  std::array<std::uint8_t, 65536> chunk;
  while (received_.size() < size) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds_until(deadline)) <= 0) return false;
    const ssize_t n = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (n <= 0) return false;
    received_.insert(received_.end(), chunk.begin(), chunk.begin() + n);
  }
  return true;
}

std::optional<std::vector<std::uint8_t>> LinkClient::receive_payload(milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  if (!fill(2, deadline)) return std::nullopt;
  const std::size_t size = static_cast<std::size_t>(received_[0]) << 8 | received_[1];
  if (!fill(2 + size, deadline)) return std::nullopt;
  const auto begin = received_.begin() + 2;
  const auto end = begin + static_cast<std::ptrdiff_t>(size);
  std::vector<std::uint8_t> payload(begin, end);
  received_.erase(received_.begin(), end);
  return payload;
}

std::optional<Fields> LinkClient::receive(milliseconds patience) {
  const auto payload = receive_payload(patience);
  if (!payload) return std::nullopt;
  iso8583::Message message;
  if (!iso8583::decode(dialect_, *payload, message)) return std::nullopt;
  Fields fields{{0, std::string(message.mti())}};
  for (int field = message.next_field(0); field != 0; field = message.next_field(field)) {
    fields[field] = message.get(field);
  }
  return fields;
}

bool LinkClient::is_closed_by_peer(milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::array<std::uint8_t, 4096> ignored;
  for (;;) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds_until(deadline)) <= 0) return false;
    if (::recv(socket_, ignored.data(), ignored.size(), 0) <= 0) return true;
  }
}

void LinkClient::shut_down_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void LinkClient::receive_little() {
  const int size = 4096;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

}  // namespace faults
