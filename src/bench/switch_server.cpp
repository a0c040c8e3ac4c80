#include "bench/switch_server.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <thread>

#include "bench/interrupt.hpp"
#include "bench/population.hpp"
#include "http/client.hpp"
#include "http/running_switch.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds switch_start_patience{60};
constexpr std::chrono::seconds switch_stop_patience{300};  // the last checkpoint is large
constexpr std::chrono::hours verify_patience{1};
constexpr std::chrono::seconds bulk_patience{120};
constexpr std::chrono::milliseconds settle_interval{250};
constexpr std::chrono::milliseconds settled_cpu_max{5};  // in an interval
constexpr std::chrono::seconds settle_patience{120};
// More than the interval of checkpoints in a default config.
constexpr std::chrono::seconds checkpoint_patience{70};
// The last pages of a checkpoint are written when the others are on the disk.
constexpr std::chrono::seconds checkpoint_quiet{2};
constexpr std::string_view limit_profile = "bench";

// Rules of the usual kinds, which every purchase is checked against and counted in, and none
// reaches: a refused authorization would cost less than one that is approved.
constexpr std::string_view limits_text = R"([[profiles]]
name = "bench"
[[profiles.rules]]
name = "one purchase"
scope = "card"
window = "transaction"
max_amount = 100000000
[[profiles.rules]]
name = "purchases a day"
scope = "card"
window = "day"
max_amount = 900000000000
max_count = 1000000000
[[profiles.rules]]
name = "account a month"
scope = "account"
window = "month"
max_amount = 900000000000
[[profiles.rules]]
name = "foreign cash a day"
scope = "card"
operations = ["cash"]
channel = ["atm"]
region = "foreign"
window = "day"
max_amount = 5000000
max_count = 10
)";

Outcome<void> write_file(const fs::path& file, std::string_view text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  stream.flush();
  if (!stream) return Error{fmt::format("{}: cannot be written", file.string())};
  return {};
}

Outcome<std::uint16_t> link_port(std::string_view ready_line) {
  constexpr std::string_view key = " processor=";
  const auto at = ready_line.find(key);
  const auto address = at == ready_line.npos
                           ? std::nullopt
                           : http::parse_host_and_port(ready_line.substr(at + key.size()));
  std::uint16_t port = 0;
  if (address) {
    const std::string& digits = address->port;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
  }
  if (port == 0) return Error{fmt::format("the switch said '{}'", ready_line)};
  return port;
}

std::uintmax_t folder_bytes(const fs::path& folder) {
  std::uintmax_t sum = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (const auto size = entry.file_size(error); !error) sum += size;
  }
  return sum;
}

}  // namespace

DataSizes SwitchServer::data_sizes() const {
  return {folder_bytes(data_folder() / "store"), folder_bytes(data_folder() / "journal")};
}

// Everything that is not said here is a default, as in a switch at work. The profile of the cards;
// empty without limits.
Outcome<std::string> SwitchServer::write_config() const {
  std::string text = fmt::format(R"(data_dir = "data"
[http]
listen = "127.0.0.1:0"
[[links]]
name = "processor"
listen = "127.0.0.1:0"
dialect = "{}"
[business_day]
time_zone = "Europe/Moscow"
cut_off = "22:00"
[files]
)",
                                 (plan_.config_folder / "dialects/iso87-ascii.toml").string());
  for (const char* rules : {"tariffs", "fx_rates", "holds"}) {
    const fs::path file = plan_.config_folder / (std::string(rules) + ".toml");
    if (fs::exists(file)) text += fmt::format("{} = \"{}\"\n", rules, file.string());
  }
  const bool has_limits = fs::exists(plan_.config_folder / "limits.toml");
  if (has_limits) {
    text += "limits = \"limits.toml\"\n";
    if (auto done = write_file(plan_.folder / "limits.toml", limits_text); !done)
      return done.error();
  }
  if (auto done = write_file(config_file(), text); !done) return done.error();
  return {boost::system::in_place_value, has_limits ? limit_profile : std::string_view()};
}

Outcome<void> SwitchServer::start(const std::function<void(std::size_t)>& progress) {
  const auto profile = write_config();
  if (!profile) return profile.error();
  if (auto launched = launch(switch_start_patience); !launched) return launched;
  auto api = http::ApiClient::from_config(config_file());
  if (!api) return Error{api.error()};
  api->set_timeout(bulk_patience);
  const auto loaded = load_population(*api, {plan_.accounts, *profile}, progress);
  if (!loaded) return Error{fmt::format("{}\n{}", loaded.error().text, log_tail())};
  return end_turn();
}

Outcome<void> SwitchServer::launch(std::chrono::milliseconds patience) {
  auto process = Process::start(
      {own_binary().string(), "serve", "--config", config_file().string()}, plan_.folder / "serve");
  if (!process) return process.error();
  process_ = std::move(*process);
  const auto line = process_->first_line(patience);
  if (!line) return Error{"holdfast serve " + line.error().text};
  const auto port = link_port(*line);
  if (!port) return port.error();
  port_ = *port;
  return {};
}

Outcome<std::chrono::nanoseconds> SwitchServer::start_again(std::chrono::milliseconds patience) {
  const auto begin = std::chrono::steady_clock::now();
  if (auto launched = launch(patience); !launched) return launched.error();
  return {boost::system::in_place_value, std::chrono::steady_clock::now() - begin};
}

Outcome<void> SwitchServer::begin_turn() {
  if (auto alive = check_alive(); !alive) return alive;
  process_->resume();
  return {};
}

Outcome<void> SwitchServer::settle() {
  const auto deadline = std::chrono::steady_clock::now() + settle_patience;
  auto before = process_->usage().cpu;
  while (std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(settle_interval);
    if (auto alive = check_alive(); !alive) return alive;
    const auto cpu = process_->usage().cpu;
    if (cpu - before < settled_cpu_max) break;
    before = cpu;
  }
  return {};
}

Outcome<void> SwitchServer::settle_checkpoint() {
  if (auto settled = settle(); !settled) return settled;
  using FileClock = fs::file_time_type::clock;
  const auto begin = FileClock::now();
  std::error_code ignored;
  const auto written = [&] {
    return fs::last_write_time(data_folder() / "store/data.mdb", ignored);
  };
  // Nothing comes when nothing has changed since the last one.
  while (written() <= begin && FileClock::now() < begin + checkpoint_patience) {
    std::this_thread::sleep_for(settle_interval);
    if (auto alive = check_alive(); !alive) return alive;
  }
  while (FileClock::now() < written() + checkpoint_quiet) {
    std::this_thread::sleep_for(settle_interval);
    if (auto alive = check_alive(); !alive) return alive;
  }
  return settle();
}

Outcome<void> SwitchServer::check_alive() {
  if (is_interrupted()) return interrupted_error();
  if (!process_->is_running()) return Error{"holdfast serve ended\n" + log_tail()};
  return {};
}

Outcome<void> SwitchServer::end_turn() {
  if (auto settled = settle(); !settled) return settled;
  process_->pause();
  return {};
}

Outcome<void> SwitchServer::stop() {
  const auto exit_code = process_->terminate(switch_stop_patience);
  if (!exit_code) return Error{"holdfast serve " + exit_code.error().text};
  if (*exit_code == 0) return {};
  return Error{fmt::format("holdfast serve ended with exit code {}\n{}", *exit_code, log_tail())};
}

Outcome<std::string> SwitchServer::verify() const {
  auto process =
      Process::start({own_binary().string(), "journal", "verify", data_folder().string()},
                     plan_.folder / "verify");
  if (!process) return process.error();
  const auto exit_code = process->wait(verify_patience);
  if (!exit_code) return Error{"holdfast journal verify " + exit_code.error().text};
  if (*exit_code != 0) {
    return Error{fmt::format("holdfast journal verify: exit code {}\n{}{}", *exit_code,
                             process->output(), process->log_tail())};
  }
  return {boost::system::in_place_value, process->output()};
}

}  // namespace holdfast::bench
