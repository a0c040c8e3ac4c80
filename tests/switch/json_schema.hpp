// Checks JSON against the schemas of an OpenAPI document: the keywords that our document uses. One
// that it does not know is a fault, too, so that no part of a schema goes unchecked.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http::test {

class SchemaChecker {
 public:
  // References are resolved in `document`, which outlives the checker.
  explicit SchemaChecker(const boost::json::value& document) : document_(document) {}

  // What does not fit, with its place: "/holds/0/amount: is no integer". Empty when all does.
  std::vector<std::string> faults(const boost::json::value& value,
                                  const boost::json::value& schema);
  bool fits(const boost::json::value& value, const boost::json::value& schema) {
    return faults(value, schema).empty();
  }

  // Of this schema and all within it, whatever a value would reach.
  static std::vector<std::string> unknown_keywords(const boost::json::value& schema);

  // Whether this schema of the document has met a value other than null, in all calls.
  bool has_met_value(const boost::json::value& schema) const { return met_.contains(&schema); }

 private:
  using Value = boost::json::value;
  // One keyword of a schema over one value.
  struct Rule {
    const Value& value;
    const Value& argument;
    const boost::json::object& schema;
    const std::string& place;
  };
  using Check = void (SchemaChecker::*)(const Rule& rule);
  static const std::map<std::string_view, Check>& checks();

  void check(const Value& value, const Value& schema, const std::string& place);
  void fault(const Rule& rule, const std::string& text);

  void annotation(const Rule&) {}
  void reference(const Rule& rule);
  void type(const Rule& rule);
  void enumeration(const Rule& rule);
  void constant(const Rule& rule);
  void one_of(const Rule& rule);
  void required(const Rule& rule);
  void properties(const Rule& rule);
  void additional_properties(const Rule& rule);
  void property_names(const Rule& rule);
  void items(const Rule& rule);
  void min_items(const Rule& rule);
  void max_items(const Rule& rule);
  void min_length(const Rule& rule);
  void max_length(const Rule& rule);
  void minimum(const Rule& rule);
  void maximum(const Rule& rule);
  void pattern(const Rule& rule);
  void format(const Rule& rule);

  const Value& document_;
  std::vector<std::string> faults_;
  std::set<const Value*> met_;
};

}  // namespace holdfast::http::test
