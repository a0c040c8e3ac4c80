#include "openapi_tour.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "http/routes.hpp"
#include "security/card_tokenizer.hpp"
#include "time/business_time.hpp"

namespace holdfast::http::test {
namespace {

namespace json = boost::json;

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

TourAnswer parsed(const std::string& bytes) {
  TourAnswer answer;
  const auto head_end = bytes.find("\r\n\r\n");
  REQUIRE(head_end != std::string::npos);
  std::istringstream head(bytes.substr(0, head_end));
  std::string version;
  std::string line;
  head >> version >> answer.status;
  std::getline(head, line);
  while (std::getline(head, line)) {
    const auto colon = line.find(':');
    REQUIRE(colon != std::string::npos);
    if (line.ends_with('\r')) line.pop_back();
    answer.headers[in_lower_case(line.substr(0, colon))] = line.substr(colon + 2);
  }
  answer.text = bytes.substr(head_end + 4);
  const std::string& type = answer.headers.at("content-type");
  answer.media_type = type.substr(0, type.find(';'));
  if (answer.media_type == "text/html") {
    answer.json = json::string(answer.text);
    return answer;
  }
  boost::system::error_code failure;
  answer.json = json::parse(answer.text, failure);
  REQUIRE_FALSE(failure);
  return answer;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += '\n' + line;
  return text;
}

}  // namespace

std::string TourAnswer::at(std::string_view key) const {
  const json::value* value = json.as_object().if_contains(key);
  if (value == nullptr) return {};
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

TourAnswer Tour::send(std::string_view method, const std::string& target, const std::string& body,
                      const std::vector<Header>& headers, bool with_token) {
  std::string head =
      std::string(method) + ' ' + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
  if (with_token) head += "Authorization: Bearer " + ApiUnderTest::token() + "\r\n";
  bool has_length = false;
  for (const Header& header : headers) {
    head += header.name + ": " + header.value + "\r\n";
    has_length = has_length || header.name == "Content-Length";
  }
  if (!has_length) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return parsed(api_.send_raw(head + "\r\n" + body));
}

TourAnswer Tour::ask(std::string_view method, const std::string& target, const std::string& body,
                     const std::vector<Header>& headers) {
  const TourAnswer answer = send(method, target, body, headers, true);
  INFO(method << ' ' << target << ' ' << body << "\n-> " << answer.status << ' ' << answer.text);
  const RouteMatch match = find_route(method, target.substr(0, target.find('?')));
  REQUIRE(match.route != nullptr);
  const Operation* operation = document_.find(method, match.route->path);
  REQUIRE(operation != nullptr);
  check_answer(*operation, answer);
  check_request(*operation, body, answer);
  seen_.statuses[operation->text()].insert(answer.status);
  if (!answer.is_success()) seen_.codes[operation->text()].insert(answer.at("code"));
  if (answer.headers.contains("idempotent-replay")) seen_.replayed.insert(operation->text());
  return answer;
}

TourAnswer Tour::done(std::string_view method, const std::string& target, const std::string& body) {
  TourAnswer answer = ask(method, target, body);
  INFO(method << ' ' << target << ' ' << body << "\n-> " << answer.text);
  REQUIRE(answer.is_success());
  return answer;
}

void Tour::refused(std::string_view method, const std::string& target, const std::string& body,
                   std::string_view code) {
  const TourAnswer answer = ask(method, target, body);
  INFO(method << ' ' << target << ' ' << body << "\n-> " << answer.text);
  CHECK(answer.at("code") == code);
}

TourAnswer Tour::example(std::string_view method, const std::string& target,
                         const std::string& name) {
  const Operation& operation =
      *document_.find(method, find_route(method, target.substr(0, target.find('?'))).route->path);
  const json::object content = document_.request_content(operation);
  for (const auto& member : content) {
    for (const Example& example : OpenApiReader::examples(member.value().as_object())) {
      if (example.name != name) continue;
      // JSON lines stand in the document as a text.
      const json::value& value = *example.value;
      const std::string body =
          value.is_string() ? std::string(value.get_string()) : json::serialize(value);
      seen_.accepted_examples[operation.text()].insert(name);
      return done(method, target, body);
    }
  }
  FAIL(operation.text() << " has no example '" << name << "'");
  return {};
}

TourAnswer Tour::keyed(const std::string& target, const std::string& body,
                       const std::string& other_target, const std::string& other_body) {
  const std::vector<Header> key{{"Idempotency-Key", "key of " + target}};
  TourAnswer first = ask("POST", target, body, key);
  INFO("POST " << target << ' ' << body << "\n-> " << first.text);
  REQUIRE(first.is_success());
  CHECK_FALSE(first.headers.contains("idempotent-replay"));
  const TourAnswer again = ask("POST", target, body, key);
  CHECK(again.headers.contains("idempotent-replay"));
  CHECK(again.status == first.status);
  CHECK(again.text == first.text);
  CHECK(ask("POST", other_target, other_body, key).at("code") == "same_key_other_content");
  return first;
}

void Tour::without_token(const Operation& operation) {
  const TourAnswer answer = send(operation.method, operation.path, {}, {}, false);
  INFO(operation.text() << " without a token\n-> " << answer.text);
  CHECK((answer.status == 401) == document_.needs_token(operation));
  check_answer(operation, answer);
}

void Tour::check_answer(const Operation& operation, const TourAnswer& answer) {
  const json::object* response = document_.response(operation, answer.status);
  REQUIRE(response != nullptr);
  const json::value* content = response->at("content").as_object().if_contains(answer.media_type);
  REQUIRE(content != nullptr);
  CHECK((answer.media_type == "application/problem+json") == !answer.is_success());
  const auto faults = schemas_.faults(answer.json, content->at("schema"));
  INFO(operation.text() << ' ' << answer.status << joined(faults));
  CHECK(faults.empty());
  if (!answer.is_success()) CHECK(answer.at("status") == std::to_string(answer.status));

  const json::value* listed = response->if_contains("headers");
  for (const auto& [name, text] : answer.headers) {
    if (name != "idempotent-replay" && name != "www-authenticate") continue;
    REQUIRE(listed != nullptr);
    bool is_listed = false;
    for (const auto& [key, header] : listed->as_object()) {
      if (in_lower_case(key) != name) continue;
      is_listed = true;
      CHECK(schemas_.fits(json::value(text), document_.resolved(header).at("schema")));
    }
    CHECK(is_listed);
  }
}

void Tour::check_request(const Operation& operation, const std::string& body,
                         const TourAnswer& answer) {
  const json::object content = document_.request_content(operation);
  const json::value* media_type = content.if_contains("application/json");
  boost::system::error_code failure;
  const json::value value = json::parse(body.empty() ? "{}" : body, failure);
  if (media_type == nullptr || failure) return;
  const auto faults = schemas_.faults(value, media_type->at("schema"));
  INFO(operation.text() << ": the request" << joined(faults));
  if (answer.is_success()) CHECK(faults.empty());
  // What is refused for its shape does not fit the document either.
  const std::string code = answer.status == 400 ? answer.at("code") : std::string();
  if (code == "bad_field" || code == "missing_field" || code == "unknown_field") {
    CHECK_FALSE(faults.empty());
  }
}

void CardNetwork::authorize(engine::Authorize command, std::string_view pan, std::string_view rrn) {
  Core& core = api_.core();
  CardTokenizer tokenizer(core.pan_key);
  TimeStamper stamp(core.clock, core.calendar);
  const auto now = stamp();
  command.token = tokenizer.token(pan);
  command.keys.rrn = engine::FixedText<12>::cut(rrn);
  engine::Submission submission;
  submission.command = {now.now, now.business_date, now.local_date, {}, command};
  submission.command.request.key.bytes = tokenizer.token("request " + std::string(rrn)).bytes;
  submission.command.request.rrn = command.keys.rrn;
  submission.command.request.content = static_cast<std::uint64_t>(command.transaction.amount);
  submission.completions = this;
  REQUIRE(core.engine.submit(submission));
  decided_.acquire();
}

}  // namespace holdfast::http::test
