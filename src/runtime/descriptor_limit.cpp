#include "runtime/descriptor_limit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace holdfast {
namespace {

// Journal, store, logs, acceptors, and the clearing file that is being read.
constexpr rlim_t own_descriptors = 64;

}  // namespace

Outcome<void> raise_descriptor_limit(const Config& config) {
  // A connection of the API may have a file beside it that it uploads.
  rlim_t needed = own_descriptors + 2 * config.http.connections_max;
  for (const LinkConfig& link : config.links) needed += link.connections_max;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return Error{std::strerror(errno)};
  if (needed > limit.rlim_max) {
    return Error{fmt::format(
        "{}: links.connections_max: with those of [http], the connections may need {} open files; "
        "the system allows {} (ulimit -Hn)",
        config.file.string(), needed, limit.rlim_max)};
  }
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return Error{std::strerror(errno)};
  return {};
}

}  // namespace holdfast
