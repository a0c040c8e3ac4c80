#include "http/clearing_desk.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <thread>

#include "clearing/byte_source.hpp"
#include "engine/threads.hpp"
#include "security/secret_file.hpp"

namespace holdfast::http {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::size_t listed_files_max = 1000;

// What a crash left between the making of a file and its unlinking.
void remove_leftovers(const fs::path& folder) {
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
    std::error_code ignored;
    if (entry.path().extension() == ".upload") fs::remove(entry.path(), ignored);
  }
}

clearing::IngestOutcome ingest_file(const Core& core, const fs::path& file,
                                    std::optional<clearing::Format> format, std::string_view name,
                                    clearing::IngestProgress& progress) {
  auto source = clearing::file_source(file.string());
  if (!source) return clearing::IngestFailure{"storage_failed", source.error().detail};
  return clearing::ingest(core, std::move(*source), format, name, progress);
}

// The runs that are kept, the oldest first.
std::deque<std::shared_ptr<ClearingFile>> kept_runs(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".json") {
      found.emplace_back(entry.last_write_time(failure), entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  if (found.size() > listed_files_max) {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(listed_files_max));
  }
  std::deque<std::shared_ptr<ClearingFile>> files;
  for (const auto& [time, path] : found) {
    const auto text = read_small_file(path);
    boost::system::error_code no_json;
    const boost::json::value summary = boost::json::parse(text ? *text : "", no_json);
    if (no_json || !summary.is_object()) continue;
    const boost::json::object& run = summary.get_object();
    auto entry = std::make_shared<ClearingFile>();
    entry->id = boost::json::value_to<std::string>(run.at("id"));
    entry->name = boost::json::value_to<std::string>(run.at("name"));
    entry->file_id = boost::json::value_to<std::string>(run.at("file_id"));
    entry->status = ClearingFile::Status::done;
    entry->progress.records = run.at("report").at("records").to_number<std::uint64_t>();
    entry->progress.done = entry->progress.records.load();
    files.push_back(std::move(entry));
  }
  return files;
}

}  // namespace

std::string_view name(ClearingFile::Status status) {
  switch (status) {
    case ClearingFile::Status::running:
      return "running";
    case ClearingFile::Status::done:
      return "done";
    case ClearingFile::Status::refused:
      return "refused";
    case ClearingFile::Status::failed:
      return "failed";
  }
  return "unknown";
}

ClearingDesk::ClearingDesk(Core& core, asio::any_io_executor executor)
    : core_(core),
      executor_(std::move(executor)),
      upload_folder_(core.config.data_dir / "clearing") {
  std::error_code failure;  // shows when a file comes
  fs::create_directories(upload_folder_, failure);
  fs::permissions(upload_folder_, fs::perms::owner_all, failure);
  remove_leftovers(upload_folder_);
  files_ = kept_runs(clearing::runs_folder(core.config));
}

ClearingDesk::Turn::~Turn() {
  if (desk_ == nullptr) return;
  desk_->is_busy_ = false;
  if (!desk_->waiting_.empty()) desk_->waiting_.front()->cancel();
}

// A place in the queue. It is given back however the wait ends: when the io_context goes, waiting
// coroutines are destroyed in any order, and a Turn among them must not wake a timer that is gone.
struct ClearingDesk::Wait {
  explicit Wait(ClearingDesk& its_desk)
      : desk(its_desk), wake(desk.executor_, asio::steady_timer::time_point::max()) {
    desk.waiting_.push_back(&wake);
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() { std::erase(desk.waiting_, &wake); }

  ClearingDesk& desk;
  asio::steady_timer wake;
};

asio::awaitable<ClearingDesk::Turn> ClearingDesk::take_turn() {
  if (is_busy_ || !waiting_.empty()) {
    Wait place(*this);
    while (is_busy_ || waiting_.front() != &place.wake) {
      boost::system::error_code ignored;
      co_await place.wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }
  is_busy_ = true;
  co_return Turn(*this);
}

std::shared_ptr<ClearingFile> ClearingDesk::announce(std::string file_name) {
  auto entry = std::make_shared<ClearingFile>();
  entry->name = std::move(file_name);
  files_.push_back(entry);
  if (files_.size() > listed_files_max) files_.pop_front();
  return entry;
}

std::shared_ptr<ClearingFile> ClearingDesk::find(std::string_view id) const {
  const auto found = std::find_if(files_.rbegin(), files_.rend(), [id](const auto& file) {
    return !file->id.empty() && (file->id == id || file->file_id == id);
  });
  return found == files_.rend() ? nullptr : *found;
}

asio::awaitable<clearing::IngestOutcome> ClearingDesk::ingest(
    std::shared_ptr<ClearingFile> entry, fs::path file, std::optional<clearing::Format> format) {
  asio::steady_timer wake(executor_, asio::steady_timer::time_point::max());
  std::optional<clearing::IngestOutcome> outcome;
  // The frame of this coroutine outlives the thread: it is joined before anything here is gone.
  std::jthread worker([&] {
    engine::enter_thread("clearing", engine::ThreadClass::background);
    clearing::IngestOutcome finished =
        ingest_file(core_, file, format, entry->name, entry->progress);
    asio::post(executor_, [&outcome, &wake, finished = std::move(finished)]() mutable {
      outcome.emplace(std::move(finished));
      wake.cancel();
    });
  });
  while (!outcome) {
    boost::system::error_code ignored;
    co_await wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  worker.join();
  if (*outcome) {
    entry->status = ClearingFile::Status::done;
    entry->file_id = (*outcome)->file_id;
    entry->id = (*outcome)->run_id;
  } else {
    entry->status = outcome->error().is_refusal() ? ClearingFile::Status::refused
                                                  : ClearingFile::Status::failed;
  }
  co_return std::move(*outcome);
}

}  // namespace holdfast::http
