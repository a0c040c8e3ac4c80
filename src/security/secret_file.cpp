#include "security/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace holdfast {
namespace {

std::string system_error(const std::filesystem::path& file) {
  return fmt::format("{}: {}", file.string(), std::strerror(errno));
}

}  // namespace

Outcome<void> write_secret_file(const std::filesystem::path& file, std::string_view content) {
  std::error_code ec;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ec);
  const std::string temporary = file.string() + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Error{system_error(temporary)};
  const bool written =
      ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
      ::fsync(fd) == 0;
  const std::string error = written ? std::string() : system_error(temporary);
  ::close(fd);
  if (!written) return Error{error};
  if (::rename(temporary.c_str(), file.c_str()) != 0) return Error{system_error(file)};
  return {};
}

Outcome<std::string> read_small_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{system_error(file)};
  std::ostringstream content;
  content << stream.rdbuf();
  // An Error can be made from a string too: say that this is the value.
  return {boost::system::in_place_value, content.str()};
}

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  if (RAND_bytes(random.data(), static_cast<int>(bytes)) != 1) {
    throw std::runtime_error("the system gives no random bytes");
  }
  std::string hex;
  for (unsigned char byte : random) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace holdfast
