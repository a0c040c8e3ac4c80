// What is logged while it lives.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <string>

namespace holdfast::test {

// The logger stays the same for the whole life of the test program, since threads of a switch in it
// log at any time; what it writes to may change under it.
inline const auto log_outlets = [] {
  const auto outlets = std::make_shared<spdlog::sinks::dist_sink_mt>();
  const auto shown = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  shown->set_level(spdlog::level::err);
  outlets->add_sink(shown);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("tests", outlets));
  return outlets;
}();

class CapturedLog {
 public:
  CapturedLog() { log_outlets->add_sink(lines_); }
  ~CapturedLog() { log_outlets->remove_sink(lines_); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  std::string text() const { return lines_->text(); }
  int count(const std::string& part) const {
    const std::string all = text();
    int found = 0;
    for (auto at = all.find(part); at != all.npos; at = all.find(part, at + 1)) ++found;
    return found;
  }

 private:
  class Lines : public spdlog::sinks::base_sink<std::mutex> {
   public:
    std::string text() {
      std::lock_guard lock(mutex_);
      return text_;
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      spdlog::memory_buf_t line;
      formatter_->format(message, line);
      text_.append(line.data(), line.size());
    }
    void flush_() override {}

    std::string text_;
  };

  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
};

}  // namespace holdfast::test
