// Runs the real `holdfast` as a person would.
#pragma once

#include <string>

namespace holdfast::cli::test {

struct Finished {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

// `arguments` as a shell reads them; `input` comes on stdin.
Finished run_holdfast(const std::string& arguments, const std::string& input = {});

}  // namespace holdfast::cli::test
