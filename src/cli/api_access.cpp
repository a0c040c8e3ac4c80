#include "cli/api_access.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "cli/json_text.hpp"
#include "security/secret_file.hpp"

namespace holdfast::cli {
namespace {

namespace json = boost::json;

Result<http::HostAndPort> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  std::string_view rest = url;
  if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto address = http::parse_host_and_port(rest);
  if (address) return *address;
  return Failure{exit_bad_usage,
                 fmt::format("'{}' is not an address such as http://127.0.0.1:8583", url)};
}

}  // namespace

Result<http::RunningSwitch> find_running(const std::string& config_file) {
  auto running = http::find_running_switch(config_file);
  if (running) return std::move(*running);
  const bool is_config = running.error().starts_with(config_file + ":");
  return Failure{is_config ? exit_bad_usage : exit_failed, running.error()};
}

void add_api_options(CLI::App& command, ApiOptions& options) {
  CLI::Option* config =
      command.add_option("--config", options.config_file, "The config file of the running switch");
  CLI::Option* api = command.add_option("--api", options.url, "The API, http://HOST:PORT");
  CLI::Option* token =
      command.add_option("--token-file", options.token_file, "The file of the API's token");
  api->needs(token);
  token->needs(api);
  api->excludes(config);
}

Result<ApiLocation> find_api(const ApiOptions& options) {
  if (!options.url.empty()) {
    auto address = parse_url(options.url);
    if (!address) return address.error();
    return ApiLocation{std::move(*address), options.token_file};
  }
  if (options.config_file.empty()) {
    return Failure{
        exit_bad_usage,
        "where the switch is, is missing: --config FILE, or --api URL --token-file FILE"};
  }
  const auto running = find_running(options.config_file);
  if (!running) return running.error();
  auto address = http::parse_host_and_port(running->api_address);
  if (!address) {
    return Failure{exit_failed, fmt::format("'{}' is not HOST:PORT", running->api_address)};
  }
  return ApiLocation{std::move(*address), running->token_file.string()};
}

Result<std::string> read_token(const ApiLocation& location) {
  auto content = read_small_file(location.token_file);
  if (!content) return Failure{exit_failed, content.error().text};
  return content->substr(0, content->find_first_of("\r\n"));
}

Result<http::ApiClient> connect(const ApiLocation& location) {
  const bool is_ipv6 = location.address.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + location.address.host + "]" : location.address.host;
  auto api =
      http::ApiClient::connect("http://" + host + ":" + location.address.port, location.token_file);
  if (!api) return Failure{exit_failed, api.error()};
  return std::move(*api);
}

Result<http::ApiClient> open_api(const ApiOptions& options) {
  const auto location = find_api(options);
  if (!location) return location.error();
  return connect(*location);
}

Result<json::object> read_answer(const http::Response& response) {
  boost::system::error_code failure;
  json::value answer = json::parse(response.body, failure);
  if (failure || !answer.is_object()) {
    return Failure{exit_failed, fmt::format("the API answered {} without JSON", response.status)};
  }
  json::object& object = answer.get_object();
  if (response.status < 300) return std::move(object);
  std::string text = fmt::format("{}: {}", text_of(object, "code"), text_of(object, "detail"));
  if (object.contains("available")) text += " Available: " + amount_text(object, "available") + ".";
  return Failure{exit_failed, std::move(text)};
}

Result<json::object> call(http::ApiClient& api, std::string_view method, std::string_view target,
                          std::string_view body, std::span<const http::Header> headers) {
  const auto response = api.request(method, target, body, headers);
  if (!response) return Failure{exit_failed, response.error()};
  return read_answer(*response);
}

Result<json::object> call(http::ApiClient& api, std::string_view method, std::string_view target,
                          const json::object& body, std::span<const http::Header> headers) {
  return call(api, method, target, json::serialize(body), headers);
}

Result<json::object> call_once(const ApiOptions& options, std::string_view method,
                               std::string_view target, std::string_view body) {
  auto api = open_api(options);
  if (!api) return api.error();
  return call(*api, method, target, body);
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                          (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace holdfast::cli
