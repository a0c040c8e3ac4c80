// The reference `echo`: a bare Asio server on one thread that returns each frame. What the
// machine's sockets allow at all.
#include "frame_server.hpp"

int main() {
  boost::asio::io_context io(1);
  const reference::Server server(
      io, [](reference::Session& session, reference::Bytes frames) { session.send(frames); });
  server.say_ready();
  io.run();
  return 0;
}
