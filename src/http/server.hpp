// The HTTP/JSON API of a running switch. It lives on one io_context that one thread runs.
//
//   HttpServer server(io, core, token);
//   auto address = server.listen(config.http.listen);
//   server.set_ready();
//   ...                        // io.run() in its thread
//   server.stop();
//   // io.run() returns when the last call has been answered; then the engine may stop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "config/config.hpp"
#include "core_banking/desk.hpp"
#include "error.hpp"
#include "runtime/archivist.hpp"
#include "runtime/core.hpp"

namespace holdfast {

class HttpServer {
 public:
  // Every call but /health needs `token`. The others outlive the last run of `io`.
  HttpServer(boost::asio::io_context& io, Core& core, core_banking::CoreDesk& core_banking,
             Archivist& archivist, std::string token);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Takes connections from now on. The address where it really listens: port 0 is resolved.
  Outcome<ListenAddress> listen(const ListenAddress& address);

  // From now on /health says ok. Any thread.
  void set_ready();
  // No new connections and requests; what is being worked on is finished and answered, a clearing
  // file to its end. Without work of others, io.run() then returns. Any thread.
  void stop();

 private:
  class Implementation;
  // Shared with the connections' coroutines.
  std::shared_ptr<Implementation> implementation_;
};

}  // namespace holdfast
