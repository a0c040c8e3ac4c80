// How Holdfast and core banking reach each other. Files are one way; a queue or an HTTP service
// would be another class with these few functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "error.hpp"

namespace holdfast::core_banking {

class CoreAdapter {
 public:
  virtual ~CoreAdapter() = default;

  // Hands a batch over, whole and durable when this returns. The same batch may come again, with
  // the same content: core banking takes it once.
  virtual Outcome<void> deliver(std::string_view batch_id, std::string_view content) = 0;

  // The names of what core banking has sent, in the order in which it is to be read.
  virtual std::vector<std::string> waiting() = 0;
  virtual Outcome<std::string> read(const std::string& name) = 0;
  // What was read is dealt with: it does not wait any more.
  virtual Outcome<void> taken(const std::string& name) = 0;
  virtual Outcome<void> refused(const std::string& name, std::string_view reason) = 0;
};

}  // namespace holdfast::core_banking
