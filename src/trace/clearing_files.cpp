#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <sstream>

#include "clearing/base2_writer.hpp"
#include "clearing/ipm_writer.hpp"
#include "clearing/jsonl_record.hpp"
#include "iso8583/dialect.hpp"
#include "trace/clearing_text.hpp"
#include "trace/json_matcher.hpp"

namespace holdfast::trace {
namespace {

struct KindInFiles {
  clearing::RecordKind kind;
  std::string_view message_type;
  std::string_view function_code;
};
constexpr std::array kinds_in_files = {
    KindInFiles{clearing::RecordKind::second_presentment, "1240", "205"},
    KindInFiles{clearing::RecordKind::chargeback, "1442", "450"},
};

// The record of a line that names its kind becomes one of that kind. False where it cannot.
bool take_kind(std::string_view line, clearing::ClearingRecord& record) {
  const auto name = text_at(boost::json::parse(line), clearing_kind_key);
  if (!name) return true;
  for (const KindInFiles& known : kinds_in_files) {
    if (name != clearing::to_string(known.kind)) continue;
    record.kind = known.kind;
    return record.message_type.assign(known.message_type) &&
           record.function_code.assign(known.function_code);
  }
  return false;
}

// Every line's record, then the end of the file.
template <typename Writer>
boost::system::result<void, Reason> write_records(std::string_view jsonl, Writer& writer) {
  std::uint64_t number = 0;
  while (!jsonl.empty()) {
    const auto end = jsonl.find('\n');
    const std::string_view line = jsonl.substr(0, end);
    auto parsed = clearing::parse_jsonl_record(line, ++number);
    jsonl.remove_prefix(end == jsonl.npos ? jsonl.size() : end + 1);
    if (const auto* rejection = std::get_if<clearing::Rejection>(&parsed)) {
      return because("record {}: {}", number, rejection->detail);
    }
    auto& record = std::get<clearing::ClearingRecord>(parsed);
    if (!take_kind(line, record)) return because("record {}: not of that kind", number);
    const auto written = writer.write(record);
    if (!written) return because("record {}: {}", number, written.error().detail);
  }
  if (const auto finished = writer.finish(); !finished) return Reason::of(finished.error().detail);
  return {};
}

}  // namespace

bool is_clearing_kind(std::string_view kind) {
  return std::any_of(
      kinds_in_files.begin(), kinds_in_files.end(),
      [kind](const KindInFiles& known) { return clearing::to_string(known.kind) == kind; });
}

boost::system::result<std::string, Reason> ipm_from_jsonl(std::string_view jsonl,
                                                          std::string_view file_id) {
  const auto dialect = iso8583::load_shipped_dialect("mastercard-ipm");
  if (!dialect) return Reason::of(iso8583::to_string(dialect.error()));
  std::ostringstream file;
  clearing::IpmWriter writer(file, *dialect, {std::string(file_id), {}});
  if (const auto written = write_records(jsonl, writer); !written) return written.error();
  return file.str();
}

boost::system::result<std::string, Reason> base2_from_jsonl(std::string_view jsonl,
                                                            const TraceTime& now) {
  const auto processed = clearing::parse_iso_time(now.local_timestamp());
  if (!processed) return Reason::of("the trace's time is no time of a file");
  clearing::Base2FileOptions options;
  options.processing_date = *processed;
  std::ostringstream file;
  clearing::Base2Writer writer(file, options);
  if (const auto written = write_records(jsonl, writer); !written) return written.error();
  return file.str();
}

}  // namespace holdfast::trace
