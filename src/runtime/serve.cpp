#include "runtime/serve.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "core_banking/file_adapter.hpp"
#include "engine/threads.hpp"
#include "http/server.hpp"
#include "link/link_server.hpp"
#include "runtime/archivist.hpp"
#include "runtime/descriptor_limit.hpp"
#include "runtime/disk_watch.hpp"
#include "runtime/expiry_timer.hpp"
#include "runtime/file_rates.hpp"
#include "runtime/listener.hpp"
#include "security/secret_file.hpp"

namespace holdfast {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds drain_patience{10};

int fail(int code, const std::string& reason) {
  fmt::print(stderr, "holdfast: {}\n", reason);
  return code;
}

std::string address_text(const ListenAddress& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", address.host, address.port)
              : fmt::format("{}:{}", address.host, address.port);
}

// Nothing where there is no file.
Outcome<std::string> read_token(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {boost::system::in_place_value, ""};
  auto content = read_small_file(file);
  if (!content) return content;
  *content = content->substr(0, content->find_first_of("\r\n"));
  if (content->find_first_not_of(" \t") == content->npos)
    return Error{file.string() + ": no token in this file"};
  return content;
}

Outcome<std::string> load_token(const std::filesystem::path& file) {
  constexpr std::size_t token_bytes = 32;
  if (!std::filesystem::exists(file)) {
    if (auto written = write_secret_file(file, random_hex(token_bytes) + "\n"); !written) {
      return written.error();
    }
  }
  return read_token(file);
}

// The key of the first address that somebody else, or an earlier key, listens on, and why.
std::optional<std::pair<std::string, Error>> find_busy_address(const Config& config) {
  asio::io_context io;
  std::vector<asio::ip::tcp::acceptor> taken;
  const auto failure = [&](const ListenAddress& address) -> std::optional<Error> {
    auto listening = listen(taken.emplace_back(io), address);
    return listening ? std::nullopt : std::optional(listening.error());
  };
  if (auto error = failure(config.http.listen)) return std::pair("http.listen", *error);
  for (std::size_t i = 0; i < config.links.size(); ++i) {
    if (auto error = failure(config.links[i].listen)) {
      return std::pair(fmt::format("links[{}].listen", i + 1), *error);
    }
  }
  return std::nullopt;
}

engine::EngineOptions engine_options(const Config& config) {
  engine::EngineOptions options;
  options.data_dir = config.data_dir;
  options.inbox_capacity = config.engine.inbox_capacity;
  options.checkpoint_records = config.engine.checkpoint_records;
  options.checkpoint_interval = config.engine.checkpoint_interval;
  options.store_map_size = config.engine.store_map_gib << 30;
  options.journal_segment_size = config.engine.journal_segment_mib << 20;
  options.archive_dir = config.archive.folder;
  options.archive_map_size = config.archive.map_gib << 30;
  return options;
}

// From its making to the end of the process a signal only asks to stop: recovery, draining and the
// last checkpoint are not interrupted, by a second signal either.
class StopSignals {
 public:
  StopSignals() {
    signals_.async_wait([](const boost::system::error_code&, int number) {
      spdlog::info("signal {}: stopping", number);
    });
  }
  // One that comes later would kill the process on its last steps: it waits for its end instead.
  ~StopSignals() {
    sigset_t stopping;
    ::sigemptyset(&stopping);
    ::sigaddset(&stopping, SIGINT);
    ::sigaddset(&stopping, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
  }
  void wait() { io_.run(); }

 private:
  asio::io_context io_;
  asio::signal_set signals_{io_, SIGINT, SIGTERM};
};

// The parts of a running switch, in the order in which they start; they stop in reverse.
class RunningSwitch {
 public:
  RunningSwitch(const Config& config, engine::Engine& engine, const PanKey& pan_key)
      : clock_(config.testing, engine.recovery().last_command_at),
        calendar_(config.business_day),
        core_{config, engine, clock_, calendar_, pan_key},
        links_guard_(asio::make_work_guard(links_io_)),
        http_guard_(asio::make_work_guard(http_io_)) {}

  Outcome<void> start(const std::string& token) {
    if (auto set = set_rates_of_file(core_); !set) return set;
    core_desk_ = std::make_unique<core_banking::CoreDesk>(
        core_, std::make_unique<core_banking::FileAdapter>(core_.config.data_dir / "core"));
    core_desk_->start();
    archivist_.start();
    http_server_ = std::make_unique<HttpServer>(http_io_, core_, *core_desk_, archivist_, token);
    auto http_address = http_server_->listen(core_.config.http.listen);
    if (!http_address) return http_address.error();
    endpoints_.emplace_back("http", address_text(*http_address));
    for (const LinkConfig& link : core_.config.links) {
      links_.push_back(std::make_unique<LinkServer>(links_io_, core_, link));
      auto address = links_.back()->listen();
      if (!address) return address.error();
      endpoints_.emplace_back(link.name, address_text(*address));
    }
    expiry_timer_ = std::make_unique<ExpiryTimer>(http_io_, core_);
    expiry_timer_->start();
    disk_watch_ = std::make_unique<DiskWatch>(http_io_, core_);
    disk_watch_->start();
    return write_endpoints();
  }

  void run_until(StopSignals& signals) {
    std::thread links_thread([this] {
      engine::enter_thread("links", engine::ThreadClass::prompt);
      links_io_.run();
    });
    std::thread http_thread([this] {
      engine::enter_thread("http", engine::ThreadClass::prompt);
      http_io_.run();
    });
    http_server_->set_ready();
    std::string ready = "ready";
    for (const auto& [name, address] : endpoints_) ready += fmt::format(" {}={}", name, address);
    fmt::print("{}\n", ready);
    std::fflush(stdout);

    signals.wait();
    drain();
    links_thread.join();
    http_thread.join();
  }

 private:
  Outcome<void> write_endpoints() {
    boost::json::object links;
    for (const auto& [name, address] : endpoints_) {
      if (name != "http") links[name] = address;
    }
    const boost::json::object endpoints{{"http", endpoints_.front().second},
                                        {"links", std::move(links)}};
    return write_secret_file(core_.config.data_dir / "endpoints.json",
                             boost::json::serialize(endpoints) + "\n");
  }

  // Nothing new is taken; what is in flight is answered, within a bound.
  void drain() {
    expiry_timer_->stop();
    disk_watch_->stop();
    http_server_->stop();
    asio::post(links_io_, [this] {
      for (const auto& link : links_) link->stop();
    });
    links_guard_.reset();
    http_guard_.reset();
    const auto deadline = std::chrono::steady_clock::now() + drain_patience;
    while (std::chrono::steady_clock::now() < deadline &&
           !(links_io_.stopped() && http_io_.stopped())) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    links_io_.stop();
    http_io_.stop();
    core_desk_->stop();
    archivist_.stop();
  }

  BusinessClock clock_;
  BusinessCalendar calendar_;
  Core core_;
  asio::io_context links_io_{1};
  asio::io_context http_io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> links_guard_;
  asio::executor_work_guard<asio::io_context::executor_type> http_guard_;
  std::vector<std::unique_ptr<LinkServer>> links_;
  std::unique_ptr<core_banking::CoreDesk> core_desk_;
  Archivist archivist_{core_};
  std::unique_ptr<HttpServer> http_server_;
  std::unique_ptr<ExpiryTimer> expiry_timer_;
  std::unique_ptr<DiskWatch> disk_watch_;
  std::vector<std::pair<std::string, std::string>> endpoints_;
};

}  // namespace

int run_serve(const std::filesystem::path& config_file) {
  auto config = load_config(config_file);
  if (!config) return fail(2, config.error().text);
  StopSignals signals;
  // Whoever read the log or the ready line may leave; that is no reason to stop.
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_logger_mt("holdfast"));
  // UTC, as all of the API: local time is the business calendar's alone.
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  if (auto fitted = fit_descriptor_limit(*config); !fitted) return fail(2, fitted.error().text);

  const auto bad_value = [&](std::string_view key, const Error& error) {
    return fmt::format("{}: {}: {}", config_file.string(), key, error.text);
  };
  // Nothing is made before what can be looked at has been.
  if (auto token = read_token(config->http.token_file); !token) {
    return fail(2, bad_value("http.token_file", token.error()));
  }
  if (auto busy = find_busy_address(*config)) return fail(1, bad_value(busy->first, busy->second));
  std::error_code ec;
  std::filesystem::create_directories(config->data_dir, ec);
  if (ec || !std::filesystem::is_directory(config->data_dir)) {
    const std::string reason = ec ? ec.message() : "is no folder";
    return fail(2,
                bad_value("data_dir", {fmt::format("{}: {}", config->data_dir.string(), reason)}));
  }
  const bool is_new = !std::filesystem::exists(config->data_dir / "journal");
  auto pan_key = load_pan_key(config->pan_key_file, is_new);
  if (!pan_key) return fail(2, bad_value("security.pan_key_file", pan_key.error()));
  auto token = load_token(config->http.token_file);
  if (!token) return fail(2, bad_value("http.token_file", token.error()));

  auto engine = engine::Engine::open(engine_options(*config), config->rules);
  if (!engine) return fail(1, engine.error().detail);
  const engine::RecoveryReport& recovery = (*engine)->recovery();
  spdlog::info("recovered {} accounts, {} cards; replayed {} events up to {}", recovery.accounts,
               recovery.cards, recovery.events_replayed, recovery.last_sequence);
  if (!recovery.torn_tail.empty()) spdlog::warn("journal: dropped {}", recovery.torn_tail);
  {
    RunningSwitch running(*config, **engine, *pan_key);
    if (auto started = running.start(*token); !started) return fail(1, started.error().text);
    running.run_until(signals);
    if (auto stopped = (*engine)->stop(); !stopped) return fail(1, stopped.error().detail);
  }
  std::filesystem::remove(config->data_dir / "endpoints.json", ec);
  spdlog::info("stopped");
  return 0;
}

}  // namespace holdfast
