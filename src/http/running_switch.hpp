// What a subcommand finds out about a running switch from its config file: where the API and the
// links really listen (`data_dir/endpoints.json`), and how the links speak.
#pragma once

#include <boost/system/result.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::http {

struct HostAndPort {
  std::string host;
  std::string port;
};

// "127.0.0.1:8583", "[::1]:8583".
std::optional<HostAndPort> parse_host_and_port(std::string_view text);

struct RunningLink {
  std::string name;
  std::string address;                  // HOST:PORT
  std::string dialect = "iso87-ascii";  // a name, or the path of a file
  std::string length_header = "be16";
  bool includes_itself = false;
  std::size_t fixed_header_length = 0;
};

struct RunningSwitch {
  std::vector<RunningLink> links;
  std::string api_address;  // HOST:PORT
  std::filesystem::path token_file;
  std::filesystem::path data_folder;

  // The link of that name, or the first one for an empty name; null when there is none.
  const RunningLink* find_link(std::string_view name) const;
};

// An error when the config cannot be read or the switch has written no endpoints.
boost::system::result<RunningSwitch, std::string> find_running_switch(
    const std::filesystem::path& config_file);

}  // namespace holdfast::http
