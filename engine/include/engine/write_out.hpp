// Handing what was written to the disk before it is synced.
#pragma once

#include <cstdint>

namespace engine {

// Hands the pages of a range of the file to the disk and waits for them; only a sync makes them
// durable. In small steps, so that nobody else's sync has to queue behind all of a file. 0, or -1
// and errno: of a write that has failed, whoever waits here is told instead of the sync. Where the
// system has no such call it is 0, and the sync does all of it.
int write_out(int file, std::uint64_t offset, std::uint64_t size);

}  // namespace engine
