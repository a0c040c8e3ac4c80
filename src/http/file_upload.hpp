// Sends a file as the body of a POST, piece by piece: it may be larger than memory.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "http/running_switch.hpp"

namespace holdfast::http {

struct UploadTarget {
  HostAndPort address;
  std::string token;
  std::string target;  // "/v1/clearing-files?format=ipm"
};

// Waits for the answer as long as the connection lasts: a large file takes its time. `progress`
// hears of the bytes sent. The error is one line for people.
boost::system::result<Response, std::string> upload_file(
    const UploadTarget& target, const std::filesystem::path& file, std::span<const Header> headers,
    const std::function<void(std::uint64_t)>& progress);

}  // namespace holdfast::http
