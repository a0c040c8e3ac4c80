// Where clearing files that came over the API are worked off: one at a time, on a thread of its
// own, while the io_context goes on. It also knows what became of each: of those that are done,
// since the first; of the others, since the start.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "clearing/ingest.hpp"
#include "runtime/core.hpp"

namespace holdfast::http {

// One file on its way, or done.
struct ClearingFile {
  enum class Status { running, done, refused, failed };
  std::string name;
  std::string id;       // of the run; empty until the report tells it
  std::string file_id;  // the same
  Status status = Status::running;
  clearing::IngestProgress progress;
};
std::string_view name(ClearingFile::Status status);

class ClearingDesk {
 public:
  ClearingDesk(Core& core, boost::asio::any_io_executor executor);

  // Held by the one whose file is worked off; the next one waits until it is gone.
  class Turn {
   public:
    explicit Turn(ClearingDesk& desk) : desk_(&desk) {}
    Turn(Turn&& other) noexcept : desk_(std::exchange(other.desk_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    ClearingDesk* desk_;
  };
  boost::asio::awaitable<Turn> take_turn();

  // A file as it is listed, before its turn has come.
  std::shared_ptr<ClearingFile> announce(std::string name);
  // Posts the file's records; the caller has the turn.
  boost::asio::awaitable<clearing::IngestOutcome> ingest(std::shared_ptr<ClearingFile> entry,
                                                         std::filesystem::path file,
                                                         std::optional<clearing::Format> format);

  // In the order in which they came; the oldest leave when there are many.
  const std::deque<std::shared_ptr<ClearingFile>>& files() const { return files_; }
  // By the id of the run, or the newest one of a file by the file's. None: unknown.
  std::shared_ptr<ClearingFile> find(std::string_view id) const;
  // Uploads lie on this folder's disk, without a name in it; reports that are kept, below it.
  const std::filesystem::path& upload_folder() const { return upload_folder_; }

 private:
  struct Wait;

  Core& core_;
  boost::asio::any_io_executor executor_;
  std::filesystem::path upload_folder_;
  std::deque<std::shared_ptr<ClearingFile>> files_;
  bool is_busy_ = false;
  std::deque<boost::asio::steady_timer*> waiting_;
};

}  // namespace holdfast::http
