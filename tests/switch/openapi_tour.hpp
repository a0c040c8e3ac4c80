// Calls the API and holds every answer against the document; keeps what was seen, so that a test
// can tell what was never called.
#pragma once

#include <map>
#include <semaphore>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "http_support.hpp"
#include "json_schema.hpp"
#include "openapi_reader.hpp"

namespace holdfast::http::test {

struct TourAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string media_type;
  std::string text;
  boost::json::value json;  // a page of HTML stands here as a string

  std::string at(std::string_view key) const;
  bool is_success() const { return status < 300; }
};

// What was seen, by the operations' text().
struct Seen {
  std::map<std::string, std::set<int>> statuses;
  std::map<std::string, std::set<std::string>> codes;
  std::map<std::string, std::set<std::string>> accepted_examples;
  std::set<std::string> replayed;
};

class Tour {
 public:
  Tour(const OpenApiReader& document, SchemaChecker& schemas, Seen& seen, ApiUnderTest& api)
      : document_(document), schemas_(schemas), seen_(seen), api_(api) {}

  // One call, with the token; its answer is held against the document.
  TourAnswer ask(std::string_view method, const std::string& target, const std::string& body = {},
                 const std::vector<Header>& headers = {});
  // The same, and it goes well.
  TourAnswer done(std::string_view method, const std::string& target, const std::string& body = {});
  // The same, and it is refused with this code.
  void refused(std::string_view method, const std::string& target, const std::string& body,
               std::string_view code);
  // Sends one of the document's request bodies; it goes well.
  TourAnswer example(std::string_view method, const std::string& target,
                     const std::string& name = {});
  // Twice with the same key, which replays the answer; then another call with it, which is refused.
  TourAnswer keyed(const std::string& target, const std::string& body,
                   const std::string& other_target, const std::string& other_body);

  // Without the token: a refusal, but for the calls that need none.
  void without_token(const Operation& operation);

  ApiUnderTest& api() { return api_; }

 private:
  TourAnswer send(std::string_view method, const std::string& target, const std::string& body,
                  const std::vector<Header>& headers, bool with_token);
  void check_answer(const Operation& operation, const TourAnswer& answer);
  void check_request(const Operation& operation, const std::string& body, const TourAnswer& answer);

  const OpenApiReader& document_;
  SchemaChecker& schemas_;
  Seen& seen_;
  ApiUnderTest& api_;
};

// What a link would hand to the engine: card transactions, without a processor.
class CardNetwork : public engine::Completions {
 public:
  explicit CardNetwork(ApiUnderTest& api) : api_(api) {}

  // A request that the engine keeps the answer of. Its RRN is its key, its amount the content.
  void authorize(engine::Authorize command, std::string_view pan, std::string_view rrn);
  void deliver(std::span<engine::Submission* const>) override { decided_.release(); }

 private:
  ApiUnderTest& api_;
  std::binary_semaphore decided_{0};
};

}  // namespace holdfast::http::test
