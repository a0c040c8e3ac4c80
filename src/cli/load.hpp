// `holdfast load`: accounts and cards in bulk, through the running switch.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.hpp"
#include "http/client.hpp"

namespace holdfast::cli {

struct LoadCounts {
  std::atomic<std::uint64_t> created{0};
  std::atomic<std::uint64_t> changed{0};    // they were there, and otherwise
  std::atomic<std::uint64_t> unchanged{0};  // they were there already
  std::atomic<std::uint64_t> refused{0};

  std::uint64_t done() const { return created + changed + unchanged + refused; }
};

// Lines that go to the switch in one call.
struct LoadChunk {
  std::string body;
  std::vector<std::uint64_t> line_numbers;
};

// The chunks of one connection, in order, a few at most.
class LoadQueue {
 public:
  // False when the connection has failed: nothing more is sent.
  bool push(LoadChunk chunk);
  // Nothing more comes.
  void finish();
  // The next chunk; nothing at the end.
  std::optional<LoadChunk> pop();
  void fail();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<LoadChunk> chunks_;
  bool is_finished_ = false;
  bool has_failed_ = false;
};

// Hears of each line that was refused, from several threads.
using RefusedLine = std::function<void(std::uint64_t line_number, std::string_view reason)>;

// Sends the queue's chunks one after the other until it ends; the failure says why it could not.
Result<void> send_chunks(http::ApiClient& api, LoadQueue& queue, LoadCounts& counts,
                         const RefusedLine& refused);

// Which of `count` connections takes the line. An account's lines and those of its cards go over
// the same one, so that none overtakes another.
std::size_t connection_of(std::string_view line, std::size_t count);

}  // namespace holdfast::cli
