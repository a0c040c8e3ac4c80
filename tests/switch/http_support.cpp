#include "http_support.hpp"

#include <stdlib.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "core_banking/file_adapter.hpp"
#include "http/server.hpp"
#include "iso8583/dialect.hpp"
#include "time/rfc3339.hpp"

namespace holdfast::http::test {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

fs::path make_folder() {
  std::string name = (fs::temp_directory_path() / "holdfast-http-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  return name;
}

Config config_for(const fs::path& folder, const ApiUnderTest::Options& options) {
  Config config;
  config.rules = options.rules;
  auto dialect = [](const char* name) {
    return std::make_shared<const iso8583::Dialect>(*iso8583::load_dialect(
        std::string(HOLDFAST_SOURCE_DIR "/config/dialects/") + name + ".toml"));
  };
  config.ipm_latin1 = dialect("mastercard-ipm");
  config.ipm_cp500 = dialect("mastercard-ipm-ebcdic");
  config.data_dir = folder / "data";
  config.http.body_bytes_max = 64 << 20;
  if (options.has_archive) config.archive = {folder / "archive", 1, 1, 1};
  config.testing.manual_clock = options.has_manual_clock;
  if (options.has_manual_clock) config.testing.start = parse_rfc3339("2026-11-20T09:00:00Z");
  return config;
}

std::unique_ptr<engine::Engine> open_engine(const Config& config, std::size_t inbox_capacity) {
  engine::EngineOptions options;
  options.data_dir = config.data_dir;
  options.store_map_size = std::size_t{1} << 30;
  options.journal_segment_size = std::size_t{4} << 20;
  options.archive_dir = config.archive.folder;
  options.archive_map_size = config.archive.map_gib << 30;
  options.inbox_capacity = inbox_capacity;
  options.check_invariants = true;
  auto engine = engine::Engine::open(options, config.rules);
  REQUIRE(engine.has_value());
  return std::move(*engine);
}

}  // namespace

std::string ApiAnswer::at(std::string_view key) const {
  const auto* object = json.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(key);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get_string().c_str();
  return boost::json::serialize(*value);
}

struct ApiUnderTest::Parts {
  Parts(const fs::path& folder, const Options& options)
      : config(config_for(folder, options)),
        engine(open_engine(config, options.inbox_capacity)),
        clock(config.testing, engine->recovery().last_command_at),
        calendar(config.business_day),
        core{config, *engine, clock, calendar, pan_key},
        core_desk(core, std::make_unique<core_banking::FileAdapter>(config.data_dir / "core")),
        server(io, core, core_desk, archivist, ApiUnderTest::token()) {
    core_desk.start();
    archivist.start();
    auto address = server.listen({"127.0.0.1", 0});
    REQUIRE(address.has_value());
    port = address->port;
    if (options.is_ready) server.set_ready();
    thread = std::thread([this] { io.run(); });
  }
  ~Parts() {
    client.reset();
    stop_server();
    core_desk.stop();
    archivist.stop();
    CHECK(engine->stop().has_value());
  }
  void stop_server() {
    server.stop();
    if (thread.joinable()) thread.join();
  }

  Config config;
  std::unique_ptr<engine::Engine> engine;
  BusinessClock clock;
  BusinessCalendar calendar;
  PanKey pan_key{1, 2, 3};
  Core core;
  asio::io_context io{1};
  core_banking::CoreDesk core_desk;
  Archivist archivist{core};
  HttpServer server;
  std::uint16_t port = 0;
  std::optional<ApiClient> client;
  std::thread thread;
};

ApiUnderTest::ApiUnderTest() : ApiUnderTest(Options{}) {}

ApiUnderTest::ApiUnderTest(Options options) : options_(std::move(options)), folder_(make_folder()) {
  std::ofstream(folder_ / "token") << token() << '\n';
  std::ofstream(config_file()) << "data_dir = \"data\"\n[http]\ntoken_file = \"token\"\n";
  start();
}

ApiUnderTest::~ApiUnderTest() {
  parts_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void ApiUnderTest::start() {
  parts_ = std::make_unique<Parts>(folder_, options_);
  auto client = ApiClient::connect(url(), folder_ / "token");
  REQUIRE(client.has_value());
  parts_->client.emplace(std::move(*client));
  std::ofstream(folder_ / "data/endpoints.json")
      << R"({"http":")" << url().substr(7) << R"(","links":{}})";
}

void ApiUnderTest::restart() {
  parts_.reset();
  start();
}

void ApiUnderTest::stop_server() {
  parts_->stop_server();
}
void ApiUnderTest::stop_all() {
  parts_.reset();
}

ApiAnswer ApiUnderTest::ask(std::string_view method, std::string_view target, std::string_view body,
                            const std::vector<Header>& headers) {
  auto response = parts_->client->request(method, target, body, headers);
  REQUIRE(response.has_value());
  ApiAnswer answer{response->status, response->body, {}, response->idempotent_replay};
  boost::system::error_code failure;
  answer.json = boost::json::parse(response->body, failure);
  return answer;
}

ApiAnswer ApiUnderTest::ask_with_key(std::string_view method, std::string_view target,
                                     std::string_view body, const std::string& key) {
  return ask(method, target, body, {{"Idempotency-Key", key}});
}

std::string ApiUnderTest::send_raw(const std::string& bytes) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), parts_->port});
  boost::system::error_code failure;
  asio::write(socket, asio::buffer(bytes), failure);
  std::string answer;
  asio::read(socket, asio::dynamic_buffer(answer), failure);
  return answer;
}

Core& ApiUnderTest::core() {
  return parts_->core;
}
std::string ApiUnderTest::url() const {
  return "http://127.0.0.1:" + std::to_string(parts_->port);
}
fs::path ApiUnderTest::folder() const {
  return folder_;
}
fs::path ApiUnderTest::config_file() const {
  return folder_ / "holdfast.toml";
}
std::string ApiUnderTest::token() {
  return "0123456789abcdef";
}

}  // namespace holdfast::http::test
