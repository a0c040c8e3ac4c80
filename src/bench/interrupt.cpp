#include "bench/interrupt.hpp"

#include <csignal>

namespace holdfast::bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void take_note(int) {
  interrupted = 1;
}

}  // namespace

void watch_for_interrupt() {
  struct sigaction action {};
  // Without SA_RESTART: what waits in the kernel wakes up.
  action.sa_handler = take_note;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool is_interrupted() {
  return interrupted != 0;
}

Error interrupted_error() {
  return Error{"interrupted"};
}

}  // namespace holdfast::bench
