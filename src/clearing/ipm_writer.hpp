// Writes records as an IPM file: for tools and tests, and for whoever must hand records on.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>

#include "clearing/record.hpp"
#include "clearing/vbs.hpp"
#include "clearing/write_error.hpp"
#include "iso8583/composite.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace holdfast::clearing {

struct IpmFileOptions {
  std::string file_id;  // PDS 0105: type 3, date 6, processor 11, sequence 5 digits
  VbsOptions framing;
};

// The header goes out before the first record. `dialect` chooses the code page; it and the
// stream outlive the writer.
class IpmWriter {
 public:
  IpmWriter(std::ostream& out, const iso8583::Dialect& dialect, IpmFileOptions options)
      : dialect_(&dialect), vbs_(out, options.framing), options_(std::move(options)) {}

  // A record without an MTI of IPM is written as a first presentment. Fields that IPM has no place
  // for (record_id, sequence) are left out; a text that does not fit its field is an error, and
  // nothing of the record is written.
  boost::system::result<void, WriteError> write(const ClearingRecord& record);
  // The trailer, with the count and the checksum. Nothing can be written behind it.
  boost::system::result<void, WriteError> finish();

 private:
  boost::system::result<void, WriteError> write_control(std::string_view function_code,
                                                        std::span<const iso8583::Pds> subelements);
  boost::system::result<void, WriteError> write_message(iso8583::Message& message);
  boost::system::result<void, WriteError> ensure_header();

  const iso8583::Dialect* dialect_;
  VbsWriter vbs_;
  IpmFileOptions options_;
  bool header_written_ = false;
  std::uint64_t messages_ = 0;
  std::uint64_t amount_sum_ = 0;
  std::array<std::uint8_t, 16 * 1024> buffer_{};
};

}  // namespace holdfast::clearing
