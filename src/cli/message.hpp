// `holdfast message describe` and `message encode`.
#pragma once

#include <string>

namespace holdfast::cli {

struct MessageOptions {
  std::string dialect = "iso87-ascii";
  bool unmask = false;
  bool raw = false;
  bool json = false;
};

// Reads stdin, writes stdout. 0; 1: the message cannot be read or written, what was read of it is
// shown all the same; 2: no such dialect.
int describe_message(const MessageOptions& options);
int encode_message(const MessageOptions& options);

}  // namespace holdfast::cli
