#include "cli_support.hpp"

#include <stdlib.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace holdfast::cli::test {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

Finished run_holdfast(const std::string& arguments, const std::string& input) {
  std::string name = (fs::temp_directory_path() / "holdfast-cli-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const fs::path folder = name;
  std::ofstream(folder / "in", std::ios::binary) << input;
  const std::string command = "cd " HOLDFAST_SOURCE_DIR " && " HOLDFAST_BINARY " " + arguments +
                              " < " + (folder / "in").string() + " > " + (folder / "out").string() +
                              " 2> " + (folder / "err").string();
  const int status = std::system(command.c_str());
  Finished finished{WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(folder / "out"),
                    read(folder / "err")};
  fs::remove_all(folder);
  return finished;
}

}  // namespace holdfast::cli::test
