#include "http/waiting.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace holdfast::http {

namespace asio = boost::asio;

asio::awaitable<void> until_told(const asio::any_io_executor& executor, const Begin& begin) {
  struct Wait {
    explicit Wait(const asio::any_io_executor& its_executor)
        : wake(its_executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer wake;
    bool is_over = false;
  };
  // Shared: it may be told when this call is gone.
  const auto wait = std::make_shared<Wait>(executor);
  begin([wait, executor] {
    asio::post(executor, [wait] {
      wait->is_over = true;
      wait->wake.cancel();
    });
  });
  while (!wait->is_over) {
    boost::system::error_code ignored;
    co_await wait->wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace holdfast::http
