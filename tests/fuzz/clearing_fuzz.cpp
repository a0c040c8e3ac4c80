// Fuzzes the reading of clearing files: any bytes are refused or read, in either pass.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "clearing/reader.hpp"

using namespace holdfast::clearing;

namespace {

iso8583::Dialect load(const char* file) {
  auto dialect = iso8583::load_dialect(file);
  if (!dialect) std::abort();
  return std::move(*dialect);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const iso8583::Dialect latin1 =
      load(HOLDFAST_SOURCE_DIR "/config/dialects/mastercard-ipm.toml");
  static const iso8583::Dialect cp500 =
      load(HOLDFAST_SOURCE_DIR "/config/dialects/mastercard-ipm-ebcdic.toml");
  auto reader = ClearingReader::open(memory_source(std::span(data, size)), std::nullopt,
                                     IpmDialects{latin1, cp500});
  if (!reader) return 0;
  std::uint64_t items = 0;
  for (;;) {
    const auto item = reader->next();
    // A file that was whole in the first pass is whole in the second.
    if (!item) std::abort();
    if (!*item) break;
    if (const auto* record = std::get_if<ClearingRecord>(&**item)) {
      static_cast<void>(identity(*record, reader->summary().file_id));
    }
    ++items;
  }
  if (items != reader->summary().records) std::abort();
  return 0;
}
