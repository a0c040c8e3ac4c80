// Writes records as a Visa Base II file: for tools and tests, and for whoever must hand records on.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <ostream>
#include <string>

#include "clearing/base2_layout.hpp"
#include "clearing/base2_record.hpp"
#include "clearing/civil_time.hpp"
#include "clearing/detect.hpp"
#include "clearing/record.hpp"
#include "clearing/write_error.hpp"

namespace holdfast::clearing {

enum class Base2LineEnd : std::uint8_t { none, lf, crlf };

struct Base2FileOptions {
  CivilTime processing_date;    // its day must be one; every draft's central processing date too
  std::string bin = "400000";   // centre information block, 6 digits
  std::string file_id = "001";  // outgoing file id, 3 digits
  CodePage code_page = CodePage::latin1;
  Base2LineEnd line_end = Base2LineEnd::lf;
  std::uint64_t batch_size = 1000;  // drafts; at least one
};

// The header goes out before the first record, a batch trailer behind every batch. The stream
// outlives the writer.
class Base2Writer {
 public:
  Base2Writer(std::ostream& out, Base2FileOptions options);

  // A draft of TCR 0, 1 and 5. Base II has drafts for purchases, cash, refunds and original
  // credits: other debits become purchases, other credits original credits. The time of day, the
  // RRN, the record id and the settlement amount have no place and are left out; how many parts a
  // multiple clearing has is not known, and written as the least that it can be. A chargeback, a
  // value that does not fit its field, and a card number or a date that would be read back as
  // another are errors, and nothing of the record is written.
  boost::system::result<void, WriteError> write(const ClearingRecord& record);
  // The trailers. Nothing can be written behind them.
  boost::system::result<void, WriteError> finish();

 private:
  boost::system::result<void, WriteError> ensure_header();
  boost::system::result<void, WriteError> end_batch();
  boost::system::result<void, WriteError> write_trailer(std::string_view code, Base2Totals& totals);
  boost::system::result<void, WriteError> write_line(const Base2Line& line);

  std::ostream* out_;
  Base2FileOptions options_;
  bool header_written_ = false;
  std::uint64_t batches_ = 0;
  Base2Totals batch_;
  Base2Totals file_;
};

}  // namespace holdfast::clearing
