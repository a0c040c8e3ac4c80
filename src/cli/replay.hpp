// `holdfast replay TRACE…`: replays message traces and compares the replies.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::cli {

struct ReplayOptions {
  std::vector<std::string> traces;
  std::string to;             // HOST:PORT; empty: the link of the config
  std::string link;           // of the config; empty: its first one
  std::string dialect;        // empty: the link's, or iso87-ascii
  std::string length_header;  // empty: the link's, or be16
  bool includes_itself = false;
  double speed = 0;
  double reply_timeout_seconds = 5;
  bool print = false;     // every message in a readable line, PANs masked
  std::string pcap_file;  // where to capture every frame; empty: nowhere
  bool json = false;
  std::string config_file;
  std::string api_url;
  std::string token_file;
};

// 0: every reply as expected; 1: a difference, a broken connection or no running switch; 2: bad
// usage or a trace that cannot be read. Differences and the summary go to stdout, what is wrong to
// stderr.
int run_replay(const ReplayOptions& options);

// Adds the subcommand; when it is called, `action` is what runs it.
void add_replay_command(CLI::App& app, std::function<int()>& action);

}  // namespace holdfast::cli
