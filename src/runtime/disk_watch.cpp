#include "runtime/disk_watch.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdfast {
namespace {

namespace asio = boost::asio;

constexpr int worrying_percent = 80;
constexpr std::chrono::seconds interval{10};

}  // namespace

DiskWatch::DiskWatch(asio::io_context& io, Core& core) : io_(io), core_(core), timer_(io) {}

void DiskWatch::start() {
  asio::co_spawn(io_, run(), asio::detached);
}

void DiskWatch::stop() {
  asio::post(io_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
}

asio::awaitable<void> DiskWatch::run() {
  while (!stopping_) {
    look();
    timer_.expires_after(interval);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void DiskWatch::look() {
  look_at_journal();
  look_at_store();
}

void DiskWatch::look_at_journal() {
  std::string trouble = core_.engine.journal_trouble();
  if (trouble == told_trouble_) return;
  if (trouble.empty()) {
    spdlog::info("journal: the next segment is there now");
  } else {
    spdlog::error(
        "journal: the next segment cannot be made, and no message is taken when the "
        "current one is full: {}",
        trouble);
  }
  told_trouble_ = std::move(trouble);
}

void DiskWatch::look_at_store() {
  const int percent = core_.engine.store_fill_percent();
  if (percent < worrying_percent || percent <= told_percent_) return;
  told_percent_ = percent;
  spdlog::warn(
      "the store has used {} % of its map of {} GiB: raise engine.store_map_gib and restart "
      "before it is full",
      percent, core_.config.engine.store_map_gib);
}

}  // namespace holdfast
