// Runs the steps of a trace that core banking does: by the files of data_dir/core, as
// docs/core-banking.md has them.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "trace/memory.hpp"
#include "trace/outcome.hpp"
#include "trace/steps.hpp"

namespace holdfast::trace {

class CoreRunner {
 public:
  // `memory` outlives the runner. `patience` is how long a file may take to be there, or to be
  // read.
  CoreRunner(Memory& memory, std::filesystem::path folder, std::chrono::milliseconds patience)
      : memory_(memory), folder_(std::move(folder)), patience_(patience) {}

  StepOutcome run(const CheckExport& check);
  StepOutcome run(const RemoveExport& remove);
  StepOutcome run(const AnswerBatch& answer);
  StepOutcome run(const SendCoreBalances& balances);
  StepOutcome run(const SendCoreFile& file);

 private:
  std::filesystem::path exported_file(const std::string& batch) const;
  // The file's bytes, when the batch is in the outbox before patience ends.
  std::optional<std::string> wait_for_export(const std::string& batch) const;
  StepOutcome compare_export(const CheckExport& check, const std::string& batch,
                             const std::string& content);
  // Puts the file into the inbox, whole, and waits for what becomes of it.
  StepOutcome send(const std::string& name, const std::string& content,
                   const CoreReception& expected);

  Memory& memory_;
  std::filesystem::path folder_;
  std::chrono::milliseconds patience_;
  std::map<std::string, std::string> found_;  // each batch as it was when it was looked at last
};

}  // namespace holdfast::trace
