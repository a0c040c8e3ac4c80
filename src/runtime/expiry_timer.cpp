#include "runtime/expiry_timer.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast {

namespace asio = boost::asio;

asio::awaitable<bool> expire_due(EngineCaller& engine, bool moves_time) {
  engine::ExpireDue command;
  command.moves_time = moves_time;
  for (;;) {
    const engine::Answer answer = co_await engine.execute(command);
    if (answer.decision.decline == engine::Decline::overloaded) {
      asio::steady_timer pause(co_await asio::this_coro::executor, std::chrono::milliseconds(10));
      boost::system::error_code ignored;
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      continue;
    }
    if (!answer.decision.approved()) co_return false;
    if (!answer.decision.more) co_return true;
  }
}

ExpiryTimer::ExpiryTimer(asio::io_context& io, Core& core)
    : io_(io), engine_(core, io.get_executor()), timer_(io) {}

void ExpiryTimer::start() {
  asio::co_spawn(io_, run(), asio::detached);
}

void ExpiryTimer::stop() {
  asio::post(io_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
}

asio::awaitable<void> ExpiryTimer::run() {
  while (!stopping_) {
    if (!co_await expire_due(engine_, false)) {
      spdlog::error("holds cannot expire: the engine takes no commands");
      co_return;
    }
    timer_.expires_after(std::chrono::seconds(1));
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace holdfast
