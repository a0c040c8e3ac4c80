// What a thread is for, told to the system.
#pragma once

namespace engine {

enum class ThreadClass : unsigned char {
  prompt,      // somebody waits for what it does
  background,  // it yields the processor to those
  patient,     // it yields the disk to everybody, too
};

// For the calling thread. The name, of at most 15 characters, is what top, perf and gdb show.
void enter_thread(const char* name, ThreadClass thread_class);

}  // namespace engine
