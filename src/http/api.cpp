#include "http/api.hpp"

#include <boost/endian/conversion.hpp>
#include <boost/json/serialize.hpp>

#include "http/bodies.hpp"

namespace holdfast::http {

ApiResponse json_answer(unsigned status, const boost::json::object& body) {
  ApiResponse response;
  response.status = status;
  response.body = boost::json::serialize(body);
  return response;
}

ApiResponse bad_body(const BodyError& error) {
  boost::json::object more;
  if (!error.field.empty()) more["field"] = error.field;
  return problem(400, error.code, error.detail, more);
}

ApiResponse card_number_in(std::string_view field) {
  return bad_body(
      {"bad_field", std::string(field), "'" + std::string(field) + "' holds a card number."});
}

ApiResponse decline_problem(engine::Decline decline) {
  return problem(http_status(decline), engine::name(decline), sentence(decline));
}

ApiResponse unavailable(const Api& api) {
  return unavailable(api.core.engine.halted());
}

// Hashes here are keyed with the PAN key: what is hashed may contain a card number, and a plain
// hash of one can be turned back.

std::string request_fingerprint(Api& api, const ApiRequest& request) {
  std::string text = "api content\n" + request.method + ' ' + request.path;
  for (const auto& [key, value] : request.query)
    text.append(1, '\n').append(key).append(1, '=').append(value);
  return card_id_text(engine::CardToken{api.tokenizer.token(text)});
}

engine::Request protection(Api& api, const ApiRequest& request) {
  engine::Request protection;
  if (request.idempotency_key.empty()) return protection;
  const engine::CardToken key =
      api.tokenizer.token("api key\n" + request.method + ' ' + std::string(request.route) + '\n' +
                          request.idempotency_key);
  const engine::CardToken content = api.tokenizer.token("api content\n" + request.method + ' ' +
                                                        request.path + '\n' + request.body);
  protection.key.bytes = key.bytes;
  protection.content = boost::endian::load_big_u64(content.bytes.data());
  return protection;
}

}  // namespace holdfast::http
