// docs/openapi.json against the program: its routes, its words, and its real answers.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <sstream>

#include "engine/limits.hpp"
#include "http/openapi_document.hpp"
#include "http/routes.hpp"
#include "openapi_stations.hpp"

using namespace holdfast::http::test;

namespace {

namespace json = boost::json;

// Every object of the document, with the key that it stands at.
void each_object(const json::value& value, std::string_view key,
                 const std::function<void(const json::object&, std::string_view)>& look) {
  if (const json::object* object = value.if_object()) {
    look(*object, key);
    for (const auto& member : *object) each_object(member.value(), member.key(), look);
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) each_object(item, key, look);
  }
}

std::set<std::string> references(const json::value& document) {
  std::set<std::string> found;
  each_object(document, "", [&found](const json::object& object, std::string_view) {
    const json::value* target = object.if_contains("$ref");
    if (target != nullptr) found.emplace(target->as_string());
  });
  return found;
}

std::set<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::set<std::string> found;
  for (std::string word; in >> word;) found.insert(word);
  return found;
}

std::set<std::string> path_parameters(std::string_view path) {
  std::set<std::string> found;
  for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
    found.emplace(path.substr(at + 1, path.find('}', at) - at - 1));
  }
  return found;
}

std::vector<std::string> texts(const json::value& array) {
  std::vector<std::string> found;
  for (const json::value& text : array.as_array()) found.emplace_back(text.as_string());
  return found;
}

// The names of an enumeration of the engine, which counts from zero.
template <class Enum>
std::vector<std::string> names_of(unsigned first = 0) {
  std::vector<std::string> names;
  for (unsigned value = first; value < 256; ++value) {
    const std::string_view text = engine::name(static_cast<Enum>(value));
    if (text == "unknown") break;
    names.emplace_back(text);
  }
  return names;
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

// Each call went well and was refused, for every reason and with every example that is listed.
void check_every_call_was_seen(const OpenApiReader& document, Seen& seen) {
  // What would take a bank of thousands of full accounts, or a batch of 30,000 postings.
  const std::set<std::string> not_reached{"PUT /v1/accounts/{id} overflow",
                                          "DELETE /v1/batches/{id} batch_too_large"};
  for (const Operation& operation : document.operations()) {
    const std::string name = operation.text();
    INFO(name);
    CHECK_FALSE(seen.codes[name].empty());
    for (const std::string& status : document.statuses(operation)) {
      INFO(status);
      if (status.starts_with('2')) CHECK(seen.statuses[name].contains(std::stoi(status)));
      if (status != "404" && status != "409" && status != "413" && status != "422") continue;
      for (const std::string& code : document.codes(operation, status)) {
        INFO(code);
        CHECK((seen.codes[name].contains(code) || not_reached.contains(name + ' ' + code)));
      }
    }
    const bool takes_key = document.parameters(operation, "header").contains("Idempotency-Key");
    CHECK(takes_key == seen.replayed.contains(name));
    for (const auto& media_type : document.request_content(operation)) {
      for (const Example& example : OpenApiReader::examples(media_type.value().as_object())) {
        INFO("example '" << example.name << "'");
        CHECK(seen.accepted_examples[name].contains(example.name));
      }
    }
  }
}

// A part that no answer or request has met, or only as null, may be one that is not there.
void check_every_schema_was_met(const OpenApiReader& document, const SchemaChecker& schemas) {
  for (const auto& [name, schema] :
       document.document().at("components").at("schemas").as_object()) {
    // Lines and examples are held against these in another test.
    if (name == "BulkLine" || name == "AccountLine" || name == "ClearingLine") continue;
    INFO(name);
    CHECK(schemas.has_met_value(schema));
    const json::value* properties = schema.as_object().if_contains("properties");
    if (properties == nullptr) continue;
    for (const auto& [key, property] : properties->as_object()) {
      INFO(key);
      CHECK(schemas.has_met_value(property));
    }
  }
}

}  // namespace

TEST_CASE("openapi: the routes and the document tell of the same calls", "[openapi]") {
  const OpenApiReader document;
  std::set<std::string> routed;
  for (const holdfast::http::Route& route : holdfast::http::all_routes()) {
    INFO(route.method << ' ' << route.path);
    const Operation* operation = document.find(route.method, route.path);
    REQUIRE(operation != nullptr);
    routed.insert(operation->text());
    CHECK(document.parameters(*operation, "query") == words(route.query_keys));
    CHECK(document.parameters(*operation, "path") == path_parameters(route.path));
    CHECK(document.needs_token(*operation) == !route.is_public);
    CHECK(document.request_content(*operation).contains("application/octet-stream") ==
          (route.body == holdfast::http::BodyKind::file));
  }
  std::set<std::string> ids;
  for (const Operation& operation : document.operations()) {
    INFO(operation.text());
    CHECK(routed.contains(operation.text()));
    CHECK(ids.emplace(operation.object->at("operationId").as_string()).second);
  }
}

TEST_CASE("openapi: every reference leads somewhere, and nothing stands there unused",
          "[openapi]") {
  const OpenApiReader document;
  const std::set<std::string> targets = references(document.document());
  for (const std::string& target : targets) {
    INFO(target);
    boost::system::error_code failure;
    REQUIRE(target.starts_with("#/components/"));
    CHECK(document.document().find_pointer(target.substr(1), failure) != nullptr);
  }
  for (const auto& [kind, components] : document.document().at("components").as_object()) {
    if (kind == "securitySchemes") continue;
    for (const auto& component : components.as_object()) {
      const std::string name = component.key();
      INFO(kind << ' ' << name);
      CHECK(targets.contains("#/components/" + std::string(kind) + '/' + name));
    }
  }
}

TEST_CASE("openapi: its schemas use known keywords, and its examples fit them", "[openapi]") {
  const OpenApiReader document;
  SchemaChecker schemas(document.document());
  const auto check_keywords = [](const json::value& schema) {
    CHECK(all_of(SchemaChecker::unknown_keywords(schema)).empty());
  };
  const auto check_example = [&schemas](const json::value& value, const json::value& schema) {
    INFO(json::serialize(value));
    CHECK(all_of(schemas.faults(value, schema)).empty());
  };
  for (const auto& [name, schema] :
       document.document().at("components").at("schemas").as_object()) {
    INFO(name);
    check_keywords(schema);
  }
  int examples = 0;
  each_object(document.document(), "", [&](const json::object& object, std::string_view key) {
    INFO(key);
    const json::value* schema = object.if_contains("schema");
    if (schema == nullptr) return;
    check_keywords(*schema);
    const json::value* line_schema = object.if_contains("x-line-schema");
    for (const Example& example : OpenApiReader::examples(object)) {
      ++examples;
      check_example(*example.value, *schema);
      if (line_schema == nullptr) continue;
      std::istringstream lines{std::string(example.value->as_string())};
      for (std::string line; std::getline(lines, line);) {
        check_example(json::parse(line), *line_schema);
      }
    }
  });
  CHECK(examples > 50);
}

TEST_CASE("openapi: its words are the engine's", "[openapi]") {
  const OpenApiReader document;
  struct Row {
    const char* schema;
    std::vector<std::string> names;
  };
  const Row row = GENERATE(values<Row>({
      {"AccountStatus", names_of<engine::AccountStatus>()},
      {"CardStatus", names_of<engine::CardStatus>()},
      {"HoldKind", names_of<engine::HoldKind>()},
      {"HoldStatus", names_of<engine::HoldStatus>()},
      {"MovementKind", names_of<engine::MovementKind>()},
      {"BatchStatus", names_of<engine::BatchStatus>()},
      {"ItemAction", names_of<engine::ItemAction>()},
      {"ExceptionCode", names_of<engine::ExceptionCode>(1)},
      {"ClearingOutcome", names_of<engine::ClearingOutcome>(1)},
      {"MatchMethod", names_of<engine::MatchMethod>(1)},
      {"Operation", names_of<engine::Operation>()},
      {"Channel", names_of<engine::Channel>()},
      {"Region", names_of<engine::Region>()},
      {"LimitScope", names_of<engine::LimitScope>()},
      {"LimitSource", names_of<engine::LimitSource>()},
  }));
  INFO(row.schema);
  CHECK(texts(document.document().at("components").at("schemas").at(row.schema).at("enum")) ==
        row.names);
}

TEST_CASE("openapi: the problems' codes are those of the calls", "[openapi]") {
  const OpenApiReader document;
  // Of no call that is in the document.
  std::set<std::string> listed{"unknown_route", "method_not_allowed"};
  for (const Operation& operation : document.operations()) {
    for (const std::string& status : document.statuses(operation)) {
      if (status.starts_with('2')) continue;
      listed.merge(document.codes(operation, status));
    }
  }
  const auto known =
      texts(document.document().at("components").at("schemas").at("ProblemCode").at("enum"));
  CHECK(listed == std::set<std::string>(known.begin(), known.end()));
}

TEST_CASE("openapi: served as it stands in docs, with this version", "[openapi]") {
  ApiUnderTest api;
  const ApiAnswer answer = api.ask("GET", "/v1/openapi.json");
  CHECK(answer.status == 200);
  CHECK(answer.text == holdfast::http::openapi_document());
  CHECK(answer.json.at("info").at("version") == HOLDFAST_VERSION);
}

TEST_CASE("openapi: real answers are as it says, of every call and for every reason", "[openapi]") {
  const OpenApiReader document;
  SchemaChecker schemas(document.document());
  Seen seen;
  {
    ApiUnderTest api(ApiUnderTest::Options{.rules = tour_rules()});
    Tour tour(document, schemas, seen, api);
    for (const auto visit :
         {visit_service, visit_accounts, visit_cards, visit_holds, visit_postings, visit_batches,
          visit_core, visit_batch_items, visit_fx_rates, visit_authorizations, visit_clearing,
          visit_books, visit_bulk, visit_archive}) {
      visit(tour);
    }
    for (const Operation& operation : document.operations()) tour.without_token(operation);
    const json::value& problem = document.document().at("components").at("schemas").at("Problem");
    CHECK(schemas.fits(api.ask("GET", "/v1/nothing").json, problem));
    CHECK(schemas.fits(api.ask("DELETE", "/v1/ledger").json, problem));
  }
  {
    ApiUnderTest starting(
        ApiUnderTest::Options{.has_manual_clock = false, .is_ready = false, .has_archive = false});
    Tour tour(document, schemas, seen, starting);
    tour.refused("GET", "/health", "", "not_ready");
    tour.refused("GET", "/v1/health", "", "not_ready");
    tour.refused("POST", "/v1/archive", "", "no_archive");
    tour.refused("POST", "/v1/clock", R"({"now":"2099-01-01T00:00:00Z"})", "clock_not_manual");
  }

  check_every_call_was_seen(document, seen);
  check_every_schema_was_met(document, schemas);
}

TEST_CASE("openapi: the checker sees what does not fit", "[openapi]") {
  const json::value document = json::parse(R"({"positive":{"type":"integer","minimum":1}})");
  SchemaChecker schemas(document);
  struct Row {
    const char* value;
    const char* schema;
    const char* fault;
  };
  const Row row = GENERATE(values<Row>({
      {"1", R"({"type":"integer","format":"int64"})", ""},
      {"1.5", R"({"type":"integer"})", R"(: is no "integer")"},
      {"null", R"({"type":["string","null"],"minLength":2})", ""},
      {R"("ä")", R"({"minLength":2})", ": is too short"},
      {R"("äöü")", R"({"maxLength":2})", ": is too long"},
      {"9223372036854775808", R"({"format":"int64"})", ": does not fit 64 bits"},
      {"0", R"({"$ref":"#/positive"})", ": is below 1"},
      {"2", R"({"$ref":"#/positive","maximum":1})", ": is above 1"},
      {"1", R"({"$ref":"#/negative"})", ": refers to nothing: #/negative"},
      {R"({"a":1})", R"({"properties":{"a":{"type":"string"}}})", R"(/a: is no "string")"},
      {R"({"a":1})", R"({"additionalProperties":false})", "/a: is not in the document"},
      {R"({"a":1})", R"({"additionalProperties":{"type":"string"}})", R"(/a: is no "string")"},
      {R"({"a":1})", R"({"propertyNames":{"pattern":"^[A-Z]$"}})", R"(: "a" is not like ^[A-Z]$)"},
      {"{}", R"({"required":["a"]})", R"(: has no "a")"},
      {"[1,true]", R"({"items":{"type":"integer"}})", R"(/1: is no "integer")"},
      {"[]", R"({"minItems":1})", ": is too short"},
      {"[1,2]", R"({"maxItems":1})", ": is too long"},
      {R"("b")", R"({"enum":["a",null]})", R"(: "b" is not in ["a",null])"},
      {R"("b")", R"({"const":"a"})", R"(: is not "a")"},
      {R"("20.11.2026")", R"({"format":"date"})", ": is no date"},
      {R"("2026-11-20")", R"({"format":"date-time"})", ": is no time of RFC 3339"},
      {R"("a")", R"({"format":"email"})", ": has the unknown format email"},
      {"1", R"({"oneOf":[{"type":"integer"},{"enum":[1]}]})", ": fits 2 of the choices, not one"},
      {"1", R"({"oneOf":[{"type":"integer"},{"type":"string"}]})", ""},
      {"1", R"({"multipleOf":2})", ": has the unknown keyword multipleOf"},
  }));
  INFO(row.value << ' ' << row.schema);
  const auto faults = schemas.faults(json::parse(row.value), json::parse(row.schema));
  CHECK(all_of(faults) == (*row.fault == '\0' ? "" : row.fault + std::string("\n")));
  const auto unknown = SchemaChecker::unknown_keywords(
      json::parse(R"({"properties":{"a":{"items":{"oneOf":[{"multipleOf":2}]}}}})"));
  CHECK(unknown == std::vector<std::string>{"multipleOf"});
}
