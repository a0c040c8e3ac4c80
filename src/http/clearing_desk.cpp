#include "http/clearing_desk.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "clearing/byte_source.hpp"

namespace holdfast::http {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::size_t listed_files_max = 1000;

// What a crash left half uploaded.
void remove_leftovers(const fs::path& folder) {
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failure)) {
    std::error_code ignored;
    if (entry.path().extension() == ".upload") fs::remove(entry.path(), ignored);
  }
}

Outcome<clearing::IngestReport> ingest_file(const Core& core, const fs::path& file,
                                            std::optional<clearing::Format> format,
                                            clearing::IngestProgress& progress) {
  auto source = clearing::file_source(file.string());
  if (!source) return Error{source.error().detail};
  return clearing::ingest(core, std::move(*source), format, progress);
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
}

ClearingDesk::Turn::~Turn() {
  if (desk_ == nullptr) return;
  desk_->is_busy_ = false;
  if (!desk_->waiting_.empty()) desk_->waiting_.front()->cancel();
}

asio::awaitable<ClearingDesk::Turn> ClearingDesk::take_turn() {
  if (is_busy_ || !waiting_.empty()) {
    asio::steady_timer wake(executor_, asio::steady_timer::time_point::max());
    waiting_.push_back(&wake);
    while (is_busy_ || waiting_.front() != &wake) {
      boost::system::error_code ignored;
      co_await wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    waiting_.pop_front();
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

asio::awaitable<Outcome<clearing::IngestReport>> ClearingDesk::ingest(
    std::shared_ptr<ClearingFile> entry, fs::path file, std::optional<clearing::Format> format) {
  asio::steady_timer wake(executor_, asio::steady_timer::time_point::max());
  std::optional<Outcome<clearing::IngestReport>> outcome;
  // The frame of this coroutine outlives the thread: it is joined before anything here is gone.
  std::jthread worker([&] {
    Outcome<clearing::IngestReport> finished = ingest_file(core_, file, format, entry->progress);
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
  entry->status = *outcome ? ClearingFile::Status::done : ClearingFile::Status::refused;
  if (*outcome) entry->file_id = (*outcome)->file_id;
  co_return std::move(*outcome);
}

}  // namespace holdfast::http
