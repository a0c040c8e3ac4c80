#include "clearing_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace holdfast::clearing::test {
namespace {

const std::string source_directory = HOLDFAST_SOURCE_DIR;

iso8583::Dialect load(const std::string& name) {
  auto dialect = iso8583::load_dialect(source_directory + "/config/dialects/" + name + ".toml");
  if (!dialect) throw std::runtime_error(to_string(dialect.error()));
  return std::move(*dialect);
}

class TrickleSource final : public ByteSource {
 public:
  TrickleSource(std::string_view bytes, std::size_t read_size)
      : bytes_(bytes), read_size_(read_size) {}

  boost::system::result<std::size_t, FileError> read(std::span<std::uint8_t> out) override {
    const std::size_t count = std::min({out.size(), read_size_, bytes_.size() - position_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return count;
  }
  boost::system::result<void, FileError> rewind() override {
    position_ = 0;
    return {};
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t read_size_;
  std::size_t position_ = 0;
};

template <typename T>
T pick(std::mt19937_64& random, std::initializer_list<T> values) {
  return values.begin()[random() % values.size()];
}

engine::Money random_money(std::mt19937_64& random) {
  const auto code = pick<std::string_view>(random, {"RUB", "EUR", "JPY", "KWD", "USD"});
  return {static_cast<std::int64_t>(random() % 1'000'000'000'000),
          *engine::CurrencyCode::from_alpha(code)};
}

template <typename Writer>
void write_all(const std::vector<ClearingRecord>& records, Writer& writer) {
  for (const ClearingRecord& record : records) {
    if (const auto written = writer.write(record); !written) {
      throw std::runtime_error(written.error().detail);
    }
  }
  if (const auto finished = writer.finish(); !finished) {
    throw std::runtime_error(finished.error().detail);
  }
}

}  // namespace

const IpmDialects& dialects() {
  static const iso8583::Dialect latin1 = load("mastercard-ipm");
  static const iso8583::Dialect cp500 = load("mastercard-ipm-ebcdic");
  static const IpmDialects both{latin1, cp500};
  return both;
}

std::string vector_bytes(std::string_view name) {
  std::ifstream file(source_directory + "/tests/vectors/clearing/" + std::string(name),
                     std::ios::binary);
  if (!file) throw std::runtime_error("no such vector");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Outcome read_all(std::unique_ptr<ByteSource> source, std::optional<Format> asked) {
  Outcome outcome;
  auto reader = ClearingReader::open(std::move(source), asked, dialects());
  if (!reader) {
    outcome.error = reader.error();
    return outcome;
  }
  outcome.summary = reader->summary();
  for (;;) {
    auto item = reader->next();
    if (!item) return Outcome{item.error(), {}, {}, {}, {}};
    if (!*item) return outcome;
    if (auto* record = std::get_if<ClearingRecord>(&**item)) outcome.records.push_back(*record);
    if (auto* message = std::get_if<RecordedMessage>(&**item)) outcome.recorded.push_back(*message);
    if (auto* rejection = std::get_if<Rejection>(&**item)) outcome.rejections.push_back(*rejection);
  }
}

Outcome read_all(std::string_view bytes, std::optional<Format> asked) {
  return read_all(memory_source(bytes), asked);
}

std::unique_ptr<ByteSource> trickle_source(std::string_view bytes, std::size_t read_size) {
  return std::make_unique<TrickleSource>(bytes, read_size);
}

const std::vector<IpmVariant>& ipm_variants() {
  static const std::vector<IpmVariant> variants = [] {
    std::vector<IpmVariant> all;
    for (const CodePage code_page : {CodePage::latin1, CodePage::cp500}) {
      for (const LengthPrefix prefix : {LengthPrefix::vbs, LengthPrefix::rdw}) {
        for (const bool blocked : {false, true}) {
          for (const bool closing : {true, false}) {
            all.push_back({code_page, {prefix, blocked, closing}});
          }
        }
      }
    }
    return all;
  }();
  return variants;
}

const iso8583::Dialect& dialect_of(const IpmVariant& variant) {
  return variant.code_page == CodePage::cp500 ? dialects().cp500 : dialects().latin1;
}

IpmTexts plain_presentment() {
  return {{2, "5555555555554444"},
          {3, "000000"},
          {4, "000000012345"},
          {12, "261119100107"},
          {24, "200"},
          {26, "5411"},
          {31, "75200016325000000000012"},
          {33, "200001"},
          {43, "SHORT"},
          {48, private_data({{148, "6432"}})},
          {49, "643"},
          {63, " MCC0000011119  "},
          {71, "00000002"}};
}

std::string ipm_message(std::string_view mti, const IpmTexts& fields,
                        const iso8583::Dialect& dialect) {
  iso8583::Message message;
  message.set_mti(mti);
  for (const auto& [field, text] : fields) message.set(field, text);
  std::array<std::uint8_t, 8192> out{};
  const auto size = encode(dialect, message, out);
  if (!size) throw std::runtime_error(to_string(size.error()));
  return {reinterpret_cast<const char*>(out.data()), *size};
}

std::string ipm_header() {
  return ipm_message("1644", {{24, "697"}, {48, private_data({{105, "FILE1"}})}, {71, "00000001"}});
}

std::string ipm_trailer(std::string_view private_data) {
  IpmTexts fields = {{24, "695"}, {71, "00000009"}};
  if (!private_data.empty()) fields[48] = private_data;
  return ipm_message("1644", fields);
}

std::string ipm_file(const std::vector<std::string>& messages, VbsOptions framing) {
  std::ostringstream out;
  VbsWriter writer(out, framing);
  bool is_written = true;
  for (const std::string& message : messages) {
    is_written &= writer.write(
        std::span(reinterpret_cast<const std::uint8_t*>(message.data()), message.size()));
  }
  if (!is_written || !writer.finish()) throw std::runtime_error("the file is not written");
  return std::move(out).str();
}

std::string whole_ipm_file(std::vector<std::string> messages) {
  messages.insert(messages.begin(), ipm_header());
  messages.push_back(ipm_trailer());
  return ipm_file(messages);
}

std::string private_data(const std::vector<std::pair<int, std::string>>& subelements) {
  std::string text;
  for (const auto& [tag, value] : subelements) {
    text += fmt::format("{:04}{:03}{}", tag, value.size(), value);
  }
  return text;
}

std::string write_ipm(const std::vector<ClearingRecord>& records, const IpmVariant& variant) {
  std::ostringstream out;
  IpmWriter writer(out, dialect_of(variant), {"0010025112200000019999000007", variant.framing});
  write_all(records, writer);
  return std::move(out).str();
}

std::string write_base2(const std::vector<ClearingRecord>& records,
                        const Base2FileOptions& options) {
  std::ostringstream out;
  Base2Writer writer(out, options);
  write_all(records, writer);
  return std::move(out).str();
}

ClearingRecord plain_record(std::uint64_t number) {
  ClearingRecord record;
  record.number = number;
  set(record.message_type, "1240");
  set(record.function_code, "200");
  set(record.pan, "5555555555554444");
  set(record.processing_code, "000000");
  record.amount = {12345, *engine::CurrencyCode::from_alpha("RUB")};
  record.local_time = parse_iso_time("2026-11-19T10:01:07");
  set(record.auth_code, "A00001");
  set(record.rrn, "632200000001");
  set(record.arn, fmt::format("7520001632500{:010}", number));
  set(record.lifecycle_id, "MCC0000011119");
  set(record.mcc, "5411");
  set(record.terminal, "TERM0001");
  set(record.merchant, "MERCHANT0000001");
  set(record.acquirer, "520001");
  return record;
}

ClearingRecord random_ipm_record(std::mt19937_64& random, std::uint64_t number) {
  ClearingRecord record = plain_record(number);
  switch (random() % 8) {
    case 0:
      record.kind = RecordKind::second_presentment;
      set(record.function_code, pick<std::string_view>(random, {"205", "282"}));
      break;
    case 1:
      record.kind = RecordKind::chargeback;
      set(record.message_type, "1442");
      set(record.function_code, pick<std::string_view>(random, {"450", "451", "453", "454"}));
      break;
    default:
      break;
  }
  set(record.pan, fmt::format("{:016}", random() % 10'000'000'000'000'000));
  set(record.processing_code, pick<std::string_view>(random, {"000000", "010000", "200000"}));
  record.amount = random_money(random);
  if (random() % 2 == 0) record.billing = random_money(random);
  if (random() % 2 == 0) record.settlement = random_money(random);
  if (random() % 4 == 0) record.local_time.reset();
  if (random() % 4 == 0) record.auth_code = {};
  if (random() % 4 == 0) record.rrn = {};
  if (random() % 8 == 0) record.arn = {};
  if (random() % 4 == 0) record.lifecycle_id = {};
  if (random() % 8 == 0) record.mcc = {};
  if (random() % 8 == 0) record.acquirer = {};
  set(record.merchant,
      pick<std::string_view>(random, {"", "CAF\u00C9 A B", "M", "MERCHANT0000001"}));
  set(record.terminal, pick<std::string_view>(random, {"", "T 1", "TERM0001"}));
  set(record.merchant_name,
      pick<std::string_view>(random, {"", "M\u00DCLLER & S\u00D8N", "BO\u00CETE \u00C0 TH\u00C9"}));
  record.final = random() % 4 != 0;
  record.reversal = random() % 4 == 0;
  return record;
}

}  // namespace holdfast::clearing::test
