#include "bench/codec_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <sstream>

#include "bench/process.hpp"
#include "bench/target.hpp"

namespace holdfast::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::chrono::minutes patience{5};

double number_at(const json::object& line, std::string_view key) {
  const json::value* value = line.if_contains(key);
  return value == nullptr ? 0 : value->to_number<double>();
}

std::string text_at(const json::object& line, std::string_view key) {
  const json::value* value = line.if_contains(key);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

Outcome<CodecFigures> read_line(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return Error{fmt::format("bench-codec said '{}'", text)};
  const json::object& line = value.get_object();
  CodecFigures figures;
  figures.dialect = text_at(line, "dialect");
  figures.mti = text_at(line, "mti");
  figures.fields = static_cast<std::int64_t>(number_at(line, "fields"));
  figures.bytes = static_cast<std::int64_t>(number_at(line, "bytes"));
  figures.decode_ns = number_at(line, "decode_ns");
  figures.encode_ns = number_at(line, "encode_ns");
  figures.allocations = static_cast<std::int64_t>(number_at(line, "allocations"));
  return figures;
}

}  // namespace

Outcome<std::vector<CodecFigures>> measure_codec(const fs::path& dialects_folder,
                                                 const fs::path& log_folder) {
  std::vector<std::string> command;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(dialects_folder, failure)) {
    if (entry.path().extension() == ".toml") command.push_back(entry.path().string());
  }
  if (command.empty()) return Error{fmt::format("{}: no dialects", dialects_folder.string())};
  std::sort(command.begin(), command.end());
  const fs::path program = own_binary().parent_path() / "bench-codec";
  if (!fs::exists(program)) {
    return Error{
        fmt::format("{}: not found; it is built together with holdfast", program.string())};
  }
  command.insert(command.begin(), program.string());
  auto process = Process::start(command, log_folder / "codec");
  if (!process) return process.error();
  const auto exit_code = process->wait(patience);
  if (!exit_code) return Error{"bench-codec " + exit_code.error().text};
  if (*exit_code != 0) {
    return Error{fmt::format("bench-codec ended with {}\n{}", *exit_code, process->log_tail())};
  }
  std::vector<CodecFigures> all;
  std::istringstream lines(process->output());
  for (std::string line; std::getline(lines, line);) {
    auto figures = read_line(line);
    if (!figures) return figures.error();
    all.push_back(std::move(*figures));
  }
  return all;
}

}  // namespace holdfast::bench
