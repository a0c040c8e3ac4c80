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

namespace holdfast {

namespace asio = boost::asio;
using boost::system::error_code;

LinkServer::LinkServer(asio::io_context& io, Core& core, const LinkConfig& config,
                       iso8583::Dialect dialect)
    : io_(io),
      config_(config),
      dialect_(std::move(dialect)),
      handler_(core, config_, dialect_),
      acceptor_(io) {}

LinkServer::~LinkServer() = default;

Outcome<ListenAddress> LinkServer::listen() {
  error_code error;
  const auto address = asio::ip::make_address(config_.listen.host, error);
  if (error)
    return Error{fmt::format("link {}: '{}' is no address", config_.name, config_.listen.host)};
  const asio::ip::tcp::endpoint endpoint(address, config_.listen.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Error{fmt::format("link {}: cannot listen on {}:{}: {}", config_.name,
                             config_.listen.host, config_.listen.port, error.message())};
  }
  asio::co_spawn(io_, accept_loop(), asio::detached);
  return ListenAddress{config_.listen.host, acceptor_.local_endpoint().port()};
}

asio::awaitable<void> LinkServer::accept_loop() {
  while (acceptor_.is_open()) {
    error_code error;
    asio::ip::tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
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

void LinkServer::deliver(std::span<engine::Submission* const> finished) {
  asio::post(io_, [exchanges = std::vector<engine::Submission*>(finished.begin(), finished.end())] {
    for (engine::Submission* submission : exchanges) {
      auto* exchange = static_cast<Session::OwnedExchange*>(submission);
      exchange->session.finish(*exchange);
    }
    // One write for each connection and batch: flush() does nothing the second time.
    for (engine::Submission* submission : exchanges) {
      static_cast<Session::OwnedExchange*>(submission)->session.flush();
    }
  });
}

}  // namespace holdfast
