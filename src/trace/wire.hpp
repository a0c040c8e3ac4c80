// Between a trace's messages of text and the bytes of a dialect.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "iso8583/dialect.hpp"
#include "trace/memory.hpp"

namespace holdfast::trace {

// The error names the field, never what stood there.
boost::system::result<std::string, Reason> encode_message(const iso8583::Dialect& dialect,
                                                          const TraceMessage& message);

struct DecodedMessage {
  TraceMessage message;  // as far as it could be read
  std::string error;     // empty when all of it was
};
DecodedMessage decode_message(const iso8583::Dialect& dialect, std::string_view bytes);

}  // namespace holdfast::trace
