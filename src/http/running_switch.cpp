#include "http/running_switch.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>

namespace holdfast::http {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string text_at(const toml::table& table, std::string_view key, std::string_view otherwise) {
  return table[key].value_or(std::string(otherwise));
}

std::vector<RunningLink> links_of(const toml::table& config) {
  std::vector<RunningLink> links;
  const toml::array* entries = config["links"].as_array();
  if (entries == nullptr) return links;
  for (const toml::node& entry : *entries) {
    const toml::table* table = entry.as_table();
    if (table == nullptr) continue;
    RunningLink link;
    link.name = text_at(*table, "name", "");
    link.dialect = text_at(*table, "dialect", link.dialect);
    link.length_header = text_at(*table, "length_header", link.length_header);
    link.includes_itself = (*table)["includes_itself"].value_or(false);
    link.fixed_header_length = (*table)["fixed_header_length"].value_or(link.fixed_header_length);
    links.push_back(std::move(link));
  }
  return links;
}

// {"http":"127.0.0.1:PORT","links":{"processor":"127.0.0.1:PORT"}}
boost::system::result<void, std::string> read_endpoints(const fs::path& file,
                                                        RunningSwitch& running) {
  std::ifstream stream(file);
  if (!stream) return fmt::format("{}: the switch does not run", file.string());
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  boost::system::error_code failure;
  const json::value endpoints = json::parse(text, failure);
  const json::object* object = endpoints.if_object();
  if (failure || object == nullptr) return fmt::format("{}: not JSON", file.string());
  const json::value* api = object->if_contains("http");
  const json::value* links = object->if_contains("links");
  if (api == nullptr || !api->is_string() || links == nullptr || !links->is_object()) {
    return fmt::format("{}: 'http' or 'links' is missing", file.string());
  }
  running.api_address = api->get_string().c_str();
  for (RunningLink& link : running.links) {
    const json::value* address = links->get_object().if_contains(link.name);
    if (address != nullptr && address->is_string()) link.address = address->get_string().c_str();
  }
  return {};
}

}  // namespace

std::optional<HostAndPort> parse_host_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view port = text.substr(colon + 1);
  if (host.empty() || port.find_first_not_of("0123456789") != port.npos) return std::nullopt;
  return HostAndPort{std::string(host), std::string(port)};
}

const RunningLink* RunningSwitch::find_link(std::string_view name) const {
  for (const RunningLink& link : links) {
    if (name.empty() || link.name == name) return &link;
  }
  return nullptr;
}

boost::system::result<RunningSwitch, std::string> find_running_switch(const fs::path& config_file) {
  toml::table config;
  try {
    config = toml::parse_file(config_file.string());
  } catch (const toml::parse_error& error) {
    return fmt::format("{}: {}", config_file.string(), error.description());
  }
  RunningSwitch running;
  running.links = links_of(config);
  const fs::path folder = config_file.parent_path();
  running.data_folder = folder / text_at(config, "data_dir", "data");
  const std::string token = config["http"]["token_file"].value_or(std::string());
  running.token_file = token.empty() ? running.data_folder / "api-token" : folder / token;
  if (auto read = read_endpoints(running.data_folder / "endpoints.json", running); !read)
    return read.error();
  return running;
}

}  // namespace holdfast::http
