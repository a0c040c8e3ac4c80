#include "link/link_server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "link/session.hpp"
#include "runtime/listener.hpp"

namespace holdfast {

namespace asio = boost::asio;
using boost::system::error_code;

LinkServer::LinkServer(asio::io_context& io, Core& core, const LinkConfig& config)
    : io_(io),
      engine_(core.engine),
      config_(config),
      handler_(core, config, *config.dialect),
      acceptor_(io) {}

LinkServer::~LinkServer() = default;

Outcome<ListenAddress> LinkServer::listen() {
  auto address = holdfast::listen(acceptor_, config_.listen);
  if (!address) return Error{fmt::format("link {}: {}", config_.name, address.error().text)};
  asio::co_spawn(io_, accept_loop(), asio::detached);
  return address;
}

asio::awaitable<void> LinkServer::accept_loop() {
  while (acceptor_.is_open()) {
    error_code error;
    asio::ip::tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    // A connection that was taken while the link was stopped would be a session nobody stops.
    if (!acceptor_.is_open()) co_return;
    if (error) {
      // Out of descriptors, most likely: they come back when connections end.
      spdlog::error("link {}: cannot accept: {}", config_.name, error.message());
      asio::steady_timer pause(io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (sessions_.size() >= config_.connections_max) {
      spdlog::warn("link {}: refusing a connection beyond connections_max", config_.name);
      continue;
    }
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    socket.non_blocking(true, error);
    socket.set_option(asio::socket_base::keep_alive(true), error);
    const auto session = std::make_shared<Session>(*this, std::move(socket));
    sessions_.insert(session);
    asio::co_spawn(io_, session->run(), asio::detached);
  }
}

void LinkServer::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  const auto sessions = sessions_;  // a session that ends leaves the set
  for (const auto& session : sessions) session->stop();
}

void LinkServer::ended(Session& session) {
  sessions_.erase(session.shared_from_this());
}

void LinkServer::wake_engine_soon() {
  if (wake_posted_) return;
  wake_posted_ = true;
  asio::post(io_, [this] {
    wake_posted_ = false;
    engine_.wake();
  });
}

void LinkServer::deliver(std::span<engine::Submission* const> finished) {
  asio::post(io_, [exchanges = std::vector<engine::Submission*>(finished.begin(), finished.end())] {
    std::vector<Session*> sessions;
    for (engine::Submission* submission : exchanges) {
      auto* exchange = static_cast<Session::OwnedExchange*>(submission);
      sessions.push_back(&exchange->session);
      exchange->session.finish(*exchange);
    }
    // One write for each connection and batch: flush() does nothing the second time.
    for (Session* session : sessions) session->flush();
  });
}

}  // namespace holdfast
