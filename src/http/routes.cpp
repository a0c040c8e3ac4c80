#include "http/routes.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace holdfast::http {
namespace {

constexpr std::array routes{
    Route{"GET", "/health", get_health, BodyKind::json, true},
    Route{"GET", "/v1/health", get_health, BodyKind::json, true},
    Route{"GET", "/v1/openapi.json", get_openapi},
    Route{"GET", "/v1/accounts/{id}", get_account},
    Route{"PUT", "/v1/accounts/{id}", put_account},
    Route{"PATCH", "/v1/accounts/{id}", change_account},
    Route{"GET", "/v1/accounts/{id}/holds", get_account_holds, BodyKind::json, false, "all"},
    Route{"GET", "/v1/accounts/{id}/statement", get_statement, BodyKind::json, false,
          "from to cursor"},
    Route{"POST", "/v1/accounts/balances", post_balances},
    Route{"POST", "/v1/cards", post_card},
    Route{"GET", "/v1/cards/{card_id}", get_card},
    Route{"PATCH", "/v1/cards/{card_id}", change_card},
    Route{"GET", "/v1/cards/{card_id}/limits", get_card_limits},
    Route{"POST", "/v1/holds", post_hold},
    Route{"GET", "/v1/holds/{id}", get_hold},
    Route{"POST", "/v1/holds/{id}/release", release_hold},
    Route{"POST", "/v1/postings", post_posting},
    Route{"POST", "/v1/postings/bulk", post_postings},
    Route{"GET", "/v1/batches", get_batches, BodyKind::json, false, "status cursor"},
    Route{"POST", "/v1/batches", post_batch},
    Route{"GET", "/v1/batches/{id}", get_batch},
    Route{"DELETE", "/v1/batches/{id}", delete_batch},
    Route{"POST", "/v1/batches/{id}/close", close_batch},
    Route{"POST", "/v1/batches/{id}/export", export_batch},
    Route{"POST", "/v1/batch-items/{id}/retry", retry_item},
    Route{"POST", "/v1/batch-items/{id}/move", move_item},
    Route{"POST", "/v1/batch-items/{id}/undo", undo_item},
    Route{"GET", "/v1/core", get_core},
    Route{"POST", "/v1/core/close-day", post_close_day},
    Route{"POST", "/v1/core/open-day", post_open_day},
    Route{"GET", "/v1/ledger", get_ledger},
    Route{"GET", "/v1/exceptions", get_exceptions, BodyKind::json, false, "cursor"},
    Route{"GET", "/v1/authorizations", get_authorizations, BodyKind::json, false, "rrn"},
    Route{"GET", "/v1/authorizations/{id}", get_authorization},
    Route{"GET", "/v1/fx-rates", get_fx_rates},
    Route{"PUT", "/v1/fx-rates", put_fx_rates},
    Route{"GET", "/v1/clearing-files", get_clearing_files},
    Route{"POST", "/v1/clearing-files", post_clearing_file, BodyKind::file, false, "format name"},
    Route{"GET", "/v1/clearing-files/{id}", get_clearing_file, BodyKind::json, false, "format"},
    Route{"GET", "/v1/clearing-files/{id}/records", get_clearing_records, BodyKind::json, false,
          "outcome cursor"},
    Route{"GET", "/v1/clearing-records/{key}", get_clearing_record},
    Route{"POST", "/v1/archive", post_archive},
    Route{"GET", "/v1/clock", get_clock},
    Route{"POST", "/v1/clock", post_clock},
    Route{"POST", "/v1/bulk", post_bulk},
};

// The next part of a path, without its slash.
std::string_view take_part(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

// What stands for {…}; nothing when the path is another one.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  std::string_view parameter;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_part(pattern);
    const std::string_view part = take_part(path);
    if (expected.starts_with('{')) {
      if (part.empty()) return std::nullopt;
      parameter = part;
    } else if (expected != part) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameter;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      unsigned char byte = 0;
      if (i + 2 >= text.size()) return std::nullopt;
      const char* const end = text.data() + i + 3;
      if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end) return std::nullopt;
      decoded += static_cast<char>(byte);
      i += 2;
    }
  }
  return decoded;
}

}  // namespace

std::span<const Route> all_routes() {
  return routes;
}

RouteMatch find_route(std::string_view method, std::string_view path) {
  RouteMatch found;
  for (const Route& route : routes) {
    const auto parameter = match(route.path, path);
    if (!parameter) continue;
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += route.method;
    if (route.method != method) continue;
    found.route = &route;
    found.parameter = percent_decoded(*parameter, false).value_or(std::string());
  }
  return found;
}

bool read_target(std::string_view target, ApiRequest& request) {
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question == std::string_view::npos) return true;
  std::string_view query = target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = pair.find('=');
    auto key = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!key || !value) return false;
    if (!key->empty()) request.query.emplace_back(std::move(*key), std::move(*value));
  }
  return true;
}

bool knows_query(const Route& route, const ApiRequest& request) {
  for (const auto& [key, value] : request.query) {
    bool is_known = false;
    for (std::string_view keys = route.query_keys; !keys.empty() && !is_known;) {
      const std::string_view known = keys.substr(0, keys.find(' '));
      keys.remove_prefix(std::min(known.size() + 1, keys.size()));
      is_known = known == key;
    }
    if (!is_known) return false;
  }
  return true;
}

}  // namespace holdfast::http
