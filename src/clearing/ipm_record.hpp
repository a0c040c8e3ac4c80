// One IPM message as a record: which fields make it, and what is checked.
//
//   record            field               record             field
//   pan               DE2                 rrn, auth_code     DE37, DE38
//   processing_code   DE3                 terminal, merchant DE41, DE42
//   amount            DE4 with DE49       settlement         DE5 with DE50
//   local_time        DE12                billing            DE6 with DE51
//   final             DE25 is not 1403    lifecycle_id       DE63 from its second character
//   mcc               DE26                reversal           PDS 0025 begins with R
//   arn               DE31                acquirer           DE32, else DE33
//   merchant_name     DE43, first part
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "clearing/record.hpp"
#include "iso8583/dialect.hpp"
#include "iso8583/message.hpp"

namespace holdfast::clearing {

// A trailer's sum of amounts (PDS 0301) has 16 digits, and is cut to them.
inline constexpr std::int64_t amount_sum_limit = 10'000'000'000'000'000;

// Between the name, the street and the city in DE43.
inline constexpr char place_separator = '\\';

namespace pds {
inline constexpr int message_reversal_indicator = 25;
inline constexpr int file_id = 105;
inline constexpr int processing_mode = 122;
inline constexpr int currency_exponents = 148;
inline constexpr int file_amount_checksum = 301;
inline constexpr int file_message_count = 306;
inline constexpr int transaction_description = 501;
}  // namespace pds

enum class IpmRole : std::uint8_t { header, trailer, record };
// By MTI and DE24. A message that could be read in part still has its role.
IpmRole role_of(const iso8583::Message& message);

// What headers and trailers say about their file.
struct IpmControl {
  std::string file_id;                          // empty when absent or unusable
  std::optional<std::int64_t> message_count;    // headers and trailers are counted
  std::optional<std::int64_t> amount_checksum;  // the sum of DE4, whatever the currencies
  std::string unreadable;                       // what of it cannot be read; empty: nothing
};
IpmControl read_control(const iso8583::Dialect& dialect, const iso8583::Message& message);

// The record of a message that decoded without an error. 1240 with DE24 200, 205 or 282 and 1442
// with DE24 450, 451, 453 or 454 are records; every other message is unsupported_message.
FileItem normalise(const iso8583::Dialect& dialect, const iso8583::Message& message,
                   std::uint64_t number);

}  // namespace holdfast::clearing
