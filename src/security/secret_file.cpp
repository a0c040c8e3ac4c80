#include "security/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
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

bool read_all(int fd, std::string& content) {
  char chunk[1 << 16];
  for (;;) {
    const ssize_t size = ::read(fd, chunk, sizeof chunk);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size == 0;
    content.append(chunk, static_cast<std::size_t>(size));
  }
}

// With the system's error where what came before was not `done`.
Outcome<void> close_file(int fd, bool done, const std::filesystem::path& file) {
  const std::string error = done ? std::string() : system_error(file);
  ::close(fd);
  if (!done) return Error{error};
  return {};
}

Outcome<int> open_temporary(const std::filesystem::path& temporary, mode_t mode) {
  std::error_code ec;
  if (temporary.has_parent_path()) {
    std::filesystem::create_directories(temporary.parent_path(), ec);
  }
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return Error{system_error(temporary)};
  return fd;
}

std::filesystem::path temporary_of(const std::filesystem::path& file) {
  return file.string() + ".tmp";
}

}  // namespace

Outcome<void> write_secret_file(const std::filesystem::path& file, std::string_view content) {
  return write_whole_file(file, content, 0600);
}

Outcome<void> write_whole_file(const std::filesystem::path& file, std::string_view content,
                               mode_t mode) {
  const std::filesystem::path temporary = temporary_of(file);
  const auto fd = open_temporary(temporary, mode);
  if (!fd) return fd.error();
  const bool written = write_all(*fd, content) && ::fsync(*fd) == 0;
  if (auto closed = close_file(*fd, written, temporary); !closed) return closed;
  if (::rename(temporary.c_str(), file.c_str()) != 0) return Error{system_error(file)};
  return sync_folder(file.has_parent_path() ? file.parent_path() : ".");
}

Outcome<void> can_write_whole_file(const std::filesystem::path& file, mode_t mode) {
  const auto fd = open_temporary(temporary_of(file), mode);
  if (!fd) return fd.error();
  return close_file(*fd, true, file);
}

Outcome<std::string> read_small_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{system_error(file)};
  std::string content;
  const bool is_read = read_all(fd, content);
  if (auto closed = close_file(fd, is_read, file); !closed) return closed.error();
  // An Error can be made from a string too: say that this is the value.
  return {boost::system::in_place_value, std::move(content)};
}

Outcome<void> sync_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Error{system_error(folder)};
  return close_file(fd, ::fsync(fd) == 0, folder);
}

std::filesystem::path free_name(const std::filesystem::path& folder, std::string_view name,
                                std::string_view end) {
  std::filesystem::path file = folder / fmt::format("{}{}", name, end);
  std::error_code failure;  // shows when it is written
  for (int copy = 2; std::filesystem::exists(file, failure); ++copy) {
    file = folder / fmt::format("{}.{}{}", name, copy, end);
  }
  return file;
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
