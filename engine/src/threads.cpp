#include "engine/threads.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace engine {
namespace {

// A third of a prompt thread's share where both want the same processor, all of it where not: a
// checkpoint must still keep up with the load.
constexpr int background_nice = 5;

}  // namespace

void enter_thread(const char* name, ThreadClass thread_class) {
  pthread_setname_np(pthread_self(), name);
  // Linux: the priority of the one thread. That the system may refuse is no fault.
  if (thread_class == ThreadClass::background)
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), background_nice);
}

}  // namespace engine
