#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_set>

#include "http/session.hpp"
#include "runtime/listener.hpp"

namespace holdfast {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using http::Session;

constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

class HttpServer::Implementation : public std::enable_shared_from_this<Implementation> {
 public:
  Implementation(asio::io_context& io, Core& core, core_banking::CoreDesk& core_banking,
                 Archivist& archivist, std::string token)
      : acceptor_(io),
        api_(core, core_banking, archivist, io.get_executor()),
        token_(std::move(token)) {}

  Outcome<ListenAddress> listen(const ListenAddress& address) {
    auto bound = holdfast::listen(acceptor_, address);
    if (!bound) return Error{"http: " + bound.error().text};
    asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
    return bound;
  }

  void set_ready() { api_.is_ready = true; }

  void stop() {
    api_.is_ready = false;
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      for (Session* session : self->sessions_) session->stop();
    });
  }

 private:
  static asio::awaitable<void> accept(std::shared_ptr<Implementation> self) {
    while (self->acceptor_.is_open()) {
      error_code failure;
      tcp::socket socket =
          co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, failure));
      if (!self->acceptor_.is_open()) break;
      if (failure) {
        // Out of descriptors, most likely: some come back when others leave.
        spdlog::warn("http: a connection could not be taken: {}", failure.message());
        asio::steady_timer pause(self->acceptor_.get_executor(), accept_pause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
        continue;
      }
      const std::size_t sessions_max = self->api_.core.config.http.connections_max;
      if (self->sessions_.size() >= sessions_max) {
        spdlog::warn("http: more than {} connections, one is turned away", sessions_max);
        continue;
      }
      asio::co_spawn(self->acceptor_.get_executor(), serve(self, std::move(socket)),
                     asio::detached);
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Implementation> self, tcp::socket socket) {
    if (!self->acceptor_.is_open()) co_return;  // stopped since it was taken
    Session session(std::move(socket), self->api_, self->token_);
    self->sessions_.insert(&session);
    try {
      co_await session.run();
    } catch (const std::exception& exception) {
      spdlog::error("http: a connection ended: {}", exception.what());
    }
    self->sessions_.erase(&session);
  }

  tcp::acceptor acceptor_;
  http::Api api_;
  const std::string token_;
  std::unordered_set<Session*> sessions_;
};

HttpServer::HttpServer(asio::io_context& io, Core& core, core_banking::CoreDesk& core_banking,
                       Archivist& archivist, std::string token)
    : implementation_(
          std::make_shared<Implementation>(io, core, core_banking, archivist, std::move(token))) {}
HttpServer::~HttpServer() = default;

Outcome<ListenAddress> HttpServer::listen(const ListenAddress& address) {
  return implementation_->listen(address);
}
void HttpServer::set_ready() {
  implementation_->set_ready();
}
void HttpServer::stop() {
  implementation_->stop();
}

}  // namespace holdfast
