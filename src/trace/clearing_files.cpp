#include <sstream>

#include "clearing/base2_writer.hpp"
#include "clearing/ipm_writer.hpp"
#include "clearing/jsonl_record.hpp"
#include "http/running_switch.hpp"
#include "trace/clearing_text.hpp"

namespace holdfast::trace {
namespace {

// Every line's record, then the end of the file.
template <typename Writer>
boost::system::result<void, Reason> write_records(std::string_view jsonl, Writer& writer) {
  std::uint64_t number = 0;
  while (!jsonl.empty()) {
    const auto end = jsonl.find('\n');
    const auto parsed = clearing::parse_jsonl_record(jsonl.substr(0, end), ++number);
    jsonl.remove_prefix(end == jsonl.npos ? jsonl.size() : end + 1);
    if (const auto* rejection = std::get_if<clearing::Rejection>(&parsed)) {
      return because("record {}: {}", number, rejection->detail);
    }
    const auto written = writer.write(std::get<clearing::ClearingRecord>(parsed));
    if (!written) return because("record {}: {}", number, written.error().detail);
  }
  if (const auto finished = writer.finish(); !finished) return Reason::of(finished.error().detail);
  return {};
}

}  // namespace

boost::system::result<std::string, Reason> ipm_from_jsonl(std::string_view jsonl,
                                                          std::string_view file_id) {
  const auto dialect = iso8583::load_dialect(http::dialect_file("mastercard-ipm", {}));
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
