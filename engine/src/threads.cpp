#include "engine/threads.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace engine {
namespace {

// A third of a prompt thread's share where both want the same processor, all of it where not: a
// checkpoint must still keep up with the load.
constexpr int background_nice = 5;
// ioprio_set(2), which has no wrapper and no header: the class of those whose reads and writes go
// when nobody else's wait. A checkpoint flushes up to gigabytes, and the journal's next sync would
// stand behind them in the disk's queue. Schedulers without classes (none) take no notice.
constexpr int ioprio_who_process = 1;
constexpr int ioprio_idle = 3 << 13;

}  // namespace

void enter_thread(const char* name, ThreadClass thread_class) {
  pthread_setname_np(pthread_self(), name);
  if (thread_class == ThreadClass::prompt) return;
  // Linux: the priority of the one thread. That the system may refuse is no fault.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), background_nice);
  if (thread_class == ThreadClass::patient)
    syscall(SYS_ioprio_set, ioprio_who_process, 0, ioprio_idle);
}

}  // namespace engine
