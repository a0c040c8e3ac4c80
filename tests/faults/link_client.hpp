// A processor's side of a link, for tests: a blocking socket that speaks frames with a two-byte
// length in the dialect iso87-ascii. Errors end the test's interest in the connection, no more.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace faults {

// A message as the test keeps it: field 0 is the MTI.
using Fields = std::map<int, std::string>;

class LinkClient {
 public:
  // HOST:PORT of a link; is_open() says whether somebody was there.
  LinkClient(const iso8583::Dialect& dialect, const std::string& address);
  LinkClient(const LinkClient&) = delete;
  LinkClient& operator=(const LinkClient&) = delete;
  ~LinkClient();

  bool is_open() const { return socket_ >= 0; }
  bool send(const Fields& fields) { return send_payload(encode(fields)); }
  // One frame with its length in front.
  bool send_payload(const std::vector<std::uint8_t>& payload);
  bool send_bytes(const std::vector<std::uint8_t>& bytes);
  // The next frame's payload; nothing when the connection ended or `patience` ran out.
  std::optional<std::vector<std::uint8_t>> receive_payload(std::chrono::milliseconds patience);
  std::optional<Fields> receive(std::chrono::milliseconds patience = std::chrono::seconds(20));
  // True when the peer has closed the connection, waiting up to `patience` for it.
  bool is_closed_by_peer(std::chrono::milliseconds patience);
  void shut_down_sending();
  // Keeps the receive window as small as the system allows.
  void receive_little();

  std::vector<std::uint8_t> encode(const Fields& fields) const;

 private:
  bool fill(std::size_t size, std::chrono::steady_clock::time_point deadline);

  const iso8583::Dialect& dialect_;
  int socket_ = -1;
  std::vector<std::uint8_t> received_;
};

}  // namespace faults
