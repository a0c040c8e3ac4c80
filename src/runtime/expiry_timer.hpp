// Ends holds that are due: once a second by the clock on the wall, and whenever the manual clock
// was moved.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/engine_caller.hpp"

namespace holdfast {

// Expires everything that is due at the business time, in bounded steps between which other
// commands run. False when the engine takes no commands.
boost::asio::awaitable<bool> expire_due(EngineCaller& engine, bool moves_time);

class ExpiryTimer {
 public:
  ExpiryTimer(boost::asio::io_context& io, Core& core);
  void start();
  void stop();

 private:
  boost::asio::awaitable<void> run();

  boost::asio::io_context& io_;
  EngineCaller engine_;
  boost::asio::steady_timer timer_;
  bool stopping_ = false;
};

}  // namespace holdfast
