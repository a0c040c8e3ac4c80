#include "runtime/descriptor_limit.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace holdfast {
namespace {

// Journal, store, logs, acceptors, and the clearing file that is being read.
constexpr rlim_t own_descriptors = 64;
// A connection of the API may have a file beside it that it uploads.
constexpr rlim_t files_of_api_connection = 2;
constexpr std::size_t connections_min = 4;

rlim_t needed_by_connections(const Config& config) {
  rlim_t needed = files_of_api_connection * config.http.connections_max;
  for (const LinkConfig& link : config.links) needed += link.connections_max;
  return needed;
}

}  // namespace

Outcome<void> fit_descriptor_limit(Config& config) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return Error{std::strerror(errno)};
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return Error{std::strerror(errno)};

  const rlim_t needed = needed_by_connections(config);
  const rlim_t room = limit.rlim_max > own_descriptors ? limit.rlim_max - own_descriptors : 0;
  if (needed <= room) return {};
  const auto lower = [&](std::size_t& connections_max) {
    const std::size_t least = std::min(connections_max, connections_min);
    connections_max = std::max<std::size_t>(connections_max * room / needed, least);
  };
  lower(config.http.connections_max);
  for (LinkConfig& link : config.links) lower(link.connections_max);
  if (needed_by_connections(config) > room) {
    return Error{
        fmt::format("{}: links: the system allows {} open files, which is not enough for "
                    "the links and the API (ulimit -Hn)",
                    config.file.string(), limit.rlim_max)};
  }
  spdlog::warn(
      "the system allows {} open files (ulimit -Hn), and all connections together may need {}: "
      "connections_max is lowered to {} for [http] and to {} for the first link",
      limit.rlim_max, needed + own_descriptors, config.http.connections_max,
      config.links.front().connections_max);
  return {};
}

}  // namespace holdfast
