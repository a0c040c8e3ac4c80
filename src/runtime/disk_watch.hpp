// Says in the log, in time, that the store's map fills up, or that the journal has no room to grow.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

#include "runtime/core.hpp"

namespace holdfast {

class DiskWatch {
 public:
  DiskWatch(boost::asio::io_context& io, Core& core);
  void start();
  void stop();

 private:
  boost::asio::awaitable<void> run();
  void look();
  void look_at_journal();
  void look_at_store();

  boost::asio::io_context& io_;
  Core& core_;
  boost::asio::steady_timer timer_;
  bool stopping_ = false;
  int told_percent_ = 0;
  std::string told_trouble_;
};

}  // namespace holdfast
