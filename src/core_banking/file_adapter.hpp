// Core banking by files in a folder: outbox/ for it, inbox/ from it, inbox/done/ and inbox/failed/
// for what was read. Every file is written whole, synced, then renamed into place.
#pragma once

#include <filesystem>

#include "core_banking/adapter.hpp"

namespace holdfast::core_banking {

class FileAdapter : public CoreAdapter {
 public:
  // Makes the folders that are missing.
  explicit FileAdapter(std::filesystem::path folder);

  Outcome<void> deliver(std::string_view batch_id, std::string_view content) override;
  std::vector<std::string> waiting() override;
  Outcome<std::string> read(const std::string& name) override;
  Outcome<void> taken(const std::string& name) override;
  Outcome<void> refused(const std::string& name, std::string_view reason) override;

 private:
  Outcome<std::filesystem::path> move(const std::string& name, const char* folder);

  std::filesystem::path folder_;
};

}  // namespace holdfast::core_banking
