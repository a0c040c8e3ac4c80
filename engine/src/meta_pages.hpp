// The two meta pages that an LMDB environment begins with, of which the newer one names its state.
//
// A commit writes its pages where none of the last state lies, syncs, and then writes the older
// meta page anew: it is there as a whole or not at all. Without the sync in between, the meta page
// may reach the disk before the pages that it names. So both are put aside first, durably, and
// thrown away when everything is on the disk: where they are found at the next start, the older one
// is put back, and the commit never was.
#pragma once

#include <cstddef>
#include <filesystem>

#include "engine/error.hpp"

namespace engine::lmdb {

// `newer` is 0 or 1. False, and nothing has changed, where the disk has no room for them.
Result<bool> keep_meta_pages(const std::filesystem::path& directory, std::size_t page_size,
                             std::size_t newer);
Result<void> forget_meta_pages(const std::filesystem::path& directory);
// Before the environment is opened. Refused while another process has it open, which would take the
// states for one another, and where data.mdb is not the one that they were taken from.
Result<void> restore_meta_pages(const std::filesystem::path& directory);

}  // namespace engine::lmdb
