// One TCP connection of a replay to the switch. Nothing blocks but wait_for_frames(), so that
// several connections can be watched by one thread.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/running_switch.hpp"
#include "iso8583/framing.hpp"
#include "trace/reason.hpp"

namespace holdfast::trace {

using SteadyTime = std::chrono::steady_clock::time_point;

struct ReceivedFrame {
  std::string payload;
  SteadyTime at;
};

class Connection {
 public:
  static boost::system::result<Connection, Reason> open(const http::HostAndPort& address,
                                                        const iso8583::FramingOptions& framing);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // Sends all of it. What arrives meanwhile is read, so that two full buffers never wait for
  // each other.
  boost::system::result<void, Reason> send(std::string_view bytes);
  // The same with a length header in front.
  boost::system::result<void, Reason> send_frame(std::string_view payload);
  // Of this side.
  std::uint16_t port() const;
  // Tells the other side that nothing more comes; replies can still be read.
  void finish_sending();

  // The frames received since the last call, in order.
  std::vector<ReceivedFrame> take_frames();
  // True once the other side has closed, or has sent something that is no frame.
  bool is_closed() const;
  // Why: "closed by the peer", or what was wrong.
  const std::string& closed_because() const;

 private:
  friend void wait_for_frames(std::span<Connection*> connections, SteadyTime deadline);
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Returns when something has arrived on one of the open connections, or at the deadline.
void wait_for_frames(std::span<Connection*> connections, SteadyTime deadline);

}  // namespace holdfast::trace
