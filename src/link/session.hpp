// One connection: reads frames, has them handled, writes the replies as they come, in any order.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "iso8583/framing.hpp"
#include "link/message_handler.hpp"

namespace holdfast {

class LinkServer;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(LinkServer& server, boost::asio::ip::tcp::socket socket);

  // Runs until the peer has gone, framing broke, or stop() was called and all is answered.
  boost::asio::awaitable<void> run();
  // Reads nothing more; what is in flight is still answered.
  void stop();
  // The engine hands an exchange of this session back: its reply joins the others.
  void finish(Exchange& exchange);
  // Sends what has gathered, if nothing is being sent.
  void flush();

  // An exchange that knows its session, and its place in it.
  struct OwnedExchange : Exchange {
    OwnedExchange(Session& owner, std::size_t index) : session(owner), place(index) {}
    Session& session;
    std::size_t place;
  };

 private:
  boost::asio::awaitable<void> read_frames();
  boost::asio::awaitable<void> write_replies();
  // Handles every whole frame that was read; false when framing broke.
  boost::asio::awaitable<bool> handle_frames();
  void handle(const iso8583::Frame& frame);
  bool has_room() const;
  // Gives the socket what it takes without waiting; true when nothing is left.
  bool send_at_once();
  boost::asio::awaitable<void> wait();
  boost::asio::awaitable<void> close();
  void wake() { changed_.cancel(); }

  LinkServer& server_;
  boost::asio::ip::tcp::socket socket_;
  iso8583::FrameReader reader_;
  std::chrono::steady_clock::time_point received_at_;  // of what was read last
  bool signed_on_ = false;
  bool reading_ = true;
  boost::asio::cancellation_signal stop_reading_;
  bool writing_ = false;
  bool broken_ = false;  // the socket takes no more

  // First those in flight, then idle ones.
  std::vector<std::unique_ptr<OwnedExchange>> exchanges_;
  std::size_t in_flight_ = 0;
  std::vector<std::uint8_t> outbox_;       // replies that wait
  std::vector<std::uint8_t> sending_;      // replies that are being written
  boost::asio::steady_timer changed_;      // cancelled when something that is waited for changed
  boost::asio::steady_timer write_stall_;  // a peer that does not read is let go
};

}  // namespace holdfast
