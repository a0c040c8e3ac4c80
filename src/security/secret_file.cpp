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

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A rename is on the disk when its folder is.
Outcome<void> sync_folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Error{system_error(folder)};
  const bool synced = ::fsync(fd) == 0;
  const std::string error = synced ? std::string() : system_error(folder);
  ::close(fd);
  if (!synced) return Error{error};
  return {};
}

}  // namespace

Outcome<void> write_secret_file(const std::filesystem::path& file, std::string_view content) {
  return write_whole_file(file, content, 0600);
}

Outcome<void> write_whole_file(const std::filesystem::path& file, std::string_view content,
                               mode_t mode) {
  std::error_code ec;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ec);
  const std::string temporary = file.string() + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return Error{system_error(temporary)};
  const bool written = write_all(fd, content) && ::fsync(fd) == 0;
  const std::string error = written ? std::string() : system_error(temporary);
  ::close(fd);
  if (!written) return Error{error};
  if (::rename(temporary.c_str(), file.c_str()) != 0) return Error{system_error(file)};
  return sync_folder_of(file);
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
