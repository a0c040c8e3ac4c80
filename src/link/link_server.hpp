// One processor connection point: accepts connections and runs a session on each. All of it on
// the io_context's single thread; the engine's completions come back there as posts.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <unordered_set>

#include "error.hpp"
#include "link/message_handler.hpp"
#include "runtime/core.hpp"

namespace holdfast {

class Session;

class LinkServer final : public engine::Completions {
 public:
  LinkServer(boost::asio::io_context& io, Core& core, const LinkConfig& config);
  ~LinkServer();

  // Binds and starts to accept; the address with its real port.
  Outcome<ListenAddress> listen();
  // Takes no more connections or messages; what is in flight is still answered.
  void stop();
  // True when every connection has ended.
  bool is_idle() const { return sessions_.empty(); }

  void deliver(std::span<engine::Submission* const> finished) override;

  const LinkConfig& config() const { return config_; }
  MessageHandler& handler() { return handler_; }
  void ended(Session& session);
  // When every connection that has something to read was read: one batch for all of them.
  void wake_engine_soon();

 private:
  boost::asio::awaitable<void> accept_loop();

  boost::asio::io_context& io_;
  engine::Engine& engine_;
  const LinkConfig& config_;
  MessageHandler handler_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  bool wake_posted_ = false;
};

}  // namespace holdfast
