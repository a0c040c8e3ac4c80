// The reference `durable-echo`: returns each frame when it is on disk. All frames that wait are
// appended to a pre-written file with one fdatasync, and only then answered: group commit and
// nothing else. One thread for the sockets and one for the disk, like the switch.
#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "frame_server.hpp"

namespace reference {
namespace {

constexpr std::size_t file_size = std::size_t{64} << 20;
constexpr std::size_t pre_write_step = std::size_t{1} << 20;

void require(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::_Exit(EXIT_FAILURE);
}

// A file that is written from end to end beforehand, so that a sync touches no metadata; full,
// it begins again at its front.
class Journal {
 public:
  explicit Journal(const std::string& folder)
      : file_(::open((folder + "/durable-echo.journal").c_str(),
                     O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    require(file_ >= 0, "creating the journal");
    const std::vector<std::uint8_t> zeros(pre_write_step);
    for (std::size_t at = 0; at < file_size; at += zeros.size()) write(zeros, at);
    require(::fsync(file_) == 0, "syncing the new journal");
  }
  ~Journal() { ::close(file_); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void append(Bytes bytes) {
    if (offset_ + bytes.size() > file_size) offset_ = 0;
    write(bytes, offset_);
    require(::fdatasync(file_) == 0, "syncing the journal");
    offset_ += bytes.size();
  }

 private:
  void write(Bytes bytes, std::size_t at) const {
    const auto written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    require(written == static_cast<ssize_t>(bytes.size()), "writing the journal");
  }

  int file_;
  std::size_t offset_ = 0;
};

// Frames of many sessions, one behind the other.
struct Batch {
  struct Part {
    std::shared_ptr<Session> session;
    std::size_t size;
  };
  std::vector<std::uint8_t> bytes;
  std::vector<Part> parts;

  void answer() {
    std::size_t at = 0;
    for (const Part& part : parts) {
      part.session->send({bytes.data() + at, part.size});
      at += part.size;
    }
    bytes.clear();
    parts.clear();
  }
};

// The disk's thread: takes whatever waits, syncs it once, gives it back to the sockets' thread.
class GroupCommit {
 public:
  GroupCommit(boost::asio::io_context& io, const std::string& folder)
      : io_(io), journal_(folder), thread_([this] { run(); }) {}
  ~GroupCommit() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  void add(Session& session, Bytes frames) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      wake = waiting_.parts.empty();
      waiting_.bytes.insert(waiting_.bytes.end(), frames.begin(), frames.end());
      waiting_.parts.push_back({session.shared_from_this(), frames.size()});
    }
    if (wake) arrived_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      auto batch = std::make_unique<Batch>();
      {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return stopping_ || !waiting_.parts.empty(); });
        if (stopping_) return;
        std::swap(*batch, waiting_);
      }
      journal_.append(batch->bytes);
      boost::asio::post(io_, [answered = std::move(batch)] { answered->answer(); });
    }
  }

  boost::asio::io_context& io_;
  Journal journal_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Batch waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace
}  // namespace reference

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bench-durable-echo FOLDER\n", stderr);
    return 2;
  }
  boost::asio::io_context io;
  reference::GroupCommit commit(io, argv[1]);
  const reference::Server server(io,
                                 [&commit](reference::Session& session, reference::Bytes frames) {
                                   commit.add(session, frames);
                                 });
  server.say_ready();
  io.run();
  return 0;
}
