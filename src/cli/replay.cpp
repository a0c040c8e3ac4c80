#include "cli/replay.hpp"

#include <fmt/format.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <span>

#include "cli/api_access.hpp"
#include "config/dialects.hpp"
#include "engine/money.hpp"
#include "http/client.hpp"
#include "http/running_switch.hpp"
#include "iso8583/describe.hpp"
#include "iso8583/error.hpp"
#include "trace/parser.hpp"
#include "trace/replay.hpp"

namespace holdfast::cli {
namespace {

using http::RunningLink;
using http::RunningSwitch;
using trace::LinkTarget;

int refuse(std::string reason) {
  return fail("replay", {exit_bad_usage, std::move(reason)});
}

// The link as the config says, with what the command line says over it.
boost::system::result<LinkTarget, std::string> target_of(const RunningLink& link,
                                                         const ReplayOptions& options,
                                                         const std::string& config_file) {
  LinkTarget target;
  const auto address = http::parse_host_and_port(options.to.empty() ? link.address : options.to);
  if (!address) return fmt::format("'{}' is not HOST:PORT", options.to);
  target.address = *address;
  const std::string& header =
      options.length_header.empty() ? link.length_header : options.length_header;
  const auto length_header = iso8583::parse_length_header(header);
  if (!length_header) return fmt::format("there is no length header '{}'", header);
  target.framing.length_header = *length_header;
  target.framing.includes_itself = link.includes_itself || options.includes_itself;
  target.framing.fixed_header_length = link.fixed_header_length;
  // A dialect of the command line is found from where it was called.
  auto dialect = options.dialect.empty()
                     ? find_dialect(link.dialect, std::filesystem::path(config_file).parent_path())
                     : find_dialect(options.dialect, {});
  if (!dialect) return iso8583::to_string(dialect.error());
  target.dialect = std::make_shared<const iso8583::Dialect>(std::move(*dialect));
  return target;
}

// Every link of the config by name, and under "" the one to use.
using Targets = std::map<std::string, LinkTarget>;

boost::system::result<Targets, std::string> find_targets(const ReplayOptions& options,
                                                         const RunningSwitch& running) {
  Targets targets;
  for (const RunningLink& link : running.links) {
    if (link.address.empty()) continue;
    ReplayOptions as_configured;
    auto target = target_of(link, as_configured, options.config_file);
    if (!target) return target.error();
    targets.emplace(link.name, std::move(*target));
  }
  RunningLink chosen;
  if (const RunningLink* link = running.find_link(options.link)) {
    chosen = *link;
  } else if (!options.link.empty()) {
    return fmt::format("the config has no link '{}'", options.link);
  }
  if (chosen.address.empty() && options.to.empty()) {
    return std::string("where to is missing: --to HOST:PORT, or --config of a running switch");
  }
  auto target = target_of(chosen, options, options.config_file);
  if (!target) return target.error();
  targets.emplace("", std::move(*target));
  return targets;
}

boost::system::result<std::vector<trace::Trace>, std::string> read_traces(
    const std::vector<std::string>& files) {
  std::vector<trace::Trace> traces;
  for (const std::string& file : files) {
    auto read = trace::read_trace(file);
    if (!read) return trace::to_string(read.error());
    traces.push_back(std::move(*read));
  }
  return traces;
}

// The file and line of the first step that needs something; empty when there is none.
std::string first_step(const std::vector<trace::Trace>& traces,
                       bool (*needs)(const trace::Action& action)) {
  for (const trace::Trace& trace : traces) {
    const auto step = std::find_if(trace.steps.begin(), trace.steps.end(),
                                   [needs](const trace::Step& s) { return needs(s.action); });
    if (step != trace.steps.end()) return fmt::format("{}:{}", trace.file, step->line);
  }
  return {};
}

boost::system::result<std::unique_ptr<http::ApiClient>, std::string> find_api(
    const ReplayOptions& options, const RunningSwitch& running) {
  std::string url = options.api_url;
  std::filesystem::path token_file = options.token_file;
  if (url.empty() && !options.config_file.empty()) {
    url = "http://" + running.api_address;
    token_file = running.token_file;
  }
  if (url.empty()) return std::unique_ptr<http::ApiClient>();
  auto client = http::ApiClient::connect(url, token_file);
  if (!client) return client.error();
  return std::make_unique<http::ApiClient>(std::move(*client));
}

std::string amount_text(std::string_view digits, std::string_view currency) {
  std::int64_t amount = 0;
  int code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), amount);
  std::from_chars(currency.data(), currency.data() + currency.size(), code);
  const auto known = engine::CurrencyCode::from_numeric(code);
  if (!known) return fmt::format("{} {}", digits, currency);
  return engine::to_string(engine::Money{amount, *known});
}

void print_message(const trace::LinkRunner::Seen& seen) {
  if (!seen.framed) return;
  const iso8583::Dialect& dialect = *seen.link.dialect;
  iso8583::Message message;
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(seen.bytes.data()),
                        seen.bytes.size());
  const auto decoded = iso8583::decode(dialect, bytes, message);
  const bool sent = seen.direction == trace::Direction::sent;
  fmt::print("{} {}{}\n", sent ? "->" : "  <-", iso8583::summary(dialect, message, amount_text),
             decoded ? "" : " (not readable: " + iso8583::to_string(decoded.error()) + ")");
}

// The bytes as they are on the wire; the fixed header of what came in is not kept, zeros stand
// for it.
std::string on_the_wire(const trace::LinkRunner::Seen& seen) {
  const iso8583::FramingOptions& framing = seen.link.framing;
  std::string wire;
  if (seen.framed) {
    const std::vector<std::uint8_t> fixed_header(framing.fixed_header_length);
    std::vector<std::uint8_t> header(iso8583::frame_header_size(framing));
    if (iso8583::write_frame_header(framing, fixed_header, seen.bytes.size(), header)) {
      wire.assign(header.begin(), header.end());
    }
  }
  wire += seen.bytes;
  return wire;
}

trace::LinkRunner::Watch watch_for(const ReplayOptions& options, trace::PcapFile& pcap) {
  const bool captures = !options.pcap_file.empty();
  if (!options.print && !captures) return {};
  return [prints = options.print, captures, &pcap](const trace::LinkRunner::Seen& seen) {
    if (prints) print_message(seen);
    if (captures) pcap.add(seen.port, seen.direction, on_the_wire(seen));
  };
}

}  // namespace

int run_replay(const ReplayOptions& options) {
  if (options.speed < 0) return refuse("--speed is 0 or more");
  if (options.api_url.empty() != options.token_file.empty()) {
    return refuse("--api and --token-file belong together");
  }
  auto traces = read_traces(options.traces);
  if (!traces) return refuse(traces.error());
  RunningSwitch running;
  if (!options.config_file.empty()) {
    auto found = find_running(options.config_file);
    if (!found) return fail("replay", found.error());
    running = std::move(*found);
  }
  auto targets = find_targets(options, running);
  if (!targets) return refuse(targets.error());
  auto api = find_api(options, running);
  if (!api) return refuse(api.error());
  const std::string api_step = first_step(*traces, trace::needs_api);
  if (*api == nullptr && !api_step.empty()) {
    return refuse(fmt::format(
        "{}: this step needs the switch's API: --config, or --api with --token-file", api_step));
  }
  const std::string core_step = first_step(*traces, trace::needs_core_folder);
  if (running.data_folder.empty() && !core_step.empty()) {
    return refuse(fmt::format("{}: this step needs the switch's data folder: --config", core_step));
  }
  trace::ReplaySettings settings;
  settings.find_target = [&targets](const std::string& link) {
    const auto target = targets->find(link);
    return target == targets->end() ? nullptr : &target->second;
  };
  settings.api = api->get();
  settings.core_folder = running.data_folder / "core";
  settings.speed = options.speed;
  trace::PcapFile pcap;
  if (!options.pcap_file.empty() && !pcap.open(options.pcap_file)) {
    return refuse(fmt::format("{} cannot be written", options.pcap_file));
  }
  settings.watch = watch_for(options, pcap);
  settings.reply_timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(options.reply_timeout_seconds * 1000));
  trace::ReplayReport report;
  for (const trace::Trace& trace : *traces) trace::replay_trace(trace, settings, report);
  fmt::print("{}", options.json ? trace::report_json(report) + "\n" : trace::report_text(report));
  if (!options.pcap_file.empty() && !pcap.close()) {
    return fail("replay", {exit_failed, fmt::format("{}: not all was written", options.pcap_file)});
  }
  return report.differences.empty() ? exit_success : exit_failed;
}

void add_replay_command(CLI::App& app, std::function<int()>& action) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "Replays message traces, compares the replies");
  command->add_option("traces", options->traces, "Trace files")->required();
  command->add_option("--to", options->to, "The switch's link, HOST:PORT");
  command->add_option("--link", options->link, "A link of the config by its name");
  command->add_option("--dialect", options->dialect, "A dialect's name or file");
  command->add_option("--length-header", options->length_header, "be16, be32, ascii4 or bcd2");
  command->add_flag("--includes-itself", options->includes_itself,
                    "The length header counts its own bytes");
  command->add_option("--speed", options->speed,
                      "0 as fast as possible, 1 real time, 10 ten times faster");
  command->add_option("--reply-timeout", options->reply_timeout_seconds,
                      "Seconds to wait for a reply");
  command->add_flag("--print", options->print, "Prints each message in a readable line, masked");
  command->add_option("--pcap", options->pcap_file,
                      "Captures every frame, card numbers in clear, for tshark and Wireshark");
  command->add_flag("--json", options->json, "The report as JSON");
  command->add_option("--config", options->config_file, "The config file of the running switch");
  command->add_option("--api", options->api_url, "The switch's API, http://HOST:PORT");
  command->add_option("--token-file", options->token_file, "The file of the API's token");
  command->footer(
      "Example:\n  holdfast replay tests/scenarios/01-retransmission.trace --config "
      "config/holdfast.toml");
  command->callback([options, &action] { action = [options] { return run_replay(*options); }; });
}

}  // namespace holdfast::cli
