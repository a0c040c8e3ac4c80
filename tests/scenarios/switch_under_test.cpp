#include "switch_under_test.hpp"

#include <stdlib.h>

#include <cstdio>
#include <thread>

namespace scenarios {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

fs::path make_folder() {
  std::string name = (fs::temp_directory_path() / "holdfast-scenario-XXXXXX").string();
  return ::mkdtemp(name.data()) == nullptr ? fs::path() : fs::path(name);
}

std::string config_text(const fs::path& dialects, const fs::path& rules) {
  std::string text =
      "data_dir = \"data\"\n"
      "[http]\n"
      "listen = \"127.0.0.1:0\"\n"
      "token_file = \"data/api-token\"\n"
      "[[links]]\n"
      "name = \"processor\"\n"
      "listen = \"127.0.0.1:0\"\n"
      "dialect = \"" +
      fs::absolute(dialects / "iso87-ascii.toml").string() +
      "\"\n"
      "length_header = \"be16\"\n"
      "[[links]]\n"
      "name = \"guarded\"\n"
      "listen = \"127.0.0.1:0\"\n"
      "dialect = \"" +
      fs::absolute(dialects / "iso87-ascii.toml").string() +
      "\"\n"
      "require_sign_on = true\n"
      "[business_day]\n"
      "time_zone = \"Europe/Moscow\"\n"
      "cut_off = \"22:00\"\n"
      "[testing]\n"
      "manual_clock = true\n"
      "start = \"2026-11-20T09:00:00Z\"\n";
  if (!fs::exists(rules)) return text;
  text += "[files]\n";
  for (const char* rule : {"limits", "tariffs", "fx_rates", "holds"}) {
    const fs::path file = fs::absolute(rules) / (std::string(rule) + ".toml");
    if (fs::exists(file)) text += std::string(rule) + " = \"" + file.string() + "\"\n";
  }
  return text;
}

}  // namespace

SwitchUnderTest::SwitchUnderTest(fs::path binary, const fs::path& dialects, const fs::path& rules)
    : binary_(std::move(binary)), folder_(make_folder()) {
  write_file(config_file(), config_text(dialects, rules));
}

SwitchUnderTest::~SwitchUnderTest() {
  process_.reset();
  std::error_code ignored;
  if (!keep_folder_) fs::remove_all(folder_, ignored);
}

bool SwitchUnderTest::start() {
  // A second start must not find what the first one said.
  process_.reset();
  std::error_code ignored;
  fs::remove(folder_ / "serve.out", ignored);
  fs::remove(folder_ / "data" / "endpoints.json", ignored);
  process_.emplace(std::vector<std::string>{binary_.string(), "serve", "--config", config_file()},
                   folder_ / "serve.out", folder_ / "serve.err");
  constexpr auto patience = seconds(20);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string said = process_->stdout_text();
    if (said.starts_with("ready http=") && said.ends_with('\n')) return true;
    if (process_->wait(milliseconds(5))) return false;
  }
  return false;
}

CommandResult SwitchUnderTest::run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), binary_.string());
  Process process(arguments, folder_ / "command.out", folder_ / "command.err");
  const auto exit_code = process.wait(seconds(50));
  return {exit_code.value_or(-1), process.stdout_text(), process.stderr_text()};
}

std::optional<int> SwitchUnderTest::stop() {
  process_->terminate();
  return process_->wait(seconds(20));
}

void SwitchUnderTest::show_log() {
  keep_folder_ = true;
  std::fprintf(stderr, "--- the switch's log (all of it lies in %s)\n%s", folder_.c_str(),
               read_file(folder_ / "serve.err").c_str());
}

}  // namespace scenarios
