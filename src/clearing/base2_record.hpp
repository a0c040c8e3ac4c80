// One Base II transaction as a record: which fields make it, and what is checked. Where they lie:
// base2_layout.hpp.
//
//   record            field                                  record         field
//   message_type      transaction code                       mcc            merchant category code
//   processing_code   transaction code, qualifier            auth_code      authorization code
//   pan               account number and its extension       arn            acquirer reference
//   number amount            source amount and currency             acquirer       acquirer's
//   business id billing           destination amount and currency        merchant       card
//   acceptor id (TCR 1) local_time        purchase date, central processing date terminal terminal
//   id (TCR 1) reversal          transaction code 25, 26, 27            lifecycle_id   transaction
//   identifier (TCR 5) kind              usage code 2: second presentment       sequence       of
//   the multiple clearing (TCR 5) final             false where 0 < sequence number < sequence
//   count
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clearing/base2_transactions.hpp"
#include "clearing/record.hpp"

namespace holdfast::clearing {

// What a draft is for; its reversal has a transaction code that is 20 higher.
struct Base2Operation {
  std::string_view transaction_code;
  char qualifier;
  std::string_view processing_code;
};
inline constexpr std::array<Base2Operation, 4> base2_operations = {{
    {"05", '0', "000000"},
    {"06", '0', "200000"},
    {"06", '2', "260000"},  // an original credit
    {"07", '0', "010000"},
}};

// A reversal's code and that of the draft it takes back.
struct Base2Reversal {
  std::string_view transaction_code;
  std::string_view presentment_code;
};
inline constexpr std::array<Base2Reversal, 3> base2_reversals = {{
    {"25", "05"},
    {"26", "06"},
    {"27", "07"},
}};

// 05, 06, 07 and their reversals.
bool is_base2_draft(std::string_view transaction_code);

// Drafts of codes 05, 06, 07, 25, 26 and 27 with usage code 1 (or none) and 2 are records; every
// other transaction is unsupported_message. Components other than 0, 1 and 5 are passed over, and
// a draft may lack 1 and 5. A date, a code or an id of nothing but blanks or zeros is absent.
// `file_date` is the processing date of the file; without it, a purchase date says too little
// and is left out.
FileItem normalise(const Base2Item& transaction, std::optional<std::chrono::sys_days> file_date,
                   std::uint64_t number);

// A sum of amounts whatever their currencies, as trailers have it: cut to its 15 digits.
inline constexpr std::int64_t base2_hash_total_limit = 1'000'000'000'000'000;

// What a trailer states, or what was counted for it.
struct Base2Totals {
  std::int64_t destination_amount = 0;
  std::int64_t source_amount = 0;
  std::int64_t monetary_transactions = 0;
  std::int64_t components = 0;    // lines; the trailer's own too
  std::int64_t transactions = 0;  // the trailer itself is one
  // False once there was a transaction of which it is not known whether, or by how much, it counts.
  bool amounts_known = true;
  bool monetary_known = true;

  void count(const Base2Item& transaction_or_trailer);
  void add(const Base2Totals& batch);
};

// What the trailer says first that was not counted; empty where they agree. What is not known
// does not speak against the trailer. `name` and `of` are for the sentence: "batch trailer 3" and
// "the batch".
std::string disagreement(const Base2Line& trailer, const Base2Totals& counted,
                         std::string_view name, std::string_view of);

}  // namespace holdfast::clearing
