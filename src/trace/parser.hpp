// Reads a trace. Everything that can be wrong with the text is found here, before anything is
// sent: unknown words, names that nothing introduced, amounts that are no amounts.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "trace/steps.hpp"

namespace holdfast::trace {

struct TraceError {
  std::string file;
  int line = 0;  // 0: the file as a whole
  std::string reason;
};

// "day.trace:12: …"
std::string to_string(const TraceError& error);

// `file` is for errors and for files that the trace names relative to itself.
boost::system::result<Trace, TraceError> parse_trace(std::string_view text, std::string_view file);

boost::system::result<Trace, TraceError> read_trace(const std::string& file);

}  // namespace holdfast::trace
