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

  // Whether a batch could be handed over now, as far as that can be told without its content.
  virtual Outcome<void> prepare(std::string_view batch_id) = 0;
  // Hands a batch over, whole and durable when this returns. The same batch may come again, with
  // the same content: core banking takes it once.
  virtual Outcome<void> deliver(std::string_view batch_id, std::string_view content) = 0;

  // The names of what core banking has sent, in the order in which it is to be read: also of what
  // was taken and is not dealt with.
  virtual Outcome<std::vector<std::string>> waiting() = 0;
  // Takes it out of the sender's hands: from now on it does not change. The name that it goes by
  // then. Once more: the same.
  virtual Outcome<std::string> take(const std::string& name) = 0;
  // What was taken.
  virtual Outcome<std::string> read(const std::string& name) = 0;
  // It is dealt with, and does not wait any more. After an error the same again is tried.
  virtual Outcome<void> accepted(const std::string& name) = 0;
  virtual Outcome<void> refused(const std::string& name, std::string_view reason) = 0;
};

}  // namespace holdfast::core_banking
