// Reads a JSON object strictly: every key is known and of its type, or the answer names the key.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

// What is wrong with a body: a stable code, the key (empty for the body as a whole) and one
// sentence that repeats no value, for values may be card numbers.
struct BodyError {
  std::string_view code;
  std::string field;
  std::string detail;
};

// The text as a JSON object; the empty text is the empty object.
boost::system::result<boost::json::object, BodyError> parse_object(
    std::string_view text, boost::json::storage_ptr storage = {});

class JsonFields {
 public:
  explicit JsonFields(const boost::json::object& object) : object_(object) {}

  // Nothing when the key is absent or null; a value of another type is refused.
  std::optional<std::string_view> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  // Minor units within ±10^15; another size is refused.
  std::optional<std::int64_t> amount(std::string_view key);
  bool is_null(std::string_view key) const;
  // A list of texts; empty when the key is absent or null.
  std::vector<std::string> texts(std::string_view key);
  // A list of objects; views into the body.
  std::optional<std::vector<const boost::json::object*>> objects(std::string_view key);

  // The same, but the key must be there; a value without meaning when it is not.
  std::string_view required_text(std::string_view key);
  std::int64_t required_amount(std::string_view key);

  // Notes the first thing that is wrong.
  void refuse(std::string_view key, std::string_view reason);
  // When every key was asked for: the first thing that is wrong, keys nobody asked for included.
  std::optional<BodyError> error() const;

 private:
  const boost::json::value* find(std::string_view key);
  void refuse(std::string_view code, std::string_view key, std::string_view reason);

  const boost::json::object& object_;
  std::size_t known_ = 0;  // keys of the object that were asked for
  std::vector<std::string_view> asked_;
  std::optional<BodyError> error_;
};

}  // namespace holdfast::http
