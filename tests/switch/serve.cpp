#include <netdb.h>
#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "http/client.hpp"
#include "switch_under_test.hpp"

namespace {

namespace fs = std::filesystem;
using holdfast::http::ApiClient;
using scenarios::Process;
using scenarios::SwitchUnderTest;
using std::chrono::milliseconds;
using std::chrono::seconds;

SwitchUnderTest make_switch() {
  return {HOLDFAST_BINARY, HOLDFAST_SOURCE_DIR "/config/dialects", HOLDFAST_SOURCE_DIR "/config"};
}

// Puts `to` in the place of the line of the config that begins with `key`.
void set_line(const SwitchUnderTest& the_switch, const std::string& key, const std::string& to) {
  std::string text = scenarios::read_file(the_switch.config_file());
  const auto begin = text.find(key);
  REQUIRE(begin != text.npos);
  text.replace(begin, text.find('\n', begin) - begin, to);
  scenarios::write_file(the_switch.config_file(), text);
}

// Runs `serve` through a shell that does something before.
std::unique_ptr<Process> serve_after(const SwitchUnderTest& the_switch, const std::string& before) {
  return std::make_unique<Process>(
      std::vector<std::string>{
          "/bin/sh", "-c",
          before + "; exec " HOLDFAST_BINARY " serve --config " + the_switch.config_file()},
      the_switch.folder() / "serve.out", the_switch.folder() / "serve.err");
}

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

// Of the switch: before it is executed, its process has the handlers of this test.
bool catches_sigterm(pid_t pid) {
  const fs::path proc = "/proc/" + std::to_string(pid);
  std::error_code ignored;
  if (fs::read_symlink(proc / "exe", ignored) != fs::canonical(HOLDFAST_BINARY)) return false;
  const std::string status = scenarios::read_file(proc / "status");
  const auto at = status.find("SigCgt:");
  if (at == status.npos) return false;
  return (std::stoull(status.substr(at + 7), nullptr, 16) >> (SIGTERM - 1) & 1) != 0;
}

// Where a running switch's first link listens.
std::string link_address(const SwitchUnderTest& the_switch) {
  const std::string ready = the_switch.process().stdout_text();
  const std::string before = " processor=";
  const auto begin = ready.find(before);
  REQUIRE(begin != ready.npos);
  const auto address = begin + before.size();
  return ready.substr(address, ready.find_first_of(" \n", address) - address);
}

ApiClient api_of(const SwitchUnderTest& the_switch) {
  auto api = ApiClient::from_config(the_switch.config_file());
  REQUIRE(api.has_value());
  return std::move(*api);
}

}  // namespace

TEST_CASE("serve: a bad value ends it with 2 and one line, before anything is made", "[serve]") {
  SwitchUnderTest the_switch = make_switch();
  struct Case {
    std::string key;
    std::string line;
    std::string said;
  };
  const std::string broken = (the_switch.folder() / "broken.toml").string();
  scenarios::write_file(broken, "[fields]\n2 = { format = \"n..what\" }\n");
  const Case bad = GENERATE_REF(values<Case>({
      {"dialect", "dialect = \"" + broken + "\"", "links[1].dialect: " + broken},
      {"dialect", "dialect = \"no-such\"", "links[1].dialect: "},
      {"listen", "listen = \"no.such.host.invalid:1\"", "http.listen: 'no.such.host.invalid'"},
      {"time_zone", "time_zone = \"/etc/passwd\"", "business_day.time_zone: "},
      {"data_dir", "data_dirr = \"data\"", "data_dirr: is not a key"},
      {"time_zone", "time_zone = \"../zoneinfo/Europe/Moscow\"", "business_day.time_zone: "},
      {"time_zone", "time_zone = \"tzdata.zi\"", "business_day.time_zone: "},
      {"time_zone", "time_zone = \"Europe\"", "business_day.time_zone: "},
  }));
  set_line(the_switch, bad.key, bad.line);
  const auto ended = the_switch.run({"serve", "--config", the_switch.config_file()});
  CHECK(ended.exit_code == 2);
  CHECK(ended.errors.starts_with("holdfast: " + the_switch.config_file() + ": " + bad.said));
  CHECK(std::count(ended.errors.begin(), ended.errors.end(), '\n') == 1);
  CHECK_FALSE(fs::exists(the_switch.data_folder()));
}

TEST_CASE("serve: keys that are no keys end it with 2 and one line", "[serve]") {
  SwitchUnderTest the_switch = make_switch();
  const std::string key_file = the_switch.data_folder() + "/pan-key";
  const std::string token_file = the_switch.data_folder() + "/api-token";
  fs::create_directories(the_switch.data_folder());
  std::string key;
  SECTION("an empty token") {
    scenarios::write_file(token_file, "\n");
    key = "http.token_file: " + token_file;
  }
  SECTION("a token of blanks") {
    scenarios::write_file(token_file, " \t\n");
    key = "http.token_file: " + token_file;
  }
  SECTION("a PAN key that only looks like hex") {
    scenarios::write_file(key_file, std::string(62, 'a') + "+1\n");
    key = "security.pan_key_file: " + key_file;
  }
  const auto ended = the_switch.run({"serve", "--config", the_switch.config_file()});
  CHECK(ended.exit_code == 2);
  CHECK(ended.errors.starts_with("holdfast: " + the_switch.config_file() + ": " + key + ": "));
  CHECK(std::count(ended.errors.begin(), ended.errors.end(), '\n') == 1);
}

TEST_CASE("serve: an address that is taken ends it with 1 and its key, before anything is made",
          "[serve]") {
  SwitchUnderTest first = make_switch();
  REQUIRE(first.start());
  const std::string taken = "listen = \"" + link_address(first) + "\"";
  SwitchUnderTest the_switch = make_switch();
  std::string key;
  SECTION("for the API") {
    set_line(the_switch, "listen = \"127.0.0.1:0\"\ntoken_file", taken);
    key = "http.listen: ";
  }
  SECTION("for a link") {
    set_line(the_switch, "listen = \"127.0.0.1:0\"\ndialect", taken);
    key = "links[1].listen: ";
  }
  const auto ended = the_switch.run({"serve", "--config", the_switch.config_file()});
  CHECK(ended.exit_code == 1);
  CHECK(ended.errors.starts_with("holdfast: " + the_switch.config_file() + ": " + key));
  CHECK(ended.errors.find("in use") != std::string::npos);
  CHECK_FALSE(fs::exists(the_switch.data_folder()));
}

TEST_CASE("serve: a data folder that cannot be ends it with 2 and its key", "[serve]") {
  SwitchUnderTest the_switch = make_switch();
  scenarios::write_file(the_switch.data_folder(), "a file");
  const auto ended = the_switch.run({"serve", "--config", the_switch.config_file()});
  CHECK(ended.exit_code == 2);
  CHECK(ended.errors.starts_with("holdfast: " + the_switch.config_file() +
                                 ": data_dir: " + the_switch.data_folder() + ": "));
  CHECK(std::count(ended.errors.begin(), ended.errors.end(), '\n') == 1);
}

TEST_CASE("serve: takes as many open files as it may, and lets in no more", "[serve]") {
  SwitchUnderTest the_switch = make_switch();
  SECTION("raised") {
    const auto process = serve_after(the_switch, "ulimit -Sn 300");
    REQUIRE(comes_true([&] { return process->stdout_text().starts_with("ready "); }));
    const std::string limits =
        scenarios::read_file("/proc/" + std::to_string(process->pid()) + "/limits");
    std::istringstream open_files(limits.substr(limits.find("Max open files") + 14));
    std::string soft;
    std::string hard;
    open_files >> soft >> hard;
    CHECK(soft == hard);
    CHECK(soft != "300");
  }
  SECTION("lowered") {
    const auto process = serve_after(the_switch, "ulimit -n 1000");
    REQUIRE(comes_true([&] { return process->stdout_text().starts_with("ready "); }));
    CHECK(process->stderr_text().find("connections_max is lowered to ") != std::string::npos);
  }
  SECTION("too few") {
    const auto process = serve_after(the_switch, "ulimit -n 70");
    CHECK(process->wait(seconds(20)) == 2);
    CHECK(process->stderr_text().find(the_switch.config_file() +
                                      ": links: the system allows 70 ") != std::string::npos);
    CHECK_FALSE(fs::exists(the_switch.data_folder()));
  }
}

TEST_CASE("serve: a link listens on a host's name as the API does", "[serve]") {
  addrinfo* found = nullptr;
  if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0) {
    WARN("this system does not know localhost: a bare chroot has no /etc/hosts");
    return;
  }
  ::freeaddrinfo(found);
  SwitchUnderTest the_switch = make_switch();
  set_line(the_switch, "listen = \"127.0.0.1:0\"\ndialect", "listen = \"localhost:0\"");
  REQUIRE(the_switch.start());
  CHECK(the_switch.process().stdout_text().find(" processor=localhost:") != std::string::npos);
}

TEST_CASE("serve: a signal stops it in order, whenever it comes", "[serve]") {
  SwitchUnderTest the_switch = make_switch();
  SECTION("before it is ready") {
    const auto process = serve_after(the_switch, "true");
    REQUIRE(comes_true([&] { return catches_sigterm(process->pid()); }));
    process->terminate();
    CHECK(process->wait(seconds(20)) == 0);
  }
  SECTION("again and again") {
    REQUIRE(the_switch.start());
    for (int i = 0; i < 50; ++i) {
      ::kill(the_switch.process().pid(), SIGTERM);
      std::this_thread::sleep_for(milliseconds(2));
    }
    CHECK(the_switch.stop() == 0);
  }
  SECTION("but not for a log that nobody reads") {
    REQUIRE(the_switch.start());
    ::kill(the_switch.process().pid(), SIGPIPE);
    auto api = api_of(the_switch);
    CHECK(api.request("GET", "/v1/health")->status == 200);
    CHECK(the_switch.stop() == 0);
  }
}

TEST_CASE("serve: a clearing file that the disk cut short is not called refused", "[serve]") {
  // Over many accounts: builds that check the invariants after each event add up all there is of
  // its account.
  constexpr int records = 20'000;
  constexpr int accounts = 40;
  const auto pan_of = [](int account) {
    return "41111111111111" + std::to_string(10 + account % accounts);
  };
  std::string file;
  for (int i = 0; i < records; ++i) {
    file += R"({"record_id":"R)" + std::to_string(i) + R"(","pan":")" + pan_of(i) +
            R"(","processing_code":"000000","amount":1,)"
            R"("currency":"RUB","local_time":"2026-11-20T12:00:00"})"
            "\n";
  }
  // The switch inherits this: without room for its files, writes fail instead of ending it.
  ::signal(SIGXFSZ, SIG_IGN);
  SwitchUnderTest the_switch = make_switch();
  REQUIRE(the_switch.start());
  auto api = api_of(the_switch);
  for (int i = 0; i < accounts; ++i) {
    const std::string account = "A" + std::to_string(i);
    REQUIRE(api.request("PUT", "/v1/accounts/" + account, R"({"currency":"RUB","booked":100000})")
                .has_value());
    const std::string card =
        R"({"pan":")" + pan_of(i) + R"(","expiry":"2912","account_id":")" + account + R"("})";
    REQUIRE(api.request("POST", "/v1/cards", card).has_value());
  }
  std::string cut_short;
  std::thread upload([&] {
    const auto answer = api_of(the_switch).request("POST", "/v1/clearing-files", file);
    cut_short = answer ? std::to_string(answer->status) + answer->body : answer.error();
  });
  const bool began = comes_true([&] {
    const std::string files = api.request("GET", "/v1/clearing-files")->body;
    return files.find("\"done\":") != files.npos && files.find("\"done\":0}") == files.npos;
  });
  const rlimit nothing{0, RLIM_INFINITY};
  ::prlimit(the_switch.process().pid(), RLIMIT_FSIZE, &nothing, nullptr);
  upload.join();
  ::signal(SIGXFSZ, SIG_DFL);
  REQUIRE(began);
  INFO(cut_short);
  CHECK(cut_short.starts_with("503"));
  CHECK((cut_short.find(R"("code":"failed")") != std::string::npos ||
         cut_short.find(R"("code":"halted")") != std::string::npos));
  CHECK(api.request("GET", "/v1/clearing-files")->body.find(R"("status":"failed")") !=
        std::string::npos);

  the_switch.kill();
  REQUIRE(the_switch.start());
  auto patient_api = api_of(the_switch);
  patient_api.set_timeout(std::chrono::seconds(120));  // sanitizers are slow
  const auto again = patient_api.request("POST", "/v1/clearing-files", file);
  REQUIRE(again.has_value());
  CHECK(again->status == 200);
  // Told of as if it had not been cut short, and posted once.
  CHECK(again->body.find(R"("records":20000,"posted":20000,)") != std::string::npos);
  CHECK(again->body.find(R"("duplicates":0,)") != std::string::npos);
  CHECK(again->body.find(R"("posted_amounts":{"RUB":20000})") != std::string::npos);
  for (int i = 0; i < accounts; ++i) {
    const auto account = api_of(the_switch).request("GET", "/v1/accounts/A" + std::to_string(i));
    CHECK(account->body.find(R"("ledger":99500,)") != std::string::npos);
  }
  const auto third = api_of(the_switch).request("POST", "/v1/clearing-files", file);
  CHECK(third->body.find(R"("duplicates":20000,)") != std::string::npos);
}
