// An API over a real engine in a folder of its own, for tests: in this process, on a free port.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.hpp"
#include "runtime/core.hpp"

namespace holdfast::http::test {

struct ApiAnswer {
  int status = 0;
  std::string text;
  boost::json::value json;
  bool is_replay = false;

  // A member as text; "" when there is none.
  std::string at(std::string_view key) const;
};

class ApiUnderTest {
 public:
  struct Options {
    bool has_manual_clock = true;
    bool is_ready = true;
    bool has_archive = true;
    std::size_t inbox_capacity = 65'536;
    engine::Rules rules{};
  };
  ApiUnderTest();
  explicit ApiUnderTest(Options options);
  ~ApiUnderTest();

  ApiAnswer ask(std::string_view method, std::string_view target, std::string_view body = {},
                const std::vector<Header>& headers = {});
  ApiAnswer ask_with_key(std::string_view method, std::string_view target, std::string_view body,
                         const std::string& key);
  // Sends bytes as they are and reads what comes until the server closes.
  std::string send_raw(const std::string& bytes);
  // Stops server and engine, and starts them over the same folder.
  void restart();
  void stop_server();
  // Server and engine: another process may open the folder.
  void stop_all();

  // What a part of the switch other than the API would run on.
  Core& core();
  std::string url() const;
  std::filesystem::path folder() const;
  // For subcommands: finds this API as that of a running switch.
  std::filesystem::path config_file() const;
  static std::string token();

 private:
  struct Parts;
  void start();
  Options options_;
  std::filesystem::path folder_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace holdfast::http::test
