// How subcommands end: 0 success, 1 refused or failed, 2 bad usage or config.
#pragma once

#include <fmt/format.h>

#include <boost/system/result.hpp>
#include <cstdio>
#include <string>
#include <string_view>

namespace holdfast::cli {

inline constexpr int exit_success = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_bad_usage = 2;

struct Failure {
  int exit_code = exit_failed;
  std::string text;  // one line
};

template <class T>
using Result = boost::system::result<T, Failure>;

// Says on stderr, in one line, what went wrong; the exit code.
inline int fail(std::string_view command, const Failure& failure) {
  fmt::print(stderr, "holdfast {}: {}\n", command, failure.text);
  return failure.exit_code;
}

}  // namespace holdfast::cli
