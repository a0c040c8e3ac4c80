// What the tests of clearing files share.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clearing/base2_writer.hpp"
#include "clearing/ipm_writer.hpp"
#include "clearing/reader.hpp"

namespace holdfast::clearing::test {

// The dialects of the repository, loaded once.
const IpmDialects& dialects();

// The bytes of a file below tests/vectors/clearing.
std::string vector_bytes(std::string_view name);

struct Outcome {
  std::optional<FileError> error;  // then nothing else is set
  FileSummary summary;
  std::vector<ClearingRecord> records;
  std::vector<RecordedMessage> recorded;
  std::vector<Rejection> rejections;
};

// Reads all of a file; `asked` as for ClearingReader::open.
Outcome read_all(std::string_view bytes, std::optional<Format> asked = std::nullopt);
Outcome read_all(std::unique_ptr<ByteSource> source, std::optional<Format> asked = std::nullopt);

// Gives a few bytes at a time, as a slow pipe would: every read is short.
std::unique_ptr<ByteSource> trickle_source(std::string_view bytes, std::size_t read_size);

// How a test writes a file.
struct IpmVariant {
  CodePage code_page;
  VbsOptions framing;
};
const std::vector<IpmVariant>& ipm_variants();
const iso8583::Dialect& dialect_of(const IpmVariant& variant);

// Messages by their fields, and files of messages, of what a writer would never write.
using IpmTexts = std::map<int, std::string>;
// A first presentment of 123.45 RUB.
IpmTexts plain_presentment();
std::string ipm_message(std::string_view mti, const IpmTexts& fields,
                        const iso8583::Dialect& dialect = dialects().latin1);
// Of the file FILE1.
std::string ipm_header();
std::string ipm_trailer(std::string_view private_data = "");
std::string ipm_file(const std::vector<std::string>& messages, VbsOptions framing = {});
// The same with a header and a trailer around them.
std::string whole_ipm_file(std::vector<std::string> messages);
// Private data subelements one behind the other.
std::string private_data(const std::vector<std::pair<int, std::string>>& subelements);

std::string write_ipm(const std::vector<ClearingRecord>& records, const IpmVariant& variant);

std::string write_base2(const std::vector<ClearingRecord>& records,
                        const Base2FileOptions& options);

// A record that IPM can carry whole, with number `number`.
ClearingRecord random_ipm_record(std::mt19937_64& random, std::uint64_t number);
// A purchase with every text set, for tests that change one thing.
ClearingRecord plain_record(std::uint64_t number);

template <std::size_t capacity>
void set(Text<capacity>& text, std::string_view value) {
  if (!text.assign(value)) throw std::length_error("test value too long");
}

}  // namespace holdfast::clearing::test
