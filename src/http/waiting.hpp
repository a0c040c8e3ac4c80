// A call that waits for another thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

namespace holdfast::http {

using Begin = std::function<void(std::function<void()> tell)>;

// Runs `begin`, and suspends until the function that it was given is called, from any thread. By
// reference, to a variable of the caller's: GCC 12 destroys a temporary of a co_await twice.
boost::asio::awaitable<void> until_told(const boost::asio::any_io_executor& executor,
                                        const Begin& begin);

}  // namespace holdfast::http
