#include "cli/load.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <thread>

#include "cli/api_access.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/progress_line.hpp"

namespace holdfast::cli {
namespace {

constexpr std::string_view command_name = "load";
constexpr std::size_t connection_count = 4;
constexpr std::size_t chunk_lines_max = 2000;
constexpr std::size_t chunk_bytes_max = 1 << 20;
constexpr std::size_t line_bytes_max = 64 * 1024;

struct LoadOptions {
  ApiOptions api;
  std::string file;
  bool json = false;
};

// The file on its way over a few connections, each with a thread of its own.
class Loader {
 public:
  explicit Loader(const std::string& file) : file_(file) {}

  Result<void> run(const ApiLocation& location);
  const LoadCounts& counts() const { return counts_; }

 private:
  struct Lane {
    LoadQueue queue;
    LoadChunk chunk;  // being filled
    Result<void> outcome;
    std::thread thread;
  };

  Result<void> start_lanes(const ApiLocation& location);
  void read_lines();
  bool flush(Lane& lane);
  void report_refused(std::uint64_t line_number, std::string_view reason);
  void show_progress();

  const std::string& file_;
  std::ifstream stream_;
  LoadCounts counts_;
  std::array<Lane, connection_count> lanes_;
  std::mutex output_mutex_;
  ProgressLine progress_;
};

Result<void> Loader::run(const ApiLocation& location) {
  stream_.open(file_);
  std::error_code ignored;
  if (std::filesystem::is_directory(file_, ignored)) {
    return Failure{exit_bad_usage, fmt::format("{}: is a folder", file_)};
  }
  if (!stream_) return Failure{exit_bad_usage, fmt::format("{}: cannot be opened", file_)};
  auto started = start_lanes(location);
  if (started) read_lines();
  for (Lane& lane : lanes_) {
    lane.queue.finish();
    if (lane.thread.joinable()) lane.thread.join();
  }
  progress_.clear();
  if (!started) return started;
  for (const Lane& lane : lanes_) {
    if (!lane.outcome) return lane.outcome;
  }
  return {};
}

Result<void> Loader::start_lanes(const ApiLocation& location) {
  const RefusedLine refused = [this](std::uint64_t line_number, std::string_view reason) {
    report_refused(line_number, reason);
  };
  for (Lane& lane : lanes_) {
    auto api = connect(location);
    if (!api) return api.error();
    lane.thread = std::thread([this, &lane, refused, api = std::move(*api)]() mutable {
      lane.outcome = send_chunks(api, lane.queue, counts_, refused);
    });
  }
  return {};
}

void Loader::read_lines() {
  std::string line;
  for (std::uint64_t number = 1; std::getline(stream_, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (line.size() > line_bytes_max) {
      ++counts_.refused;
      report_refused(number, "the line is too long");
      continue;
    }
    Lane& lane = lanes_[connection_of(line, lanes_.size())];
    lane.chunk.body += line;
    lane.chunk.body += '\n';
    lane.chunk.line_numbers.push_back(number);
    const bool is_full = lane.chunk.line_numbers.size() >= chunk_lines_max ||
                         lane.chunk.body.size() >= chunk_bytes_max;
    if (is_full && !flush(lane)) return;
  }
  for (Lane& lane : lanes_) {
    if (!lane.chunk.line_numbers.empty()) flush(lane);
  }
}

bool Loader::flush(Lane& lane) {
  show_progress();
  return lane.queue.push(std::exchange(lane.chunk, {}));
}

void Loader::report_refused(std::uint64_t line_number, std::string_view reason) {
  std::lock_guard lock(output_mutex_);
  progress_.clear();
  fmt::print(stderr, "{}:{}: {}\n", file_, line_number, reason);
}

void Loader::show_progress() {
  std::lock_guard lock(output_mutex_);
  progress_.show(fmt::format("{}: {} lines", file_, counts_.done()));
}

int run_load(const LoadOptions& options) {
  const auto location = find_api(options.api);
  if (!location) return fail(command_name, location.error());
  const auto begin = std::chrono::steady_clock::now();
  Loader loader(options.file);
  const auto loaded = loader.run(*location);
  if (!loaded) return fail(command_name, loaded.error());
  const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - begin;
  const LoadCounts& counts = loader.counts();
  if (options.json) {
    print_json({{"lines", counts.done()},
                {"created", counts.created.load()},
                {"changed", counts.changed.load()},
                {"unchanged", counts.unchanged.load()},
                {"refused", counts.refused.load()},
                {"seconds", duration.count()}});
  } else {
    fmt::print(
        "{} lines: {} created, {} changed, {} there already, {} refused; {:.1f} s, {:.0f} "
        "a second\n",
        counts.done(), counts.created.load(), counts.changed.load(), counts.unchanged.load(),
        counts.refused.load(), duration.count(),
        static_cast<double>(counts.done()) / duration.count());
  }
  return counts.refused == 0 ? exit_success : exit_failed;
}

}  // namespace

void add_load_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<LoadOptions>();
  CLI::App* command = app.add_subcommand("load", "Loads accounts and cards; safe to run again");
  command->add_option("file", options->file, "JSON lines: accounts, and behind each its cards")
      ->required();
  command->add_flag("--json", options->json, "The summary as JSON");
  add_api_options(*command, options->api);
  command->footer(
      "What is there already becomes what its line says: a line without status, overdraft limit "
      "or\n"
      "limit profile leaves these as they are.\n"
      "Lines are the bodies of PUT /accounts with \"id\", and of POST /cards:\n"
      "  {\"id\":\"A1\",\"currency\":\"RUB\",\"booked\":100000}\n"
      "  {\"pan\":\"4111111111111111\",\"expiry\":\"2912\",\"account_id\":\"A1\"}\n"
      "Example:\n  holdfast load accounts.jsonl --config holdfast.toml");
  command->callback([options, &action] { action = [options] { return run_load(*options); }; });
}

}  // namespace holdfast::cli
