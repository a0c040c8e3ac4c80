#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "config/dialects.hpp"
#include "config/rule_files.hpp"
#include "config/toml_reader.hpp"
#include "http/running_switch.hpp"
#include "iso8583/dialect.hpp"
#include "runtime/listener.hpp"
#include "time/rfc3339.hpp"

namespace holdfast {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

ListenAddress read_listen(TomlReader& reader, std::string_view fallback) {
  const std::string text = reader.text("listen").value_or(std::string(fallback));
  const auto parts = http::parse_host_and_port(text);
  const auto port = parts ? parse_port(parts->port) : std::nullopt;
  if (!port) {
    reader.refuse("listen", "must be HOST:PORT, such as \"127.0.0.1:8583\"");
    return {};
  }
  ListenAddress address{parts->host, *port};
  if (const auto resolved = resolve(address); !resolved) {
    reader.refuse("listen", resolved.error().text);
  }
  return address;
}

std::filesystem::path beside(const std::filesystem::path& config_file, const std::string& path) {
  return (config_file.parent_path() / path).lexically_normal();
}

// One that the program needs whatever the config says.
std::optional<std::string> load_ipm_dialect(const std::string& name, const Config& config,
                                            std::shared_ptr<const iso8583::Dialect>& dialect) {
  auto loaded = find_dialect(name, config.file.parent_path());
  if (!loaded) return iso8583::to_string(loaded.error());
  dialect = std::make_shared<const iso8583::Dialect>(std::move(*loaded));
  return std::nullopt;
}

void read_link(TomlReader& reader, Config& config) {
  LinkConfig link;
  link.name = reader.required_text("name");
  link.listen = read_listen(reader, "");
  const std::string dialect = reader.text("dialect").value_or("iso87-ascii");
  auto loaded = find_dialect(dialect, config.file.parent_path());
  if (loaded) {
    link.dialect = std::make_shared<const iso8583::Dialect>(std::move(*loaded));
  } else {
    reader.refuse("dialect", iso8583::to_string(loaded.error()));
  }
  const std::string header = reader.text("length_header").value_or("be16");
  if (auto parsed = iso8583::parse_length_header(header)) {
    link.framing.length_header = *parsed;
  } else {
    reader.refuse("length_header", "must be be16, be32, ascii4 or bcd2");
  }
  link.framing.includes_itself = reader.boolean("includes_itself").value_or(false);
  link.framing.fixed_header_length =
      static_cast<std::size_t>(reader.integer("fixed_header_length", 0, 256).value_or(0));
  link.framing.frame_length_max =
      static_cast<std::size_t>(reader.integer("frame_length_max", 64, 65'535).value_or(16'384));
  link.require_sign_on = reader.boolean("require_sign_on").value_or(false);
  link.reply_deadline =
      std::chrono::milliseconds(reader.integer("reply_deadline_ms", 1, 600'000).value_or(2000));
  link.in_flight_max =
      static_cast<std::size_t>(reader.integer("in_flight_max", 1, 65'536).value_or(256));
  link.connections_max =
      static_cast<std::size_t>(reader.integer("connections_max", 1, 65'536).value_or(4096));
  for (const LinkConfig& other : config.links) {
    if (other.name == link.name) reader.refuse("name", "stands in the file twice");
  }
  // It stands in the ready line, in logs and in the journal.
  const bool is_plain =
      !link.name.empty() &&
      link.name.find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
  if (!is_plain) reader.refuse("name", "must be letters, digits, '-', '_' and '.'");
  if (link.name == "http") reader.refuse("name", "is taken by the API");
  config.links.push_back(std::move(link));
}

// The folder has other files than zones, and a path could lead out of it: the C library would take
// either for UTC without a word.
bool is_time_zone(const std::string& name) {
  if (name.starts_with('/') || name.find("..") != std::string::npos) return false;
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  char magic[4] = {};
  file.read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "TZif";
}

void read_business_day(TomlReader& reader, Config& config) {
  const std::string zone = reader.text("time_zone").value_or("UTC");
  if (!is_time_zone(zone)) {
    reader.refuse("time_zone", fmt::format("no zone '{}' in /usr/share/zoneinfo", zone));
  }
  config.business_day.time_zone = zone;
  const std::string cut_off = reader.text("cut_off").value_or("00:00");
  int hours = 0;
  int minutes = 0;
  const bool shape = cut_off.size() == 5 && cut_off[2] == ':';
  const auto hours_end = std::from_chars(cut_off.data(), cut_off.data() + 2, hours);
  const auto minutes_end =
      std::from_chars(cut_off.data() + std::min<std::size_t>(3, cut_off.size()),
                      cut_off.data() + cut_off.size(), minutes);
  if (!shape || hours_end.ptr != cut_off.data() + 2 || minutes_end.ec != std::errc{} ||
      minutes_end.ptr != cut_off.data() + cut_off.size() || hours < 0 || hours > 23 ||
      minutes < 0 || minutes > 59) {
    reader.refuse("cut_off", "must be a local time such as \"22:00\"");
  }
  config.business_day.cut_off = std::chrono::hours(hours) + std::chrono::minutes(minutes);
}

void read_testing(TomlReader& reader, Config& config) {
  config.testing.manual_clock = reader.boolean("manual_clock").value_or(false);
  if (const auto start = reader.text("start")) {
    config.testing.start = parse_rfc3339(*start);
    if (!config.testing.start) {
      reader.refuse("start", "must be a time such as \"2026-11-20T09:00:00Z\"");
    }
  }
}

void read_core(TomlReader& reader, engine::Batching& batching) {
  batching.items_max = static_cast<std::uint32_t>(
      reader.integer("batch_items", 1, 30'000).value_or(batching.items_max));
  batching.age_seconds_max =
      reader.integer("batch_age_seconds", 1, 86'400).value_or(batching.age_seconds_max);
}

void read_archive(TomlReader& reader, Config& config) {
  constexpr std::int64_t days_max = 100 * 366;
  ArchiveConfig& archive = config.archive;
  archive.folder = beside(config.file, reader.required_text("folder"));
  archive.record_days = reader.integer("record_days", 1, days_max);
  archive.journal_days = reader.integer("journal_days", 1, days_max);
  archive.map_gib = static_cast<std::size_t>(reader.integer("map_gib", 1, 16'384).value_or(256));
  if (archive.folder == config.data_dir) {
    reader.refuse("folder", "must be another one than data_dir");
  }
}

void read_engine(TomlReader& reader, EngineConfig& engine) {
  auto size = [&reader](std::string_view key, std::int64_t low, std::int64_t high,
                        std::size_t fallback) {
    const auto value = reader.integer(key, low, high);
    return value ? static_cast<std::size_t>(*value) : fallback;
  };
  engine.inbox_capacity = size("inbox_capacity", 1, 10'000'000, engine.inbox_capacity);
  engine.checkpoint_records = size("checkpoint_records", 1, 100'000'000, engine.checkpoint_records);
  engine.checkpoint_interval =
      std::chrono::seconds(size("checkpoint_interval_seconds", 1, 86'400, 60));
  engine.store_map_gib = size("store_map_gib", 1, 4096, engine.store_map_gib);
  engine.journal_segment_mib = size("journal_segment_mib", 1, 1024, engine.journal_segment_mib);
}

// Runs when the rest is read: rule files have their own file names in their errors.
std::optional<std::string> read_rule_files(TomlReader& reader, Config& config) {
  struct RuleFile {
    const char* key;
    std::optional<std::string> (*read)(const std::filesystem::path&, Config&);
  };
  static constexpr RuleFile files[] = {{"fx_rates", read_fx_rates},
                                       {"holds", read_hold_lifetimes},
                                       {"limits", read_limits},
                                       {"tariffs", read_tariffs}};
  // Every key is read before a file is: after a bad file the keys behind it are still known.
  std::array<std::optional<std::string>, std::size(files)> paths;
  std::transform(std::begin(files), std::end(files), paths.begin(),
                 [&reader](const RuleFile& file) { return reader.text(file.key); });
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const RuleFile& file = files[i];
    if (!paths[i]) continue;
    const auto full = beside(config.file, *paths[i]);
    if (!std::filesystem::is_regular_file(full)) {
      reader.refuse(file.key, fmt::format("no such file: {}", full.string()));
    } else if (auto error = file.read(full, config)) {
      return error;
    }
  }
  return std::nullopt;
}

}  // namespace

Outcome<Config> load_config(const std::filesystem::path& file) {
  Config config;
  config.file = std::filesystem::absolute(file);
  std::optional<std::string> rule_file_error;
  auto error = read_toml_file(file, [&](TomlReader& root) {
    config.data_dir = beside(config.file, root.required_text("data_dir"));
    config.pan_key_file = config.data_dir / "pan-key";
    config.http.token_file = config.data_dir / "api-token";
    root.table("security", [&config](TomlReader& reader) {
      if (auto path = reader.text("pan_key_file")) config.pan_key_file = beside(config.file, *path);
    });
    if (!root.has("http")) root.refuse_missing("http");
    root.table("http", [&config](TomlReader& reader) {
      config.http.listen = read_listen(reader, "127.0.0.1:8583");
      if (auto path = reader.text("token_file")) {
        config.http.token_file = beside(config.file, *path);
      }
      config.http.connections_max =
          static_cast<std::size_t>(reader.integer("connections_max", 1, 65'536).value_or(1024));
    });
    root.tables("links", [&config](TomlReader& reader) { read_link(reader, config); });
    if (config.links.empty()) root.refuse("links", "at least one [[links]] is needed");
    root.table("business_day",
               [&config](TomlReader& reader) { read_business_day(reader, config); });
    root.table("testing", [&config](TomlReader& reader) { read_testing(reader, config); });
    root.table("core", [&config](TomlReader& reader) { read_core(reader, config.rules.batching); });
    root.table("engine", [&config](TomlReader& reader) { read_engine(reader, config.engine); });
    root.table("archive", [&config](TomlReader& reader) { read_archive(reader, config); });
    root.table("files",
               [&](TomlReader& reader) { rule_file_error = read_rule_files(reader, config); });
  });
  if (error) return Error{*error};
  if (rule_file_error) return Error{*rule_file_error};
  if (auto missing = load_ipm_dialect("mastercard-ipm", config, config.ipm_latin1)) {
    return Error{*missing};
  }
  if (auto missing = load_ipm_dialect("mastercard-ipm-ebcdic", config, config.ipm_cp500)) {
    return Error{*missing};
  }
  return config;
}

}  // namespace holdfast
