// A typical message of each dialect, for measuring: an authorization request where the dialect
// is of a link, a first presentment where it is of a clearing file.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace bench_codec {

struct Sample {
  std::deque<std::string> texts;  // what the message views
  iso8583::Message message;
  int field_count = 0;
};

// Fills `sample` with 18 fields that the dialect has, each of the length that is usual.
void make_sample(const iso8583::Dialect& dialect, Sample& sample);

}  // namespace bench_codec
