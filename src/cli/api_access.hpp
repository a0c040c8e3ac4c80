// The API of the running switch, as subcommands find and call it.
#pragma once

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "cli/failure.hpp"
#include "http/client.hpp"
#include "http/running_switch.hpp"

namespace holdfast::cli {

struct ApiOptions {
  std::string config_file;
  std::string url;
  std::string token_file;
};

// An error is bad usage where the config cannot be read, and a failure where the switch does not
// run.
Result<http::RunningSwitch> find_running(const std::string& config_file);

// --config, or --api with --token-file.
void add_api_options(CLI::App& command, ApiOptions& options);

struct ApiLocation {
  http::HostAndPort address;
  std::string token_file;
};
Result<ApiLocation> find_api(const ApiOptions& options);
// The first line of the token file.
Result<std::string> read_token(const ApiLocation& location);
Result<http::ApiClient> connect(const ApiLocation& location);
Result<http::ApiClient> open_api(const ApiOptions& options);

// The answer's object; for a refusal its code and detail.
Result<boost::json::object> call(http::ApiClient& api, std::string_view method,
                                 std::string_view target, std::string_view body = {},
                                 std::span<const http::Header> headers = {});
Result<boost::json::object> call(http::ApiClient& api, std::string_view method,
                                 std::string_view target, const boost::json::object& body,
                                 std::span<const http::Header> headers = {});
// What call() makes of an answer.
Result<boost::json::object> read_answer(const http::Response& response);
// One call on a connection of its own.
Result<boost::json::object> call_once(const ApiOptions& options, std::string_view method,
                                      std::string_view target, std::string_view body = {});

// For a part of a path.
std::string percent_encoded(std::string_view text);

}  // namespace holdfast::cli
