// Small servers for the tests of replay: one that answers frames, one that answers HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "iso8583/dialect.hpp"
#include "trace/memory.hpp"

namespace holdfast::trace::test {

// The dialect of the processor's link, loaded once.
std::shared_ptr<const iso8583::Dialect> link_dialect();

// Accepts connections on a free port until it is destroyed, each on a thread of its own.
class FakeServer {
 public:
  // Called with what a connection has sent so far and not been answered; takes from it what it
  // understands and returns what to send back. An empty `received` keeps the connection waiting;
  // "close" in `close` ends it.
  struct Turn {
    std::string& received;
    bool close = false;
  };
  using Answer = std::function<std::string(Turn&)>;

  explicit FakeServer(Answer answer);
  ~FakeServer();
  std::string port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// For FakeServer: replies to each message by `reply`; nothing for a message without a reply.
// Replies to messages that arrive together go out in reverse order.
using Reply = std::function<std::vector<TraceMessage>(const TraceMessage& request)>;
FakeServer::Answer answering_frames(Reply reply);

// For FakeServer: `handle` gets "METHOD target", the body and the head, and gives the status
// ("200 OK") and the body.
struct FakeResponse {
  std::string status;
  std::string body;
};
using Handle = std::function<FakeResponse(const std::string& request_line, const std::string& body,
                                          const std::string& head)>;
FakeServer::Answer answering_http(Handle handle);

}  // namespace holdfast::trace::test
