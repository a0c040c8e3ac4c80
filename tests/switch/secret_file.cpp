#include "security/secret_file.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <filesystem>

namespace {

namespace fs = std::filesystem;

}  // namespace

TEST_CASE("secret file: what cannot be read is an error, and not empty", "[security]") {
  CHECK(holdfast::read_small_file("/tmp").error().text == "/tmp: Is a directory");
}

TEST_CASE("secret file: is whole or not there, and its error is the disk's", "[security]") {
  std::string name = (fs::temp_directory_path() / "holdfast-secret-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const fs::path file = fs::path(name) / "key";
  REQUIRE(holdfast::write_secret_file(file, "first").has_value());

  // A disk with room for ten bytes takes those, and only then says that it is full.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit ten_bytes{10, before.rlim_max};
  ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &ten_bytes);
  const auto written = holdfast::write_secret_file(file, std::string(100, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().text == file.string() + ".tmp: File too large");
  CHECK(*holdfast::read_small_file(file) == "first");
  CHECK((fs::status(file).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  fs::remove_all(name);
}
