// How the engine says that a file, a disk or a store failed it.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>

namespace engine {

enum class EngineErrorCode : std::uint8_t {
  io,            // the operating system refused a read, write or sync
  store,         // LMDB refused
  corrupt,       // bytes on disk are not what was written
  old_epoch,     // another writer has taken over
  in_use,        // another process has the data folder open
  wrong_format,  // a format version this program does not read
  disagreement,  // journal and store do not tell the same
};

// Says what failed and where: a path, an offset, a reason.
struct EngineError {
  EngineErrorCode code;
  std::string detail;
};

template <class T>
using Result = boost::system::result<T, EngineError>;

[[noreturn]] void throw_exception_from_error(const EngineError& error,
                                             const boost::source_location&);

}  // namespace engine
