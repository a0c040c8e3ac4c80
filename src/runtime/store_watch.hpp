// Says in the log, in time, that the store's map fills up.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/core.hpp"

namespace holdfast {

class StoreWatch {
 public:
  StoreWatch(boost::asio::io_context& io, Core& core);
  void start();
  void stop();

 private:
  boost::asio::awaitable<void> run();
  void look();

  boost::asio::io_context& io_;
  Core& core_;
  boost::asio::steady_timer timer_;
  bool stopping_ = false;
  int told_percent_ = 0;
};

}  // namespace holdfast
