// What became of each record of a clearing file, kept beside the data: a line of JSON for each, and
// a summary when the file is done. A run that was cut short is written anew, to the same words,
// when the file comes again.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "error.hpp"

namespace holdfast::clearing {

class RunLog {
 public:
  // Begins the run's records; what an earlier try left is dropped.
  RunLog(std::filesystem::path folder, std::string run_id);

  void add(std::string_view line);
  // Puts both files in their places, whole and synced. Not before is the run listed.
  Outcome<void> finish(std::string_view summary);

  static std::filesystem::path records_file(const std::filesystem::path& folder,
                                            std::string_view run_id);
  static std::filesystem::path summary_file(const std::filesystem::path& folder,
                                            std::string_view run_id);

 private:
  void write_out();
  void check(bool is_well);

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path folder_;
  std::string run_id_;
  std::unique_ptr<std::FILE, Close> file_;
  std::size_t size_ = 0;
  std::size_t written_out_ = 0;
  int failure_ = 0;  // errno of the first one
};

}  // namespace holdfast::clearing
