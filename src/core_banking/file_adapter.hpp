// Core banking by files in a folder: outbox/ for it, inbox/ from it. What is read goes to
// inbox/taking/ first, where nobody replaces it, and from there to inbox/done/ or inbox/failed/.
// Every file is written whole, synced, then renamed into place.
#pragma once

#include <filesystem>

#include "core_banking/adapter.hpp"

namespace holdfast::core_banking {

class FileAdapter : public CoreAdapter {
 public:
  // Makes the folders that are missing.
  explicit FileAdapter(std::filesystem::path folder);

  Outcome<void> prepare(std::string_view batch_id) override;
  Outcome<void> deliver(std::string_view batch_id, std::string_view content) override;
  Outcome<std::vector<std::string>> waiting() override;
  Outcome<std::string> take(const std::string& name) override;
  Outcome<std::string> read(const std::string& name) override;
  Outcome<void> accepted(const std::string& name) override;
  Outcome<void> refused(const std::string& name, std::string_view reason) override;

 private:
  std::filesystem::path outbox_file(std::string_view batch_id) const;
  // Out of taking/; where it is now.
  Outcome<std::filesystem::path> move(const std::string& name, const std::filesystem::path& folder);

  std::filesystem::path folder_;
  std::filesystem::path inbox_;
  std::filesystem::path taking_;
};

}  // namespace holdfast::core_banking
